import { expect, test } from "vitest";
import type { ErrorCode } from "../../src/protocol/error.ts";
import { troubleOf } from "../../src/renderer/state/call-trouble.ts";

const hint = "Read the file again and make the patch anew. No file was changed.";
const words = (message: string, code: ErrorCode = "patch_failed", tool = "applyPatch") =>
  troubleOf({ tool, error: { code, message, hint } });

test.each([
  [
    "apply_patch verification failed: Failed to find expected lines in /p/a.ts:\n  one\n  two",
    "These lines are not in /p/a.ts:\n  one\n  two",
  ],
  ["apply_patch verification failed: Failed to find context 'f()' in /p/a.ts", "The line “f()” is not in /p/a.ts."],
  [
    "apply_patch verification failed: Failed to read file to update /p/a.ts: No such file or directory (os error 2)",
    "/p/a.ts cannot be read: No such file or directory.",
  ],
  ["apply_patch verification failed: multiple operations target /p/a", "The patch changes /p/a in two places at once."],
  ["Failed to write file /p/a", "Failed to write file /p/a"],
])("a person reads of a failed patch: %s", (message, told) => {
  expect(words(message)).toEqual({ message: told, hint: "No file was changed." });
});

test("a faulty patch names its line; errors of other tools stay as they are", () => {
  expect([
    words("apply_patch verification failed: invalid hunk at line 3, '-a' is odd", "invalid_patch")?.message,
    words("Not allowed.", "denied"),
    words("Failed to find expected lines in a:\nx", "patch_failed", "exec"),
    troubleOf({ tool: "applyPatch", error: null }),
  ]).toEqual([
    "Line 3 of the patch: '-a' is odd",
    { message: "Not allowed.", hint },
    { message: "Failed to find expected lines in a:\nx", hint },
    null,
  ]);
});
