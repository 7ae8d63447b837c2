import { create } from "zustand";
import type { Attachment } from "../../protocol/attachment.ts";
import type { ErrorData } from "../../protocol/error.ts";
import { asErrorData, call } from "../lib/api.ts";

export interface PastedStore {
  /** The pasted text that is shown in full; null: none. */
  readonly shown: Attachment | null;
  /** Its text, null until it was read. */
  readonly text: string | null;
  readonly error: ErrorData | null;
}

/** A pasted text that a person looks at. */
export const usePasted = create<PastedStore>()(() => ({ shown: null, text: null, error: null }));

export function showPasted(shown: Attachment): void {
  usePasted.setState({ shown, text: null, error: null });
  call("attachments.pasted", { path: shown.path }).then(
    ({ text }) => usePasted.setState((state) => (state.shown === shown ? { text } : state)),
    (error: unknown) => usePasted.setState((state) => (state.shown === shown ? { error: asErrorData(error) } : state)),
  );
}

export function closePasted(): void {
  usePasted.setState({ shown: null, text: null, error: null });
}
