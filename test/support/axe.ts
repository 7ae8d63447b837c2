import axe from "axe-core";
import type { Page } from "playwright";
import { expect } from "vitest";

/** Rules of WCAG 2.2 A and AA and the good practice that axe knows. */
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Fails with the places when the page, as it stands, breaks a rule of axe in the light or in the dark theme (which follow the system here). */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    // Colours that fade would be measured on their way.
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.waitForTimeout(300);
    if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
    const found = await page.evaluate(async (only) => {
      const { axe: run } = globalThis as unknown as { readonly axe: typeof axe };
      const { violations } = await run.run(document, { runOnly: only, resultTypes: ["violations"] });
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(
          (node) =>
            `${id}: ${node.target.flat().join(" ")} ${node.html.slice(0, 160)} ${node.any[0]?.message ?? node.all[0]?.message ?? node.none[0]?.message ?? ""}`,
        ),
      );
    }, tags);
    expect({ state, colorScheme, found }).toEqual({ state, colorScheme, found: [] });
  }
}
