import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { CallId } from "../../protocol/ids.ts";

/** What the panel beside the conversation shows. */
export const panelTabs = ["review", "files", "plan", "context"] as const;
export type PanelTab = (typeof panelTabs)[number];

export interface LayoutStore {
  readonly sidebarOpen: boolean;
  readonly reviewOpen: boolean;
  /** The person closed the review: it does not open by itself again until they open it. */
  readonly reviewDismissed: boolean;
  /** px. */
  readonly sidebarWidth: number;
  readonly reviewWidth: number;
  /** The terminals are shown below the conversation. Not remembered: a start would open a shell nobody asked for. */
  readonly terminalOpen: boolean;
  /** px. */
  readonly terminalHeight: number;
  readonly diffStyle: "unified" | "split" | "list";
  readonly diffWrap: boolean;
  /** Hunks that change only white space are hidden. */
  readonly diffHidesSpace: boolean;
  /** Signs before changed lines, not only colours. */
  readonly diffSigns: boolean;
  /** Kept while the window is open, whatever is shown in it. Not remembered. */
  readonly panelTab: PanelTab;
  /** The file the review panel shows; null: the first. Not remembered. */
  readonly reviewFile: string | null;
  /** Only this patch is reviewed; null: all of the conversation. Not remembered. */
  readonly reviewCall: CallId | null;
  /** The call the conversation is to show; a new object for every jump. Not remembered. */
  readonly jump: { readonly callId: CallId } | null;
}

/** Places and sizes, remembered in localStorage. Use `useLayout.setState` or the functions below. */
export const useLayout = create<LayoutStore>()(
  persist(
    (): LayoutStore => ({
      sidebarOpen: true,
      reviewOpen: false,
      reviewDismissed: false,
      sidebarWidth: 272,
      reviewWidth: 590,
      terminalOpen: false,
      terminalHeight: 260,
      diffStyle: "unified",
      diffWrap: false,
      diffSigns: false,
      diffHidesSpace: false,
      panelTab: "review",
      reviewFile: null,
      reviewCall: null,
      jump: null,
    }),
    {
      name: "spindle.layout",
      version: 1,
      partialize: ({
        sidebarOpen,
        reviewOpen,
        reviewDismissed,
        sidebarWidth,
        reviewWidth,
        terminalHeight,
        diffStyle,
        diffWrap,
        diffSigns,
        diffHidesSpace,
      }) => ({
        sidebarOpen,
        reviewOpen,
        reviewDismissed,
        sidebarWidth,
        reviewWidth,
        terminalHeight,
        diffStyle,
        diffWrap,
        diffSigns,
        diffHidesSpace,
      }),
    },
  ),
);

export function toggleSidebar(): void {
  useLayout.setState(({ sidebarOpen }) => ({ sidebarOpen: !sidebarOpen }));
}

export function toggleReview(): void {
  useLayout.setState(({ reviewOpen }) => ({ reviewOpen: !reviewOpen, reviewDismissed: reviewOpen }));
}

/** Scrolls the conversation to a call and opens it in its script. */
export function jumpToCall(callId: CallId): void {
  useLayout.setState({ jump: { callId } });
}

/** A patch came while the person watches: shows it, unless they closed the review before. */
export function showFreshPatch(): void {
  const { reviewOpen, reviewDismissed } = useLayout.getState();
  if (!reviewOpen && !reviewDismissed) {
    useLayout.setState({ reviewOpen: true, panelTab: "review", reviewCall: null, reviewFile: null });
  }
}

/** Opens the review panel, on one patch and file when given. */
export function openReview(target: { readonly callId?: CallId; readonly file?: string } = {}): void {
  useLayout.setState({
    reviewOpen: true,
    reviewDismissed: false,
    panelTab: "review",
    reviewCall: target.callId ?? null,
    reviewFile: target.file ?? null,
  });
}
