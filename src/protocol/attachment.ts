import { z } from "zod";

/** Lines of a file, from 1, both ends included. */
export const lineRangeSchema = z.strictObject({ from: z.number().int().min(1), to: z.number().int().min(1) });
export type LineRange = z.infer<typeof lineRangeSchema>;

/** A file or folder a person added to a prompt. `path` is absolute; it may be outside the project (then reading it is granted). */
export const attachmentSchema = z.strictObject({
  kind: z.enum(["file", "folder", "image"]),
  path: z.string().min(1),
  /** What the chip shows. */
  name: z.string().min(1),
  size: z.number().int().min(0),
  /** For text files: number of lines when cheap to know. */
  lines: z.number().int().min(0).optional(),
  /** Only these lines are meant. */
  range: lineRangeSchema.optional(),
  /** A text or picture that was pasted and is kept in a file of the data folder. */
  pasted: z.literal(true).optional(),
});
export type Attachment = z.infer<typeof attachmentSchema>;

/** Tells attachments of one prompt apart: a file may be there twice, with other lines. */
export function attachmentKey({ path, range }: Pick<Attachment, "path" | "range">): string {
  return range === undefined ? path : `${path}:${range.from}-${range.to}`;
}
