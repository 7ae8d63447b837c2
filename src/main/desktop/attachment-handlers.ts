import { readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { Attachment } from "../../protocol/attachment.ts";
import { SpindleError } from "../../protocol/error.ts";
import type { ProjectInfo } from "../../protocol/ipc.ts";
import type { PastedFiles } from "../engine/pasted-files.ts";
import type { ProjectPaths } from "../engine/project-paths.ts";
import type { Handlers } from "./serve-calls.ts";

type Names = Extract<keyof Handlers, `attachments.${string}` | "project.paths">;

/** What a window asks while a prompt is written: the files of its project, facts about files that were dropped, picked, named or pasted. */
export function attachmentHandlers(
  files: { readonly paths: ProjectPaths; readonly pasted: PastedFiles },
  window: { project(): ProjectInfo; pickFiles(): Promise<readonly string[]> },
): Pick<Handlers, Names> {
  return {
    "project.paths": async ({ known }) => {
      const { stamp, text, complete } = await files.paths.list(window.project().root);
      return { stamp, complete, text: stamp === known ? null : text };
    },
    "attachments.describe": (given) => describe(given.paths),
    "attachments.pick": async () => ({ attachments: (await describe(await window.pickFiles())).attachments }),
    "attachments.paste": async (given) => ("text" in given ? pasteText(given.text) : pastePicture(given.picture)),
    "attachments.pasted": async (given) => ({ text: await files.pasted.read(given.path) }),
    "attachments.picture": async (given) => ({ bytes: await pictureBytes(given.path) }),
  };

  async function pasteText(text: string): Promise<Attachment> {
    const first = text.split("\n").find((line) => line.trim() !== "") ?? "";
    const name = first.trim().slice(0, 32);
    return {
      kind: "file",
      path: await files.pasted.save(text, ".txt"),
      name: name === "" ? "Pasted text" : `Pasted: ${name}`,
      size: Buffer.byteLength(text),
      lines: text.replace(/\n$/, "").split("\n").length,
      pasted: true,
    };
  }

  async function pastePicture(bytes: Uint8Array): Promise<Attachment> {
    const type = pictureType(bytes);
    if (type === null)
      throw new SpindleError("invalid_input", "What was pasted is no picture that Spindle knows.", { hint: "Paste a PNG." });
    return { kind: "image", path: await files.pasted.save(bytes, type), name: `Pasted picture${type}`, size: bytes.length, pasted: true };
  }
}

const pictures = new Set([".png", ".jpg", ".jpeg", ".gif", ".webp"]);
const maxPictureBytes = 20_000_000;

/** Facts about paths. What is not there any more, or never was, is named in `missing`. */
async function describe(paths: readonly string[]): Promise<{ attachments: Attachment[]; missing: string[] }> {
  const attachments: Attachment[] = [];
  const missing: string[] = [];
  for (const given of paths) {
    try {
      const facts = await stat(given);
      const kind = facts.isDirectory() ? "folder" : pictures.has(path.extname(given).toLowerCase()) ? "image" : "file";
      attachments.push({
        kind,
        // The real one: a link that a command puts in its place later grants nothing.
        path: await realpath(given),
        name: path.basename(given) || given,
        size: facts.isDirectory() ? 0 : facts.size,
      });
    } catch {
      missing.push(given);
    }
  }
  return { attachments, missing };
}

/** Only what begins as a picture leaves main: the page cannot read other files by this call. */
async function pictureBytes(file: string): Promise<Uint8Array | null> {
  try {
    const facts = await stat(file);
    if (!facts.isFile() || facts.size > maxPictureBytes) return null;
    const bytes = new Uint8Array(await readFile(file));
    return pictureType(bytes) === null ? null : bytes;
  } catch {
    // Gone or unreadable: the chip shows the sign of a picture instead.
    return null;
  }
}

/** The extension that belongs to the first bytes of a picture; null for anything else. */
function pictureType(bytes: Uint8Array): string | null {
  const begin = Buffer.from(bytes.subarray(0, 12)).toString("latin1");
  if (begin.startsWith("\x89PNG\r\n\x1a\n")) return ".png";
  if (begin.startsWith("\xff\xd8\xff")) return ".jpg";
  if (/^GIF8[79]a/.test(begin)) return ".gif";
  return /^RIFF[\s\S]{4}WEBP/.test(begin) ? ".webp" : null;
}
