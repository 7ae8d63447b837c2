import { expect, test } from "vitest";
import { movesInText } from "../../src/renderer/lib/text-keys.ts";

const keys = { key: "ArrowLeft", altKey: true, ctrlKey: false, metaKey: false };
const field = (tagName: string, value: string, type = "text") => ({ tagName, value, type, isContentEditable: false });

test("Option with arrows belongs to a text with the cursor, whatever field it is in", () => {
  const inside = [
    field("TEXTAREA", "a b"),
    field("INPUT", "a b"),
    field("INPUT", "a", "search"),
    { tagName: "P", isContentEditable: true },
  ];
  for (const key of ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"])
    expect(inside.map((each) => movesInText({ ...keys, key }, each))).toEqual([true, true, true, true]);
});

test("it is free in an empty field, in what is no text, and with other keys", () => {
  const outside = [null, field("TEXTAREA", ""), field("INPUT", ""), field("INPUT", "on", "checkbox"), field("BUTTON", "x", "button")];
  expect(outside.map((each) => movesInText(keys, each))).toEqual(outside.map(() => false));
  const others = [
    { ...keys, key: "y" },
    { ...keys, altKey: false },
    { ...keys, metaKey: true },
    { ...keys, ctrlKey: true },
  ];
  expect(others.map((each) => movesInText(each, field("TEXTAREA", "a")))).toEqual(others.map(() => false));
});
