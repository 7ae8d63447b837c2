import assert from "node:assert/strict";
import { test } from "node:test";
import { line } from "../src/cart.ts";
import { percentOff } from "../src/discount.ts";
import { receipt } from "../src/receipt.ts";

test("a receipt lists products, shipping, total and tax", () => {
  assert.equal(
    receipt([line("notebook", 2), line("eraser", 1)]),
    ["2 x Notebook A5: 9.90 EUR", "1 x Eraser: 1.15 EUR", "Shipping: 2.95 EUR", "Total: 14.00 EUR", "Tax contained: 1.76 EUR"].join("\n"),
  );
});

test("a discount is named and large orders are sent for free", () => {
  const text = receipt([line("pen", 4)], percentOff(20));
  assert.match(text, /^Discount: 20 % off$/m);
  assert.match(text, /^Shipping: 0\.00 EUR$/m);
});
