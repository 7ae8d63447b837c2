import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { backgroundColor, overlay, titleBarOptions, trafficLights } from "../../../src/main/desktop/title-bar.ts";

test("macOS keeps its lights inside the page's bar, in its middle at every size", () => {
  expect(titleBarOptions("darwin", { dark: true, zoom: 1, ground: "panel" })).toEqual({
    titleBarStyle: "hiddenInset",
    titleBarOverlay: { height: 43 },
    trafficLightPosition: { x: 15, y: 15 },
  });
  expect([0.7, 1.5, 2].map((zoom) => trafficLights(zoom))).toEqual([
    { x: 8, y: 8 },
    { x: 16, y: 26 },
    { x: 16, y: 37 },
  ]);
});

test.each(["win32", "linux"] as const)("on %s the buttons are an overlay as high as the bar, drawn for the theme", (platform) => {
  const options = (dark: boolean, zoom: number) => titleBarOptions(platform, { dark, zoom, ground: "panel" });
  expect(options(false, 1)).toEqual({
    titleBarStyle: "hidden",
    titleBarOverlay: { color: platform === "win32" ? "rgba(0, 0, 0, 0)" : "#ffffff", symbolColor: "#4a4d55", height: 43 },
  });
  expect(options(true, 1.5).titleBarOverlay).toMatchObject({ symbolColor: "#b3b6c0", height: 65 });
});

test("the colours are those of the page", () => {
  const css = readFileSync("src/renderer/theme.css", "utf8");
  const both = (ground: "canvas" | "panel") => [false, true].map((dark) => overlay("linux", { dark, zoom: 1, ground }));
  const pair = (name: string, values: readonly string[]) => expect(css).toContain(`--${name}: light-dark(${values.join(", ")});`);
  pair("canvas", [backgroundColor(false), backgroundColor(true)]);
  for (const ground of ["canvas", "panel"] as const)
    pair(
      ground,
      both(ground).map(({ color }) => color),
    );
  pair(
    "fg2",
    both("panel").map(({ symbolColor }) => symbolColor),
  );
});
