import { describe, expect, it } from "vitest";
import { groupApprovals, questionOf, showInvisible } from "../../../src/renderer/features/approval/approval-groups.ts";

function pending(approvalId: string, callId: string) {
  return { turnId: "t1", askedAt: 0, request: { approvalId, hash: "h", callId, tool: "exec", summary: "ls", reason: "ask" } };
}

describe("approvals", () => {
  it("are grouped by script, in the order of the first question; direct calls stand alone", () =>
    expect(
      groupApprovals([pending("a1", "c1.2"), pending("a2", "c5"), pending("a3", "c1.7"), pending("a4", "c6")]).map(
        (group) => `${group.scriptCallId}: ${group.approvals.map((each) => each.request.approvalId).join(" ")}`,
      ),
    ).toEqual(["c1: a1 a3", "null: a2", "null: a4"]));

  it("ask in words that name what happens", () =>
    expect([
      questionOf("exec", 1),
      questionOf("exec", 3),
      questionOf("applyPatch", 1),
      questionOf("spawn", 2),
      questionOf("readFile", 1),
      questionOf("", 2),
    ]).toEqual([
      "Run this command?",
      "Run these 3 commands?",
      "Write this patch?",
      "Start these 2 tasks?",
      "Allow readFile?",
      "Allow these 2 calls?",
    ]));

  it("show what cannot be seen", () =>
    expect(showInvisible("rm\u202e -rf\u200b \u001b[0m\n\tx é 日本 👍")).toBe("rm\\u{202e} -rf\\u{200b} \\u{1b}[0m\n\tx é 日本 👍"));
});
