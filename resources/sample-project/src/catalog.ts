import { money, type Money } from "./money.ts";

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly price: Money;
  /** Weight of one piece in grams. */
  readonly weight: number;
  readonly stock: number;
}

/** Everything the shop sells. The imported book is billed in dollars by its publisher. */
export const catalog: readonly Product[] = [
  { id: "pen", name: "Fountain pen", price: money(1995), weight: 35, stock: 40 },
  { id: "ink", name: "Ink, 50 ml", price: money(765), weight: 120, stock: 85 },
  { id: "notebook", name: "Notebook A5", price: money(495), weight: 210, stock: 130 },
  { id: "eraser", name: "Eraser", price: money(115), weight: 18, stock: 400 },
  { id: "envelope", name: "Envelopes, 25", price: money(349), weight: 150, stock: 60 },
  { id: "lettering", name: "Lettering handbook (import)", price: money(2450, "USD"), weight: 640, stock: 6 },
];

export function findProduct(id: string): Product {
  const product = catalog.find((candidate) => candidate.id === id);
  if (product === undefined) throw new Error(`No such product: ${id}`);
  return product;
}
