import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Rectangle } from "electron";
import { z } from "zod";
import { settingsSchema, type Settings } from "../../protocol/settings.ts";

const whole = z.number().int().min(-100_000).max(100_000);
const placeSchema = z.strictObject({ x: whole, y: whole, width: whole, height: whole, maximized: z.boolean() });
/** Where the window was, not maximized, and whether it was maximized. */
export type WindowPlace = z.infer<typeof placeSchema>;

export const minWidth = 900;
export const minHeight = 600;
const usual = { width: 1680, height: 1050 };
/** So much of the window's upper edge must be on a screen, or a person could not get hold of it (px). */
const grip = { width: 120, height: 40 };

/**
 * Where a window opens: where it was when that is still on a screen, made smaller where the screen is; else in the middle of the first
 * screen. `areas` are the free areas of the screens, the first one's first.
 */
export function placeOnScreens(saved: WindowPlace | null, areas: readonly Rectangle[]): Partial<Rectangle> {
  const [first] = areas;
  if (first === undefined) return usual;
  const home = saved === null ? undefined : areas.find((area) => isHeld(saved, area));
  const size = fit(saved ?? usual, home ?? first);
  return saved === null || home === undefined ? size : { ...size, x: saved.x, y: saved.y };
}

function isHeld({ x, y, width }: Rectangle, area: Rectangle): boolean {
  const across = Math.min(x + width, area.x + area.width) - Math.max(x, area.x);
  return across >= grip.width && y >= area.y && y + grip.height <= area.y + area.height;
}

function fit(wanted: { readonly width: number; readonly height: number }, area: Rectangle): { width: number; height: number } {
  return {
    width: Math.min(Math.max(wanted.width, minWidth), Math.max(area.width, minWidth)),
    height: Math.min(Math.max(wanted.height, minHeight), Math.max(area.height, minHeight)),
  };
}

const fileOf = (home: string): string => path.join(home, "window.json");

/** What `savePlace` wrote; null when there is nothing to be used: it is a convenience. */
export function readPlace(home: string): WindowPlace | null {
  return placeSchema.safeParse(readJson(fileOf(home))).data ?? null;
}

/** Writes it whole or not at all; a full disk is no reason to keep the window from closing. */
export function savePlace(home: string, place: WindowPlace): void {
  try {
    const temp = `${fileOf(home)}.${process.pid}.tmp`;
    writeFileSync(temp, JSON.stringify(place), { mode: 0o600 });
    renameSync(temp, fileOf(home));
  } catch {
    // The next window opens in the middle.
  }
}

/** Theme and size of the settings for the first paint, before they are read and checked; what is wrong is told then. */
export function lookAtStart(home: string): { readonly theme: Settings["theme"]; readonly zoom: number } {
  const file = z.looseObject({}).safeParse(readJson(path.join(home, "settings.json"))).data ?? {};
  const { theme, appearance } = settingsSchema.shape;
  return { theme: theme.safeParse(file["theme"]).data ?? "system", zoom: appearance.safeParse(file["appearance"]).data?.zoom ?? 1 };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}
