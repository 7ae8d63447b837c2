import { total, type CartLine } from "./cart.ts";
import { noDiscount, type Discount } from "./discount.ts";
import { add, format, times } from "./money.ts";
import { shipping } from "./shipping.ts";
import { containedTax } from "./tax.ts";

/** The receipt as plain text, one line per product. */
export function receipt(lines: readonly CartLine[], discount: Discount = noDiscount): string {
  const goods = total(lines, discount);
  const parcel = shipping(lines, goods);
  const rows = lines.map(({ product, quantity }) => `${quantity} x ${product.name}: ${format(times(product.price, quantity))}`);
  if (discount !== noDiscount) rows.push(`Discount: ${discount.label}`);
  rows.push(`Shipping: ${format(parcel)}`, `Total: ${format(add(goods, parcel))}`, `Tax contained: ${format(containedTax(goods))}`);
  return rows.join("\n");
}
