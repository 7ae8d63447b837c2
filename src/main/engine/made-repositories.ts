import { existsSync } from "node:fs";
import path from "node:path";
import type { Runner } from "../runner/runner.ts";
import type { CallScene } from "./tool-context.ts";

/**
 * Projects that had no repository before a sandboxed command ran and have one since: what could not be guarded then runs when the
 * person, their prompt or their editor uses git there. Kept as long as this process.
 */
export interface MadeRepositories {
  /** The runner for one call: emits the notice `repository_made` when its command made `.git` in the project itself. */
  runner(runner: Runner, scene: Pick<CallScene, "projectRoot" | "emit">): Runner;
  /** True until a person has said yes to a command after that. */
  isOpen(projectRoot: string): boolean;
  accept(projectRoot: string): void;
}

/** `asks`: there is a person who can be asked. Without one it stays with the notice. */
export function createMadeRepositories(asks: boolean): MadeRepositories {
  const open = new Set<string>();
  /** Told already, by the command that ended first. */
  const told = new Set<string>();
  return {
    runner: (runner, { projectRoot, emit }) => ({
      close: () => runner.close(),
      async run(request, signal, onOutput, expiry) {
        const place = path.join(projectRoot, ".git");
        // Outside the sandbox a person has said yes to the command, or to all of them.
        if (request.wrapper !== true || existsSync(place)) return runner.run(request, signal, onOutput, expiry);
        told.delete(projectRoot);
        try {
          return await runner.run(request, signal, onOutput, expiry);
        } finally {
          if (existsSync(place) && !told.has(projectRoot)) {
            told.add(projectRoot);
            if (asks) open.add(projectRoot);
            emit({ type: "notice", level: "warn", code: "repository_made", message });
          }
        }
      },
    }),
    isOpen: (projectRoot) => open.has(projectRoot),
    accept: (projectRoot) => void open.delete(projectRoot),
  };
}

const message =
  "A command made a git repository in this project. Its hooks and settings run when you use git here: look at .git/config and .git/hooks before you do.";
