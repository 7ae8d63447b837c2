import { expect, test } from "vitest";
import { forgetRows, keepAt, keptAt, rowPlace } from "../../src/renderer/state/kept-rows.ts";

test("rows of a deleted conversation are forgotten, those of others stay", () => {
  keepAt(rowPlace("c_1", "a open"), true);
  keepAt(rowPlace("c_1", "b open"), false);
  keepAt(rowPlace("c_10", "a open"), undefined);
  forgetRows("c_1");
  expect([keptAt(rowPlace("c_1", "a open")), keptAt(rowPlace("c_1", "b open")), keptAt(rowPlace("c_10", "a open"))]).toEqual([
    null,
    null,
    { value: undefined },
  ]);
});

test("of many rows the ones nobody looked at for long go", () => {
  for (let n = 0; n < 2_000; n++) keepAt(rowPlace("many", `${n}`), n);
  keptAt(rowPlace("many", "0"));
  keepAt(rowPlace("many", "new"), "new");
  expect([keptAt(rowPlace("many", "0")), keptAt(rowPlace("many", "1")), keptAt(rowPlace("many", "2"))]).toEqual([
    { value: 0 },
    null,
    { value: 2 },
  ]);
});
