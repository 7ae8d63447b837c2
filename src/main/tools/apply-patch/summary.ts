import type { PatchOperation } from "./parse.ts";

/** The list that a successful patch prints: all added, then all changed, then all deleted, paths as the patch wrote them. */
export function patchSummary(operations: readonly PatchOperation[]): string {
  const lines = (["add", "update", "delete"] as const).flatMap((type) =>
    operations.filter((operation) => operation.type === type).map((operation) => `${letters[type]} ${shownPath(operation)}\n`),
  );
  return `Success. Updated the following files:\n${lines.join("")}`;
}

const letters = { add: "A", update: "M", delete: "D" } as const;

function shownPath(operation: PatchOperation): string {
  return operation.type === "update" ? (operation.movePath ?? operation.path) : operation.path;
}
