import { catalog, type Product } from "./catalog.ts";
import { add, format, money, times, type Currency } from "./money.ts";

/** The value of everything on the shelves in one currency. */
export function stockValue(products: readonly Product[], currency: Currency): string {
  const values = products.filter(({ price }) => price.currency === currency).map(({ price, stock }) => times(price, stock));
  return format(values.reduce(add, money(0, currency)));
}

for (const { name, price, stock } of catalog) console.log(`${name}: ${stock} at ${format(price)}`);
console.log(`In stock: ${stockValue(catalog, "EUR")} and ${stockValue(catalog, "USD")}`);
