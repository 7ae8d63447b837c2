// Figures as a table for people.

/** @typedef {import("./bench-run.mjs").Figure} Figure */

/** @param {readonly Figure[]} figures In the order they are shown. */
export function table(figures) {
  const runtimes = figures.some(({ runtime }) => runtime !== undefined);
  const rows = figures.map((figure) => [
    figure.ok ? "ok" : "MISSED",
    ...(runtimes ? [figure.runtime ?? ""] : []),
    figure.metric,
    `${round(figure.value)} ${figure.unit}`,
    figure.floor === undefined ? "" : `${round(figure.floor)} ${figure.unit}`,
    figure.ratio === undefined ? "" : `${round(figure.ratio)} x`,
    figure.target,
  ]);
  const all = [["", ...(runtimes ? ["runtime"] : []), "metric", "value", "floor", "ratio", "target"], ...rows];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** @param {number} value */
function round(value) {
  return String(Number(value.toPrecision(value >= 1000 ? 6 : 3)));
}
