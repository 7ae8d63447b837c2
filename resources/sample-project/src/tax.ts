import { money, type Money } from "./money.ts";

/** Value added tax in percent. */
export const taxRate = 19;

/** The tax contained in an amount that already includes it. */
export function containedTax(gross: Money): Money {
  return money(Math.round((gross.cents * taxRate) / (100 + taxRate)), gross.currency);
}
