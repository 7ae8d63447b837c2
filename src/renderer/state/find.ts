import { create } from "zustand";

export interface FindStore {
  readonly open: boolean;
  readonly query: string;
  /** The row with the current match: it unfolds. */
  readonly row: string | null;
  /** The text box is to get the cursor; a new object for every wish, null once it has it. */
  readonly focus: object | null;
}

/** Finding in the shown conversation. */
export const useFind = create<FindStore>()(() => ({ open: false, query: "", row: null, focus: null }));

/** Opens the bar, or gives it the cursor again. What was looked for last stays. */
export function openFind(): void {
  useFind.setState({ open: true, focus: {} });
}

/** Closes the bar; also called when another conversation is shown. */
export function closeFind(): void {
  useFind.setState({ open: false, row: null, focus: null });
}

/** True while the current match is in this row: what is folded in it shows. */
export function useFoundHere(key: string): boolean {
  return useFind((state) => state.row === key);
}
