import { stat } from "node:fs/promises";
import path from "node:path";
import type { Attachment } from "../../protocol/attachment.ts";
import type { ProjectInfo } from "../../protocol/ipc.ts";
import type { ProjectPaths } from "../engine/project-paths.ts";
import type { Handlers } from "./serve-calls.ts";

type Names = "attachments.describe" | "attachments.pick" | "project.paths";

/** What a window asks while a prompt is written: the files of its project, facts about files that were dropped, picked or named. */
export function attachmentHandlers(
  paths: ProjectPaths,
  window: { project(): ProjectInfo; pickFiles(): Promise<readonly string[]> },
): Pick<Handlers, Names> {
  return {
    "project.paths": async ({ known }) => {
      const { stamp, text, complete } = await paths.list(window.project().root);
      return { stamp, complete, text: stamp === known ? null : text };
    },
    "attachments.describe": (given) => describe(given.paths),
    "attachments.pick": async () => ({ attachments: (await describe(await window.pickFiles())).attachments }),
  };
}

const images = new Set([".png", ".jpg", ".jpeg", ".gif", ".webp"]);

/** Facts about paths. What is not there any more, or never was, is named in `missing`. */
async function describe(paths: readonly string[]): Promise<{ attachments: Attachment[]; missing: string[] }> {
  const attachments: Attachment[] = [];
  const missing: string[] = [];
  for (const given of paths) {
    try {
      const facts = await stat(given);
      const kind = facts.isDirectory() ? "folder" : images.has(path.extname(given).toLowerCase()) ? "image" : "file";
      attachments.push({
        kind,
        path: path.resolve(given),
        name: path.basename(given) || given,
        size: facts.isDirectory() ? 0 : facts.size,
      });
    } catch {
      missing.push(given);
    }
  }
  return { attachments, missing };
}
