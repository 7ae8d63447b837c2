import { create } from "zustand";
import type { CallId } from "../../protocol/ids.ts";
import { fitPanels, overConversation, type PanelName, type Panels, withPanel } from "./layout-fit.ts";
import { readLayout, writeLayout } from "./layout-memory.ts";

/** What the panel beside the conversation shows. */
export const panelTabs = ["review", "files", "plan", "context"] as const;
export type PanelTab = (typeof panelTabs)[number];
export const panelNames: Readonly<Record<PanelTab, string>> = { review: "Review", files: "Files", plan: "Plan", context: "Context" };

export interface LayoutStore extends Panels {
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
  /** Of the window, px of the page. Not remembered. */
  readonly width: number;
}

type Remembered = Pick<
  LayoutStore,
  | "sidebarOpen"
  | "reviewOpen"
  | "reviewDismissed"
  | "sidebarWidth"
  | "reviewWidth"
  | "terminalHeight"
  | "diffStyle"
  | "diffWrap"
  | "diffSigns"
  | "diffHidesSpace"
>;

const usual: Remembered = {
  sidebarOpen: true,
  reviewOpen: false,
  reviewDismissed: false,
  sidebarWidth: 272,
  reviewWidth: 590,
  terminalHeight: 260,
  diffStyle: "unified",
  diffWrap: false,
  diffSigns: false,
  diffHidesSpace: false,
};

/** Places and sizes, remembered for each project. Use `useLayout.setState` for what is not a panel, else the functions below. */
export const useLayout = create<LayoutStore>()((): LayoutStore => ({
  ...usual,
  terminalOpen: false,
  panelTab: "review",
  reviewFile: null,
  reviewCall: null,
  jump: null,
  aside: { sidebar: false, review: false },
  width: Number.POSITIVE_INFINITY,
}));

let openRoot: string | null = null;

/** Takes the layout of the project that is open from now on; to be called before the project is drawn. Null: none is. */
export function openLayout(root: string | null): void {
  if (root === openRoot) return;
  openRoot = root;
  if (root === null) return;
  const own: Remembered = readLayout(root, usual);
  useLayout.setState(({ width }) => ({
    ...own,
    ...fitPanels(width, { ...own, aside: { sidebar: false, review: false } }),
    reviewFile: null,
    reviewCall: null,
    jump: null,
  }));
}

/** Keeps the layout of the open project as it changes, and the panels within the window; returns the function that stops. */
export function followLayout(): () => void {
  const onResize = () =>
    useLayout.setState((state) => {
      const width = window.innerWidth;
      const over = overConversation(state.width, state);
      // What the person opened over the conversation stays while it has to be there.
      return over !== null && overConversation(width, state) === over ? { width } : { width, ...fitPanels(width, state) };
    });
  onResize();
  window.addEventListener("resize", onResize);
  const stop = useLayout.subscribe((state) => {
    if (openRoot !== null) writeLayout(openRoot, remembered(state));
  });
  return () => {
    window.removeEventListener("resize", onResize);
    stop();
  };
}

/** What only a small window closed is remembered as open; what lies over the conversation is a look that passes. */
function remembered(state: LayoutStore): Remembered {
  const { sidebarOpen, reviewOpen, reviewDismissed, sidebarWidth, reviewWidth, terminalHeight, aside } = state;
  const over = overConversation(state.width, state);
  const { diffStyle, diffWrap, diffSigns, diffHidesSpace } = state;
  return {
    sidebarOpen: (sidebarOpen && over !== "sidebar") || aside.sidebar,
    reviewOpen: (reviewOpen && over !== "review") || aside.review,
    reviewDismissed,
    sidebarWidth,
    reviewWidth,
    terminalHeight,
    diffStyle,
    diffWrap,
    diffSigns,
    diffHidesSpace,
  };
}

function showPanel(name: PanelName, open: boolean): void {
  useLayout.setState((state) => withPanel(state.width, state, name, open));
  if (name === "review" && !open) forgetReviewed();
}

/** Nothing of a conversation is reviewed on its own any more: it was closed, or another one is shown and numbers its calls anew. */
export function forgetReviewed(): void {
  useLayout.setState({ reviewCall: null, reviewFile: null });
}

export function toggleSidebar(): void {
  showPanel("sidebar", !useLayout.getState().sidebarOpen);
}

export function toggleReview(): void {
  const { reviewOpen } = useLayout.getState();
  showPanel("review", !reviewOpen);
  useLayout.setState({ reviewDismissed: reviewOpen });
}

/** Closes the panel (or only that one) that lies over the conversation, for lack of room beside it. */
export function closeOverlay(name?: PanelName): void {
  const state = useLayout.getState();
  const over = overConversation(state.width, state);
  if (over !== null && (name ?? over) === over) showPanel(over, false);
}

/** Scrolls the conversation to a call and opens it in its script. */
export function jumpToCall(callId: CallId): void {
  closeOverlay();
  useLayout.setState({ jump: { callId } });
}

/** A patch came while the person watches: shows it, unless they closed the review before or it would lie over the conversation. */
export function showFreshPatch(): void {
  const { width, sidebarOpen, reviewOpen, reviewDismissed } = useLayout.getState();
  if (reviewOpen || reviewDismissed || overConversation(width, { sidebarOpen, reviewOpen: true }) === "review") return;
  showPanel("review", true);
  useLayout.setState({ panelTab: "review", reviewCall: null, reviewFile: null });
}

/** Opens the review panel, on one patch and file when given. */
export function openReview(target: { readonly callId?: CallId; readonly file?: string } = {}): void {
  showPanel("review", true);
  useLayout.setState({
    reviewDismissed: false,
    panelTab: "review",
    reviewCall: target.callId ?? null,
    reviewFile: target.file ?? null,
  });
}
