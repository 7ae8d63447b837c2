import { create } from "zustand";
import type { ErrorData } from "../../protocol/error.ts";
import { asErrorData, call } from "../lib/api.ts";

export interface Notice {
  readonly id: number;
  readonly error: ErrorData;
}

/** Failures that belong to no place in the window, newest last; each stays until it is dismissed. */
export const useNotices = create<{ readonly notices: readonly Notice[] }>()(() => ({ notices: [] }));

/** Notices shown at once; the oldest go first. */
const shownNotices = 3;
let nextId = 1;

/** Shows a failure in the corner of the window. For places that have no better one of their own. */
export function reportError(error: unknown): void {
  const notice: Notice = { id: nextId++, error: asErrorData(error) };
  useNotices.setState(({ notices }) => ({ notices: [...notices, notice].slice(-shownNotices) }));
}

export function dismissNotice(id: number): void {
  useNotices.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
}

/** Failures that nothing of the window took care of are shown, not lost; returns the function that stops. */
export function followFaults(): () => void {
  const onRejection = ({ reason }: PromiseRejectionEvent) => reportError(reason);
  const onError = ({ error, message }: ErrorEvent) => {
    // The browser's note that a size was measured once more: nothing failed.
    if (!message.startsWith("ResizeObserver loop")) reportError(error ?? message);
  };
  window.addEventListener("unhandledrejection", onRejection);
  window.addEventListener("error", onError);
  return () => {
    window.removeEventListener("unhandledrejection", onRejection);
    window.removeEventListener("error", onError);
  };
}

/** Opens a link of a message outside the application: main asks the person first. A refusal is no error. */
export function openLink(url: string): void {
  call("links.open", { url }).catch(reportError);
}
