/** Amounts of money in whole cents. */
export type Currency = "EUR" | "USD";

export interface Money {
  readonly cents: number;
  readonly currency: Currency;
}

export function money(cents: number, currency: Currency = "EUR"): Money {
  if (!Number.isInteger(cents)) throw new RangeError(`Not a whole number of cents: ${cents}`);
  return { cents, currency };
}

/** Adds two amounts of the same currency. */
export function add(a: Money, b: Money): Money {
  return money(a.cents + b.cents, a.currency);
}

/** `amount` taken `count` times. */
export function times(amount: Money, count: number): Money {
  return money(amount.cents * count, amount.currency);
}

/** For people: `12.50 EUR`. */
export function format(amount: Money): string {
  return `${(amount.cents / 100).toFixed(2)} ${amount.currency}`;
}
