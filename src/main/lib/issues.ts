import { z } from "zod";

/** What a schema refused, as one line: `providers.demo.model: expected string; provider: …`. */
export function issuesText(error: z.ZodError): string {
  return error.issues
    .map((issue) => (issue.path.length === 0 ? issue.message : `${z.core.toDotPath(issue.path)}: ${issue.message}`))
    .join("; ");
}
