import type { TaskMessage } from "./work.ts";

/** Hands words for an agent to whoever listens, each once and in their order. */
export interface Mailbox {
  /** One listener, told at once what came before; with null words wait for the next one. */
  listen(listener: ((message: TaskMessage) => void) | null): void;
  /** Passes on what came since the last time. */
  pass(): void;
}

/** `messages` gives all words of the run, oldest first. */
export function createMailbox(messages: () => readonly TaskMessage[]): Mailbox {
  let listener: ((message: TaskMessage) => void) | null = null;
  let passed = 0;
  const pass = (): void => {
    if (listener === null) return;
    const all = messages();
    for (const message of all.slice(passed)) listener(message);
    passed = all.length;
  };
  return {
    listen(given) {
      listener = given;
      pass();
    },
    pass,
  };
}
