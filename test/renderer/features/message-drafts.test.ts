import { expect, test } from "vitest";
import type { Attachment } from "../../../src/protocol/attachment.ts";
import { addToMessage, changeMessageDraft, dropSentMessage, messageDraft } from "../../../src/renderer/features/tasks/message-drafts.ts";

const file = (path: string): Attachment => ({ path, name: path, kind: "file", size: 1 });

test("what was sent to an agent goes, what was typed and dropped meanwhile stays", () => {
  changeMessageDraft("t1", () => ({ text: "Look at this", files: [file("one")] }));
  const sent = messageDraft("t1");
  changeMessageDraft("t1", () => ({ text: "Look at this and that" }));
  addToMessage("t1", [file("two")]);
  dropSentMessage("t1", sent);
  expect(messageDraft("t1")).toEqual({ text: " and that", files: [file("two")] });
  changeMessageDraft("t1", () => ({ text: "Something else" }));
  dropSentMessage("t1", sent);
  expect(messageDraft("t1").text).toBe("Something else");
});
