import { createHash } from "node:crypto";
import type { PatchText } from "../../src/protocol/patch.ts";

/** How an event of a patch names a text. */
export function named(text: string): PatchText {
  return text === "" ? "" : { hash: createHash("sha256").update(text).digest("hex"), bytes: Buffer.byteLength(text) };
}
