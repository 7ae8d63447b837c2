import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lookAtStart, placeOnScreens, readPlace, savePlace } from "../../../src/main/desktop/window-place.ts";

const first = { x: 0, y: 25, width: 1920, height: 1055 };
const second = { x: 1920, y: 0, width: 1280, height: 800 };
const place = (x: number, y: number, width: number, height: number) => ({ x, y, width, height, maximized: false });

describe("where the window opens", () => {
  it("is where it was, on every screen", () => {
    expect(placeOnScreens(place(100, 50, 1200, 800), [first, second])).toEqual({ x: 100, y: 50, width: 1200, height: 800 });
    expect(placeOnScreens(place(2000, 0, 1000, 700), [first, second])).toEqual({ x: 2000, y: 0, width: 1000, height: 700 });
    // Half out at the side is where a person put it.
    expect(placeOnScreens(place(-1000, 50, 1200, 800), [first])).toEqual({ x: -1000, y: 50, width: 1200, height: 800 });
  });

  it("is the middle of the first screen when its screen is gone or nothing of its upper edge can be held", () => {
    for (const lost of [place(2000, 0, 1000, 700), place(-1150, 50, 1200, 800), place(0, -40, 1000, 700), place(0, 1060, 1000, 700)])
      expect(placeOnScreens(lost, [first])).toEqual({ width: lost.width, height: lost.height });
  });

  it("is never larger than its screen nor smaller than it may be", () => {
    expect(placeOnScreens(null, [second])).toEqual({ width: 1280, height: 800 });
    expect(placeOnScreens(null, [first])).toEqual({ width: 1680, height: 1050 });
    expect(placeOnScreens(place(1920, 0, 3000, 20), [first, second])).toMatchObject({ width: 1280, height: 600 });
    expect(placeOnScreens(null, [{ x: 0, y: 0, width: 640, height: 480 }])).toEqual({ width: 900, height: 600 });
    expect(placeOnScreens(null, [])).toEqual({ width: 1680, height: 1050 });
  });
});

describe("what is kept in the data folder", () => {
  let home = "";
  beforeEach(() => (home = mkdtempSync(path.join(tmpdir(), "spindle-place-"))));
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it("comes back; a damaged or missing file counts as none", () => {
    expect(readPlace(home)).toBeNull();
    savePlace(home, { ...place(1, 2, 1000, 700), maximized: true });
    expect(readPlace(home)).toEqual({ ...place(1, 2, 1000, 700), maximized: true });
    for (const wrong of ["{", '{"x":1}', '{"x":"1","y":2,"width":1,"height":1,"maximized":true}', "null"]) {
      writeFileSync(path.join(home, "window.json"), wrong);
      expect(readPlace(home)).toBeNull();
    }
    savePlace(path.join(home, "no", "such"), place(1, 2, 3, 4));
  });

  it("says the theme before the settings are read; what is wrong there counts as usual", () => {
    const look = (text: string) => {
      writeFileSync(path.join(home, "settings.json"), text);
      return lookAtStart(home);
    };
    expect(lookAtStart(home)).toEqual({ theme: "system", zoom: 1 });
    expect(look('{"theme":"light","appearance":{"zoom":1.5}}')).toEqual({ theme: "light", zoom: 1.5 });
    expect(look('{"theme":"pink","appearance":{"zoom":9}}')).toEqual({ theme: "system", zoom: 1 });
    expect(look("{")).toEqual({ theme: "system", zoom: 1 });
  });
});
