import { create } from "zustand";

/** The palette: null when it is closed, else what it opened with. */
export const usePalette = create<{ readonly query: string | null }>()(() => ({ query: null }));

export function openPalette(query: string): void {
  usePalette.setState({ query });
}

export function closePalette(): void {
  usePalette.setState({ query: null });
}
