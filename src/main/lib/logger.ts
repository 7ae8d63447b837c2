import { appendFileSync, mkdirSync } from "node:fs";
import path from "node:path";

/** The application's own log: what went wrong inside, never prompts or file contents. Redacted before it is written. */
export interface Logger {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, error: unknown): void;
}

/** Writes to `<folder>/spindle.log`, mode 0600. A failed write goes to stderr: a broken disk must not stop the work. */
export function createLogger(folder: string, redact: (text: string) => string): Logger {
  const file = path.join(folder, "spindle.log");
  const write = (record: Readonly<Record<string, unknown>>): void => {
    const line = redact(JSON.stringify({ time: new Date().toISOString(), pid: process.pid, ...record }));
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      appendFileSync(file, `${line}\n`, { mode: 0o600 });
    } catch (error) {
      process.stderr.write(`spindle: the log could not be written (${String(error)}): ${line}\n`);
    }
  };
  return {
    info: (message, facts = {}) => write({ level: "info", message, ...facts }),
    error: (message, error) =>
      write({ level: "error", message, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  };
}
