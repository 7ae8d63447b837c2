import type { BrowserWindowConstructorOptions, Point, TitleBarOverlayOptions } from "electron";

/** How the window looks at a moment. */
export interface Look {
  readonly dark: boolean;
  /** Size of everything in the page. */
  readonly zoom: number;
  /** What the upper right corner of the page is painted with: the canvas before a project is open, then a panel. */
  readonly ground: "canvas" | "panel";
}

/** Height of the bars at the top of the page, px of the page; see `h-11` in the renderer. */
const barHeight = 44;
const trafficLightHeight = 14;

/**
 * The title bar: the page draws its own, the system's buttons stand in it. macOS keeps its three lights left, Windows and Linux
 * their buttons right, as an overlay in the colours of the theme. The page leaves room for them (`titlebar-area-*` in theme.css).
 */
export function titleBarOptions(
  platform: NodeJS.Platform,
  look: Look,
): Pick<BrowserWindowConstructorOptions, "titleBarStyle" | "titleBarOverlay" | "trafficLightPosition"> {
  return platform === "darwin"
    ? { titleBarStyle: "hiddenInset", titleBarOverlay: { height: height(look.zoom) }, trafficLightPosition: trafficLights(look.zoom) }
    : { titleBarStyle: "hidden", titleBarOverlay: overlay(platform, look) };
}

/** The buttons of Windows and Linux. On Windows the page shows through; Linux draws a ground (seen: else the desktop theme's). */
export function overlay(platform: NodeJS.Platform, { dark, zoom, ground }: Look): Required<TitleBarOverlayOptions> {
  const panel = dark ? "#131418" : "#ffffff";
  return {
    color: platform === "win32" ? "rgba(0, 0, 0, 0)" : ground === "panel" ? panel : backgroundColor(dark),
    symbolColor: dark ? "#b3b6c0" : "#4a4d55",
    height: height(zoom),
  };
}

/** Where the lights of macOS stand: in the middle of the bar, as far from the side as from the top. */
export function trafficLights(zoom: number): Point {
  const y = Math.round((barHeight * zoom - trafficLightHeight) / 2);
  return { x: Math.min(y, 16), y };
}

/** What is behind the page before it paints and while the window grows: the canvas of theme.css. */
export function backgroundColor(dark: boolean): string {
  return dark ? "#0e0f12" : "#f3f3f1";
}

/** Without the line below the bars, in px of the screen. */
function height(zoom: number): number {
  return Math.round(barHeight * zoom) - 1;
}
