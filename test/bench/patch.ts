import { bringOriginal } from "../support/original-codex.ts";
import { applying } from "./patch/apply.ts";
import { arriving } from "./patch/arriving.ts";
import type { Report } from "./lib/figures.ts";
import { reading } from "./patch/reading.ts";

/**
 * Patches, searches and reads against floors in the same run. `--original` fetches the original program from the npm
 * registry into a temp folder and makes its process the floor of the patches; the targets of the issue hold for that.
 */
export async function bench(report: Report): Promise<void> {
  await arriving(report);
  const original = process.env["SPINDLE_ORIGINAL"] === "1" ? await bringOriginal() : null;
  try {
    await applying(report, original);
  } finally {
    original?.remove();
  }
  await reading(report);
}
