import { findProduct, type Product } from "./catalog.ts";
import { noDiscount, type Discount } from "./discount.ts";
import { add, money, times, type Money } from "./money.ts";

export interface CartLine {
  readonly product: Product;
  readonly quantity: number;
}

export function line(productId: string, quantity: number): CartLine {
  if (!Number.isInteger(quantity) || quantity < 1) throw new RangeError(`Not a quantity: ${quantity}`);
  return { product: findProduct(productId), quantity };
}

/** What the lines cost before any discount. */
export function subtotal(lines: readonly CartLine[]): Money {
  return total(lines, noDiscount);
}

/** What the lines cost with the discount applied to each line. */
export function total(lines: readonly CartLine[], discount: Discount): Money {
  const amounts = lines.map(({ product, quantity }) => discount.apply(times(product.price, quantity)));
  const [first, ...rest] = amounts;
  return first === undefined ? money(0) : rest.reduce(add, first);
}
