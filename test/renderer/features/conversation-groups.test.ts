import { describe, expect, it } from "vitest";
import type { ConversationRow } from "../../../src/protocol/ipc.ts";
import { groupConversations, rowState, rowStateWords } from "../../../src/renderer/features/conversations/conversation-groups.ts";

const now = new Date(2026, 10, 23, 12).getTime();
const hour = 3_600_000;

function row(id: string, hoursAgo: number, change: Partial<ConversationRow> = {}): ConversationRow {
  return { id, title: id, createdAt: 0, updatedAt: now - hoursAgo * hour, status: "idle", unread: false, added: 0, removed: 0, ...change };
}

describe("the conversation list", () => {
  it("groups by day and keeps the order", () =>
    expect(
      groupConversations([row("a", 0), row("b", 11), row("c", 13), row("d", 60), row("e", 24 * 9)], now).map(
        (group) => `${group.name}: ${group.rows.map((each) => each.id).join(" ")}`,
      ),
    ).toEqual(["Today: a b", "Yesterday: c", "This week: d", "Earlier: e"]));

  it.each([
    [{ status: "running", unread: true }, "running", "Running"],
    [{ status: "needs_you" }, "needs_you", "Needs you"],
    [{ status: "failed" }, "failed", "Failed"],
    [{ unread: true }, "unread", "Done, not read"],
    [{}, "idle", ""],
  ] as const)("marks %j as %s", (change, state, words) =>
    expect([rowState(row("a", 0, change)), rowStateWords(row("a", 0, change))]).toEqual([state, words]),
  );
});
