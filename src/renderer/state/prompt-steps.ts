import { create } from "zustand";

/** A wish to go to the prompt before (-1) or behind (1) in the shown conversation; a new object for every wish. */
export const usePromptSteps = create<{ readonly step: { readonly by: 1 | -1 } | null }>()(() => ({ step: null }));

export function stepPrompt(by: 1 | -1): void {
  usePromptSteps.setState({ step: { by } });
}
