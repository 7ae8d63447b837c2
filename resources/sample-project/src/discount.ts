import { money, type Money } from "./money.ts";

/** A rule that lowers the amount of one line. */
export interface Discount {
  readonly label: string;
  apply(amount: Money): Money;
}

export const noDiscount: Discount = { label: "none", apply: (amount) => amount };

/** Takes `percent` percent off. */
export function percentOff(percent: number): Discount {
  if (percent < 0 || percent > 100) throw new RangeError(`Not a percentage: ${percent}`);
  return {
    label: `${percent} % off`,
    apply: (amount) => money(Math.floor((amount.cents * (100 - percent)) / 100), amount.currency),
  };
}
