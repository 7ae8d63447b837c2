import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const content = z.union([
  z.string(),
  z.object({ base64: z.string() }),
  /** Line i (from 0) is `line <i mod 7> of <i>`, but for those that are replaced. */
  z.object({ lines: z.number(), replaced: z.record(z.string(), z.string()) }),
]);
const folder = z.object({
  files: z.record(z.string(), content),
  links: z.record(z.string(), z.string()).optional(),
  modes: z.record(z.string(), z.string()).optional(),
  emptyFolders: z.array(z.string()).optional(),
  /** Files of the folder beside the project. */
  outside: z.record(z.string(), content).optional(),
});
const schema = z.array(
  z.strictObject({
    name: z.string(),
    /** `{ROOT}` is the project, `{OUTSIDE}` the folder beside it; also in what is printed. */
    patch: z.union([z.string(), z.object({ base64: z.string() })]),
    asArgument: z.boolean().optional(),
    before: folder,
    /** Absent: as before. */
    after: folder.optional(),
    exitCode: z.number(),
    stdout: z.string().optional(),
    stderr: z.string().optional(),
  }),
);

export type OriginalCase = z.infer<typeof schema>[number];
export type CaseFolder = z.infer<typeof folder>;

/** What the original's patch command did with 141 patches: recorded runs of Codex 0.169.0 on Linux, in our own form. */
export const originalCases: readonly OriginalCase[] = schema.parse(
  JSON.parse(readFileSync(path.join(import.meta.dirname, "original-apply-patch.json"), "utf8")),
);

/** The bytes of a content. */
export function bytesOf(value: z.infer<typeof content>): Buffer {
  if (typeof value === "string") return Buffer.from(value);
  if ("base64" in value) return Buffer.from(value.base64, "base64");
  return Buffer.from(Array.from({ length: value.lines }, (_, i) => `${value.replaced[i] ?? `line ${i % 7} of ${i}`}\n`).join(""));
}
