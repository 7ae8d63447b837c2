import type { EventType, SpindleEvent } from "../../protocol/event.ts";
import { type AttentionKind, attentionKinds, type NotificationSettings } from "../../protocol/settings.ts";
import type { TaskNeed, TaskRow } from "../../protocol/task.ts";
import type { Engine } from "../engine.ts";
import { needOf, openNeeds, placeOf } from "./needs.ts";

/** What the desktop can do to be noticed. */
export interface AttentionPort {
  isFocused(): boolean;
  /** `need` is what a click shows; null: only the window. */
  notify(title: string, body: string, need: TaskNeed | null): void;
  sound(kind: AttentionKind): void;
  badge(count: number): void;
}

/** Tells a person who looks elsewhere what needs them, what is done and what failed. */
export interface Attention {
  task(row: TaskRow): void;
  event(event: SpindleEvent): void;
  /** The window got the focus: what is done or failed has been seen. */
  focused(): void;
  close(): void;
}

/** News of so short a time are told together, ms. */
const gatherMs = 300;
/** News of one kind that are told one by one; more become one sentence. */
const oneByOne = 3;

const heads: Readonly<Record<AttentionKind, string>> = { needsYou: "Needs you", done: "Done", failed: "Failed" };
const manyWords: Readonly<Record<AttentionKind, string>> = { needsYou: "need you", done: "are done", failed: "failed" };
/** Events after which more or less may wait for a person. */
const looked: ReadonlySet<EventType> = new Set<EventType>(["approval_requested", "approval_answered", "turn_finished", "turn_failed"]);

export function createAttention(
  engine: Pick<Engine, "tasks" | "approvals" | "conversations">,
  settings: () => NotificationSettings,
  port: AttentionPort,
): Attention {
  const known = new Map<string, string>(engine.tasks.rows().map((row) => [row.taskId, stateOf(row)]));
  const unseen = { done: 0, failed: 0 };
  let news = new Map<string, News>();
  let timer: NodeJS.Timeout | null = null;

  const updateBadge = (): void => {
    const { needsYou, done, failed } = settings();
    const waiting = needsYou.badge ? openNeeds(engine).length : 0;
    port.badge(waiting + (done.badge ? unseen.done : 0) + (failed.badge ? unseen.failed : 0));
  };
  const tell = (): void => {
    timer = null;
    const gathered = told([...news.values()], engine);
    news = new Map();
    const wanted = settings();
    if (!port.isFocused()) for (const { kind } of gathered) if (kind !== "needsYou") unseen[kind]++;
    if (!port.isFocused() || wanted.whenFocused) {
      for (const kind of attentionKinds) {
        const ofKind = gathered.filter((each) => each.kind === kind);
        if (wanted[kind].desktop)
          tellKind(
            port,
            kind,
            ofKind.map(({ need }) => need),
          );
      }
      const loudest = (["needsYou", "failed", "done"] as const).find(
        (kind) => wanted[kind].sound && gathered.some((each) => each.kind === kind),
      );
      if (loudest !== undefined) port.sound(loudest);
    }
    updateBadge();
  };
  const soon = (): void => {
    timer ??= setTimeout(tell, gatherMs);
  };
  const add = (kind: AttentionKind, about: News["about"], why: string): void => {
    // Of a script's question its task and the conversation tell both.
    const place = typeof about === "string" ? about : about.status === "needs_you" ? placeOf(about) : about.taskId;
    news.set(`${kind} ${place}`, { kind, about, why });
    soon();
  };

  // Late answers of yesterday wait from the start.
  if (openNeeds(engine).length > 0) updateBadge();
  return {
    task(row) {
      const before = known.get(row.taskId);
      const now = stateOf(row);
      if (before === now) return;
      known.set(row.taskId, now);
      soon();
      if (row.late?.state === "waiting" || row.status === "needs_you") add("needsYou", row, "");
      // What a task started is its own business; what wakes a conversation is told when that conversation is done.
      else if (row.parentTaskId !== null || row.late?.state === "discarded" || row.late?.state === "injected") return;
      else if (row.status === "succeeded" && row.notify !== "wake") add("done", row, row.lastLine || "It has ended.");
      // What becomes of a late answer is no second failure.
      else if (before?.startsWith(`${row.run} ${row.status} `) === true) return;
      // What this process itself interrupts it does when it is closed.
      else if (row.status === "interrupted" && row.owner?.pid !== process.pid)
        add("failed", row, row.error?.message ?? "It was cut short.");
      else if (row.status === "failed" || row.status === "timed_out") add("failed", row, row.error?.message ?? "It failed.");
    },
    event(event) {
      if (!looked.has(event.type)) return;
      soon();
      if (event.type === "turn_finished" && event.status !== "completed") return;
      if (event.type === "approval_answered") return;
      if (event.type === "approval_requested") add("needsYou", event.conversationId, "");
      else if (event.type === "turn_failed") add("failed", event.conversationId, event.message);
      else if (event.type === "turn_finished") add("done", event.conversationId, "Its turn is over.");
    },
    focused() {
      unseen.done = 0;
      unseen.failed = 0;
      updateBadge();
    },
    close() {
      if (timer !== null) clearTimeout(timer);
    },
  };
}

interface News {
  readonly kind: AttentionKind;
  /** A task, or the conversation of this id. */
  readonly about: TaskRow | string;
  /** Not for questions: what they ask is known once they are open. */
  readonly why: string;
}

interface Told {
  readonly kind: AttentionKind;
  readonly need: TaskNeed;
}

/** What there is to tell of news. A question may have been answered meanwhile; of an agent's conversation its task tells. */
function told(news: readonly News[], engine: Pick<Engine, "tasks" | "approvals" | "conversations">): readonly Told[] {
  const open = openNeeds(engine);
  const rows = engine.conversations.rows();
  return news.flatMap(({ kind, about, why }): readonly Told[] => {
    if (kind === "needsYou") {
      const need = open.find(({ taskId, conversationId }) =>
        typeof about === "string"
          ? conversationId === about
          : taskId === about.taskId || (about.status === "needs_you" && conversationId === placeOf(about)),
      );
      return need === undefined ? [] : [{ kind, need }];
    }
    if (typeof about !== "string") return [{ kind, need: needOf(about, why) }];
    const found = rows.find(({ row }) => row.id === about);
    if (found === undefined || found.parentTaskId !== null) return [];
    const { projectRoot, row } = found;
    return [{ kind, need: { projectRoot, conversationId: row.id, taskId: null, title: row.title, why, place: "conversation" } }];
  });
}

function tellKind(port: AttentionPort, kind: AttentionKind, needs: readonly TaskNeed[]): void {
  if (needs.length > oneByOne) {
    const titles = needs.map((need) => need.title).join(", ");
    port.notify(`${needs.length} ${manyWords[kind]}`, titles.slice(0, 200), null);
    return;
  }
  for (const need of needs) port.notify(`${heads[kind]}: ${need.title}`, need.why, need);
}

function stateOf(row: TaskRow): string {
  return `${row.run} ${row.status} ${row.late?.state ?? ""}`;
}
