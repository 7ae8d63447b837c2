import type { CartLine } from "./cart.ts";
import { money, type Money } from "./money.ts";

const freeFrom = 5000;

/** What sending the lines costs: free from 50.00, otherwise by weight. */
export function shipping(lines: readonly CartLine[], goods: Money): Money {
  if (lines.length === 0 || goods.cents >= freeFrom) return money(0, goods.currency);
  const grams = lines.reduce((sum, { product, quantity }) => sum + product.weight * quantity, 0);
  return money(grams <= 500 ? 295 : 495, goods.currency);
}
