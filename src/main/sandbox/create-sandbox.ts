import { accessSync, constants, mkdirSync } from "node:fs";
import { realpath } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import { holderOf } from "../lib/find-program.ts";
import type { SandboxLimits, SandboxPlaces } from "./enforcer.ts";
import { findEnforcer } from "./find-enforcer.ts";
import { createHiddenPlaces } from "./hidden-places.ts";
import { makeProjectTmp } from "./project-tmp.ts";
import type { Sandbox } from "./sandbox.ts";

export interface SandboxOptions {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Path of bwrap; default: the first one on `searchPath`. */
  readonly bwrapPath?: string;
  /** `PATH` for finding bwrap, prlimit and perl. */
  readonly searchPath: string;
  /** Folders that commands may write or have written: programs from elsewhere come first. */
  readonly projects?: readonly string[];
  /** Folders and files hidden from every sandboxed command; missing ones are fine. */
  readonly secretFolders: readonly string[];
  /** Spindle's own data: hidden. */
  readonly dataFolder: string;
  /** Holds a private `/tmp` for the commands of each project; made here (0700), removed by the caller. */
  readonly tmpFolder: string;
  readonly limits?: SandboxLimits;
}

const reachNames = { "local-sockets": "local sockets", network: "the network" } as const;

/** Room for any build; a flood ends here. */
const defaultLimits: SandboxLimits = { processes: 4_096, fileBytes: 4 * 1024 ** 3 };

/**
 * Finds out once what this system can enforce, by running a command in it, and wraps commands from then on. Never throws
 * for a system that cannot: `info.enforcer` is then `none` and `info.detail` says why.
 */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  mkdirSync(options.tmpFolder, { recursive: true, mode: 0o700 });
  const places: SandboxPlaces = {
    secrets: options.secretFolders,
    dataFolder: options.dataFolder,
    tmpRoot: await realpath(options.tmpFolder),
    limits: options.limits ?? defaultLimits,
  };
  const found = await findEnforcer({ ...options, places });
  const { enforcer } = found;
  return {
    info:
      enforcer === null
        ? { enforcer: "none", detail: found.reason, grants: [] }
        : { enforcer: enforcer.name, detail: enforcer.detail, grants: enforcer.grants },
    hidden: createHiddenPlaces([...places.secrets, places.dataFolder]),
    async wrap(argv, policy) {
      if (policy.level === "full") return { argv, cwd: policy.cwd, env: policy.env };
      if (enforcer !== null && policy.reach !== "nothing" && !enforcer.grants.includes(policy.reach))
        throw new SpindleError(
          "sandbox_unavailable",
          `The sandbox of this system (${enforcer.name}) cannot grant ${reachNames[policy.reach]}.`,
          {
            hint: "Take the grant back for this folder; the command can then run with what the sandbox allows.",
          },
        );
      for (const program of enforcer?.programs ?? []) {
        const folder = holderOf(program, [policy.projectRoot, ...policy.writableFolders]);
        if (folder !== null && mayWrite(program))
          throw new SpindleError(
            "sandbox_unavailable",
            `The sandbox would be set up by ${program}, which ${folder} brings: a command could have put it there.`,
            { hint: "Take that folder out of PATH and start Spindle again.", details: { path: program } },
          );
      }
      if (enforcer !== null) return enforcer.wrap(argv, { ...policy, tmpFolder: await makeProjectTmp(places.tmpRoot, policy.projectRoot) });
      throw new SpindleError("sandbox_unavailable", `No sandbox can be enforced on this system: ${found.reason}`, {
        hint: "The command can only run outside a sandbox, when the person approves it.",
      });
    },
  };
}

/** This user, and so a command, could put another program in its place. */
function mayWrite(program: string): boolean {
  return [program, path.dirname(program)].some((place) => {
    try {
      accessSync(place, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  });
}
