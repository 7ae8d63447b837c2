import type { SpindleEvent } from "../../protocol/event.ts";
import type { PatchFile } from "../../protocol/patch.ts";
import type { TakenBack } from "../../protocol/review.ts";
import type { ProviderId } from "../../protocol/settings.ts";
import { scopeName } from "../../protocol/undo.ts";
import type { ModelImage, ModelMessage } from "../providers/provider.ts";
import { environmentContext, originalUserPrompt, type Surroundings, taskResultText, userText } from "./prompt.ts";

type Started = Extract<SpindleEvent, { type: "tool_started" }>;
type Finished = Extract<SpindleEvent, { type: "tool_finished" }>;

/** What one model request produced and what came back, until it is complete. */
interface Round {
  /** Text, thoughts and calls in the order they came. */
  readonly said: ModelMessage[];
  readonly calls: Started[];
  readonly results: Map<string, Finished>;
  /** What arrived while the calls ran; it stands behind their results. */
  readonly later: ModelMessage[];
}

/**
 * The model's context, folded from the log: pure, no clock, no disk; `images` are the pictures of messages by their seq. The first message is always
 * `<original-user-prompt>`; a call without a result (the application was killed) gets one that says so, because every
 * wire format refuses a call without an answer.
 */
export function modelMessages(
  events: readonly SpindleEvent[],
  surroundings: Surroundings,
  images: ReadonlyMap<number, readonly ModelImage[]> = new Map(),
): ModelMessage[] {
  const messages: ModelMessage[] = [];
  let seenPrompt = false;
  let provider: ProviderId = "demo";
  let round: Round = emptyRound();
  const flush = (): void => {
    messages.push(...roundMessages(round));
    round = emptyRound();
  };
  for (const event of events) {
    switch (event.type) {
      case "user_message": {
        if (!seenPrompt) {
          seenPrompt = true;
          const attached = event.attachments.length === 0 ? "" : `\n\n${userText("The prompt came with files.", event.attachments)}`;
          messages.push(
            { role: "user", text: originalUserPrompt(event.text) },
            { role: "user", text: environmentContext(surroundings) + attached, ...pictures(images.get(event.seq)) },
          );
        } else {
          round.later.push({ role: "user", text: userText(event.text, event.attachments), ...pictures(images.get(event.seq)) });
        }
        break;
      }
      case "turn_started":
        provider = event.provider;
        break;
      case "request_started":
        flush();
        break;
      case "assistant_text":
        if (event.text !== "") round.said.push({ role: "assistant", text: event.text });
        break;
      case "assistant_reasoning":
        if (event.replay !== undefined) round.said.push({ role: "reasoning", provider, item: event.replay });
        break;
      case "tool_started":
        if (event.parentCallId === undefined && event.wireCallId !== undefined) {
          round.calls.push(event);
          round.said.push({
            role: "call",
            wireCallId: event.wireCallId,
            name: event.name,
            format: event.wireFormat ?? "function",
            input: wireInput(event),
          });
        }
        break;
      case "tool_finished":
        if (event.parentCallId === undefined) round.results.set(event.callId, event);
        break;
      case "patch_applied":
        if (event.takenBack !== undefined) round.later.push({ role: "user", text: hunksTakenBack(event.files, event.takenBack) });
        break;
      case "patch_reverted":
        round.later.push({ role: "user", text: changesUndone(event) });
        break;
      case "task_delivered":
        round.later.push({ role: "user", text: taskResultText(event) });
        break;
      case "turn_finished":
        if (event.status === "interrupted")
          round.later.push({
            role: "user",
            text: interruption(event.reason),
          });
        break;
      default:
        // Every other event is for people and programs, not for the model.
        break;
    }
  }
  flush();
  return messages;
}

/** The files on disk are not what the model left: which lines went, so that it does not bring them back unasked. */
function hunksTakenBack(files: readonly PatchFile[], { hunks }: TakenBack): string {
  const shown = files.slice(0, 8).map((file) => `${file.path} (${file.added} added, ${file.removed} removed)`);
  const rest = files.length > shown.length ? [`${files.length - shown.length} more`] : [];
  return `<changes-rejected>The person rejected ${hunks === 1 ? "a hunk" : `${hunks} hunks`} of the patches: those lines are as they were before. Changed on disk: ${[...shown, ...rest].join(", ")}.</changes-rejected>`;
}

/** One short line: the files on disk are not what the model left. */
function changesUndone(event: Extract<SpindleEvent, { type: "patch_reverted" }>): string {
  const shown = event.files.slice(0, 8).map((file) => file.path);
  const files = event.files.length > shown.length ? [...shown, `${event.files.length - shown.length} more`] : shown;
  const what = event.kind === "undo" ? "undid" : "brought back";
  const calls = event.callIds.length > 8 ? `${event.callIds.length} calls` : event.callIds.join(", ");
  return `<changes-${event.kind === "undo" ? "undone" : "redone"}>The person ${what} the changes of ${scopeName(event.scope)} (${calls}). Changed on disk: ${files.join(", ") || "nothing"}.</changes-${event.kind === "undo" ? "undone" : "redone"}>`;
}

function pictures(images: readonly ModelImage[] | undefined): { readonly images?: readonly ModelImage[] } {
  return images === undefined ? {} : { images };
}

function interruption(reason: "person" | "closed" | "killed" | undefined): string {
  const why = reason === "closed" ? "Spindle was closed during" : reason === "killed" ? "Spindle was killed during" : "The person stopped";
  return `<turn-interrupted>${why} the previous turn. Calls that had not ended were cancelled.</turn-interrupted>`;
}

function emptyRound(): Round {
  return { said: [], calls: [], results: new Map(), later: [] };
}

function roundMessages(round: Round): ModelMessage[] {
  const messages = [...round.said];
  for (const call of round.calls) {
    const result = round.results.get(call.callId);
    messages.push({
      role: "result",
      wireCallId: wireId(call),
      format: call.wireFormat ?? "function",
      text: result?.text ?? "interrupted: Spindle was stopped before this call ended; what it did is unknown.",
      ok: result?.ok ?? false,
    });
  }
  return [...messages, ...round.later];
}

function wireId(call: Started): string {
  return call.wireCallId ?? call.callId;
}

/** The input as it stood on the wire: freeform text for custom tools, JSON otherwise. */
function wireInput(call: Started): string {
  if (typeof call.input === "string") return call.input;
  if (call.wireFormat !== "custom" || call.input === null || typeof call.input !== "object") return JSON.stringify(call.input);
  const text = Object.values(call.input).find((value) => typeof value === "string");
  return text ?? JSON.stringify(call.input);
}
