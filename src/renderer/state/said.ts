import { create } from "zustand";

/** A short word about what was done, for a moment; a new object for every one, so that the same word is told again. */
export const useSaid = create<{ readonly said: { readonly text: string } | null }>()(() => ({ said: null }));

/** How long a word stays, ms. */
const staysMs = 2_000;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Tells the person that something was done which shows nowhere else. Failures go to `reportError`. */
export function say(text: string): void {
  clearTimeout(timer);
  useSaid.setState({ said: { text } });
  timer = setTimeout(() => useSaid.setState({ said: null }), staysMs);
}
