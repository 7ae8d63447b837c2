import assert from "node:assert/strict";
import { test } from "node:test";
import { line, subtotal, total } from "../src/cart.ts";
import { percentOff } from "../src/discount.ts";
import { money } from "../src/money.ts";

test("an empty cart costs nothing", () => {
  assert.deepEqual(subtotal([]), money(0));
});

test("lines are added up", () => {
  assert.deepEqual(subtotal([line("pen", 1), line("notebook", 3)]), money(3480));
});

test("a discounted cart is rounded to the nearest cent and keeps to one currency", () => {
  // 10 % off 19.95 is 17.955, off 7.65 is 6.885: both halves go up.
  const cart = [line("pen", 1), line("ink", 1)];
  assert.deepEqual(total(cart, percentOff(10)), money(2485));
  assert.throws(() => total([...cart, line("lettering", 1)], percentOff(10)), /currency/i);
});

test("unknown products and odd quantities are refused", () => {
  assert.throws(() => line("stapler", 1), /No such product/);
  assert.throws(() => line("pen", 0), RangeError);
});
