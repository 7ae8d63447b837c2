import { create } from "zustand";

/** A short word about what was done, for a moment; counted by `nth`, so that the same word is told again. */
export const useSaid = create<{ readonly said: { readonly text: string; readonly nth: number } | null }>()(() => ({ said: null }));

/** How long a word stays, ms. */
const staysMs = 2_000;
let count = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Tells the person that something was done which shows nowhere else. Failures go to `reportError`. */
export function say(text: string): void {
  clearTimeout(timer);
  useSaid.setState({ said: { text, nth: ++count } });
  timer = setTimeout(() => useSaid.setState({ said: null }), staysMs);
}
