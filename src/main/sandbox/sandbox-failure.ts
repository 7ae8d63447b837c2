import type { SandboxedCommand } from "./sandbox.ts";

/** What the run of a wrapped command gave. */
interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Tells a failure of the wrapper itself (nothing ran) from a failure of the command. A command can print the wrapper's words, so
 * they are only a suspicion: `idle` runs a command that does nothing in the same sandbox, and when that works, the words were the
 * command's own. Null when the command ran, or when nothing can be told (`idle` gives null); otherwise the wrapper's line. Rejects as
 * `idle` does.
 */
export async function sandboxFailure(command: SandboxedCommand, result: Ended, idle: () => Promise<Ended | null>): Promise<string | null> {
  const line = failureLine(command, result);
  if (line === null) return null;
  const again = await idle();
  return again === null || again.exitCode === 0 ? null : (failureLine(command, again) ?? line);
}

function failureLine(command: SandboxedCommand, result: Ended): string | null {
  if (command.wrapper !== true || result.exitCode !== 1 || result.stdout !== "") return null;
  return /^(?:bwrap|landlock|prlimit|sandbox): .*/.exec(result.stderr)?.[0] ?? null;
}
