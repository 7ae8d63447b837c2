import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, constants, mkdirSync, openSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

/** One pipe: the child writes, we read. */
export interface OutputPipe {
  /** Descriptor for the child; close it with `release` as soon as the child has it. */
  readonly writeFd: number;
  readonly reader: Socket;
  release(): void;
}

/** Makes what children read from and write to. */
export interface ChildPipes {
  /** Pipes for stdout and stderr. Null where they cannot be made (no mkfifo): then Node's own socket pairs have to do. */
  openPair(): Promise<readonly [OutputPipe, OutputPipe] | null>;
  /**
   * A descriptor that reads `bytes` and has no name. Input is a file because bash takes a socket on its stdin for a remote
   * shell and reads ~/.bashrc (measured).
   */
  openInput(bytes: Uint8Array): number;
  /**
   * Folder that holds the names; made at the first use, so that who has to remove it when this process is killed can be told
   * before it is there.
   */
  readonly folder: string;
  close(): void;
}

const batch = 32;

/**
 * Node gives children socket pairs for output, and a socket cannot be opened through `/dev/stdout` or `/dev/stderr`
 * (measured: `echo x > /dev/stderr` fails with ENXIO). Named pipes can. Their names are made 32 at a time, because Node
 * has no call for it, and are unlinked as soon as both ends are open.
 */
export function createChildPipes(): ChildPipes {
  const folder = path.join(tmpdir(), `spindle-pipes-${randomBytes(9).toString("base64url")}`);
  let made = false;
  const names: string[] = [];
  let counter = 0;
  let filling: Promise<void> | undefined;
  let usable = process.platform !== "win32";
  let closed = false;

  const fill = (): Promise<void> => {
    filling ??= makeNames().finally(() => {
      filling = undefined;
    });
    return filling;
  };

  const nextName = (kind: string): string => {
    if (!made) mkdirSync(folder, { mode: 0o700 });
    made = true;
    return path.join(folder, `${kind}${++counter}`);
  };
  const remove = (): void => {
    if (made) rmSync(folder, { recursive: true, force: true });
  };

  async function makeNames(): Promise<void> {
    const fresh = Array.from({ length: batch }, () => nextName(""));
    try {
      await promisify(execFile)("mkfifo", ["-m", "600", "--", ...fresh]);
      names.push(...fresh);
    } catch {
      // No mkfifo on this system: `open` says so by null and the caller uses what Node has.
      usable = false;
    }
    if (closed) remove();
  }

  return {
    folder,
    async openPair() {
      while (usable && !closed && names.length < 2) await fill();
      const [first, second] = names.splice(0, 2);
      if (first === undefined || second === undefined || closed) return null;
      if (names.length < batch / 4 && usable) void fill();
      const stdout = openPipe(first);
      try {
        return [stdout, openPipe(second)];
      } catch (error) {
        stdout.release();
        stdout.reader.destroy();
        throw error;
      }
    },
    openInput(bytes) {
      const name = nextName("input-");
      writeFileSync(name, bytes, { mode: 0o600, flag: "wx" });
      const fd = openSync(name, constants.O_RDONLY);
      unlinkSync(name);
      return fd;
    },
    close() {
      closed = true;
      remove();
    },
  };
}

function openPipe(name: string): OutputPipe {
  // Without O_NONBLOCK, opening the reading end would wait for a writer.
  const readFd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  let writeFd: number;
  try {
    writeFd = openSync(name, constants.O_WRONLY);
    unlinkSync(name);
  } catch (error) {
    closeSync(readFd);
    throw error;
  }
  let released = false;
  return {
    writeFd,
    reader: new Socket({ fd: readFd, readable: true, writable: false }),
    release() {
      if (released) return;
      released = true;
      closeSync(writeFd);
    },
  };
}
