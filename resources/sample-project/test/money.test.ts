import assert from "node:assert/strict";
import { test } from "node:test";
import { add, format, money, times } from "../src/money.ts";

test("amounts of one currency are added", () => {
  assert.deepEqual(add(money(1250), money(305)), money(1555));
});

test("an amount can be taken several times", () => {
  assert.deepEqual(times(money(495), 3), money(1485));
});

test("half a cent is refused", () => {
  assert.throws(() => money(12.5), RangeError);
});

test("amounts are written with two decimals and their currency", () => {
  assert.equal(format(money(1250, "USD")), "12.50 USD");
});
