/** Narrowest useful widths, px of the page. */
export const least = { sidebar: 220, thread: 360, review: 380 } as const;
/** Width the conversation is left with as long as the review can give, px. */
const comfortableThread = 590;

export type PanelName = "sidebar" | "review";
interface Open {
  readonly sidebarOpen: boolean;
  readonly reviewOpen: boolean;
}

/** What is shown besides the conversation (over it where there is no room), and what was closed only because there was none. */
export interface Panels extends Open {
  readonly aside: Readonly<Record<PanelName, boolean>>;
}

/**
 * Which open panel lies over the conversation because it does not fit beside it: of two the sidebar, as long as the review alone
 * fits.
 */
export function overConversation(width: number, { sidebarOpen, reviewOpen }: Open): PanelName | null {
  const room = width - least.thread;
  if (sidebarOpen && reviewOpen) {
    if (room >= least.sidebar + least.review) return null;
    return room >= least.review ? "sidebar" : "review";
  }
  if (reviewOpen) return room >= least.review ? null : "review";
  return sidebarOpen && room < least.sidebar ? "sidebar" : null;
}

/**
 * The panels in a window of that width, after it was opened or resized: what does not fit beside the conversation is closed and comes
 * back once it fits. Nothing lies over the conversation unasked.
 */
export function fitPanels(width: number, { sidebarOpen, reviewOpen, aside }: Panels): Panels {
  let fitting: Panels = {
    sidebarOpen: sidebarOpen || aside.sidebar,
    reviewOpen: reviewOpen || aside.review,
    aside: { sidebar: false, review: false },
  };
  for (let over = overConversation(width, fitting); over !== null; over = overConversation(width, fitting))
    fitting = putAside(fitting, over);
  return fitting;
}

/**
 * The panels after the person opened or closed one. What they opened is shown, over the conversation if need be; the other one makes
 * room. A look over the conversation changes nothing of what comes back in a larger window.
 */
export function withPanel(width: number, panels: Panels, name: PanelName, open: boolean): Panels {
  const { sidebarOpen, reviewOpen, aside } = panels;
  const before = overConversation(width, panels);
  const changed = withOpen({ sidebarOpen, reviewOpen, aside }, name, open);
  const settled = { ...changed, aside: { ...aside, [name]: false } };
  if (!open) return bringBack(width, before === name ? changed : settled);
  const other = name === "sidebar" ? "review" : "sidebar";
  const over = overConversation(width, changed);
  const next = over === name ? changed : settled;
  const hasRoom = over === null || (over === name && overConversation(width, withOpen(changed, name, false)) !== other);
  if (hasRoom || !isOpen(next, other)) return next;
  const alone = before === other ? withOpen(next, other, false) : putAside(next, other);
  return overConversation(width, alone) === name ? { ...alone, aside: { ...alone.aside, [name]: aside[name] } } : alone;
}

/** Widths of the side panels: as wanted, smaller where the window is, so that the conversation keeps a comfortable one. */
export function fittingWidths(
  width: number,
  wanted: { readonly sidebarWidth: number; readonly reviewWidth: number; readonly sidebarOpen: boolean },
): Readonly<Record<PanelName, number>> {
  const most = width < 1_100 ? least.sidebar : width < 1_360 ? 240 : Number.POSITIVE_INFINITY;
  const sidebar = Math.min(wanted.sidebarWidth, most);
  const rest = width - (wanted.sidebarOpen ? sidebar : 0);
  return { sidebar, review: Math.min(wanted.reviewWidth, Math.max(least.review, rest - comfortableThread)) };
}

/**
 * What is to be remembered after a person dragged a separator and the panels are `seen` that wide (px; null: not beside the
 * conversation): the width they gave, and not the one that only a small window forces on the other panel.
 */
export function draggedWidths(
  width: number,
  wanted: Parameters<typeof fittingWidths>[1],
  seen: Readonly<Record<PanelName, number | null>>,
): { readonly sidebarWidth?: number; readonly reviewWidth?: number } {
  const forced = fittingWidths(width, wanted);
  const dragged = (name: PanelName): number | null => {
    const now = seen[name];
    return now === null || Math.abs(now - forced[name]) < 1 ? null : Math.round(now);
  };
  const sidebarWidth = dragged("sidebar");
  const reviewWidth = dragged("review");
  return { ...(sidebarWidth === null ? {} : { sidebarWidth }), ...(reviewWidth === null ? {} : { reviewWidth }) };
}

function bringBack(width: number, panels: Panels): Panels {
  let back = panels;
  for (const name of ["review", "sidebar"] as const) {
    const shown = withOpen(back, name, true);
    if (back.aside[name] && overConversation(width, shown) === null) back = { ...shown, aside: { ...back.aside, [name]: false } };
  }
  return back;
}

function putAside(panels: Panels, name: PanelName): Panels {
  return { ...withOpen(panels, name, false), aside: { ...panels.aside, [name]: true } };
}

function isOpen(panels: Panels, name: PanelName): boolean {
  return name === "sidebar" ? panels.sidebarOpen : panels.reviewOpen;
}

function withOpen(panels: Panels, name: PanelName, open: boolean): Panels {
  return name === "sidebar" ? { ...panels, sidebarOpen: open } : { ...panels, reviewOpen: open };
}
