import { z } from "zod";

/** A file or folder a person added to a prompt. `path` is absolute; it may be outside the project (then reading it is granted). */
export const attachmentSchema = z.strictObject({
  kind: z.enum(["file", "folder", "image"]),
  path: z.string().min(1),
  /** What the chip shows. */
  name: z.string().min(1),
  size: z.number().int().min(0),
  /** For text files: number of lines when cheap to know. */
  lines: z.number().int().min(0).optional(),
});
export type Attachment = z.infer<typeof attachmentSchema>;
