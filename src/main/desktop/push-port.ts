import { takenTogether } from "../../protocol/channels.ts";
import type { PushBatch, PushName, Pushes } from "../../protocol/ipc.ts";
import { createBatch } from "../lib/batch.ts";

/** One end of a message channel, as Electron and Node have it. */
export interface BatchPort {
  postMessage(batch: PushBatch): void;
  on(event: "message", listener: () => void): unknown;
  start(): void;
  close(): void;
}

/** All pushes to one page, over one port. */
export interface PushPort {
  push<N extends PushName>(name: N, value: Pushes[N]): void;
  /** A page has loaded and takes pushes from here on; what waits for the page before it is dropped: the new one reads everything anew. */
  connect(port: BatchPort): void;
  /** Sends what waits for its frame. Called before a call is answered: an answer must not overtake older news. */
  flush(): void;
  close(): void;
}

/** About one frame (ms): batched pushes cost a third of single ones in main, and half in the page (measured). */
const frameMs = 16;
/** Batches on their way that the page has not taken yet: about a second of them. Then the rest waits here. */
const mostUntaken = 60;
/** Pushes that wait here at most. A page that took none for so long reads everything anew. */
const mostWaiting = 50_000;

/**
 * Batches pushes, about one batch a frame; pushes of one name in a row stand together. The page answers every `takenTogether`
 * batches with any message. One that does not is sent no more than a second of batches, and then told to load anew instead of the rest.
 */
export function createPushPort(limits = { untaken: mostUntaken, waiting: mostWaiting, together: takenTogether }): PushPort {
  let port: BatchPort | null = null;
  let untaken = 0;
  let held: (readonly [PushName, unknown])[] = [];
  let isLost = false;
  const send = (): void => {
    if (port === null || untaken >= limits.untaken) return;
    if (held.length === 0 && !isLost) return;
    untaken++;
    port.postMessage(isLost ? "load anew" : grouped(held));
    held = [];
    isLost = false;
  };
  const batch = createBatch<readonly [PushName, unknown]>(frameMs, (pushes) => {
    if (port === null || isLost) return;
    held = held.length === 0 ? [...pushes] : [...held, ...pushes];
    if (held.length > limits.waiting) {
      held = [];
      isLost = true;
    }
    send();
  });
  const disconnect = (): void => {
    port?.close();
    port = null;
    untaken = 0;
    held = [];
    isLost = false;
  };
  return {
    push: (name, value) => batch.add([name, value]),
    connect(next) {
      disconnect();
      port = next;
      next.on("message", () => {
        if (port !== next) return;
        untaken = Math.max(0, untaken - limits.together);
        send();
      });
      next.start();
    },
    flush: batch.flush,
    close() {
      batch.close();
      disconnect();
    },
  };
}

function grouped(pushes: readonly (readonly [PushName, unknown])[]): PushBatch {
  const groups: [PushName, unknown[]][] = [];
  for (const [name, value] of pushes) {
    const last = groups.at(-1);
    if (last?.[0] === name) last[1].push(value);
    else groups.push([name, [value]]);
  }
  return groups;
}
