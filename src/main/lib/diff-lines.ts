/** A run of lines that differs: `removed` lines of the old text from 0-based `at`, replaced by lines of the new text from `newAt`. */
export interface DiffRun {
  readonly at: number;
  readonly removed: number;
  readonly newAt: number;
  readonly added: number;
}

/**
 * The runs in which two lists of lines differ, in order, few lines in total (Myers). Beyond `maxSteps` differing lines the
 * middle is reported as one run: still right, only coarser.
 */
export function diffLines(before: readonly string[], after: readonly string[], maxSteps = 800): DiffRun[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = before.length;
  let newEnd = after.length;
  while (end > start && newEnd > start && before[end - 1] === after[newEnd - 1]) {
    end--;
    newEnd--;
  }
  if (end === start && newEnd === start) return [];
  const whole: DiffRun = { at: start, removed: end - start, newAt: start, added: newEnd - start };
  if (end === start || newEnd === start) return [whole];
  const path = shortestPath(before.slice(start, end), after.slice(start, newEnd), maxSteps);
  return path === undefined ? [whole] : runsOf(path, start);
}

/** Steps of an edit script, in order: `-` drops an old line, `+` takes a new one, `=` keeps. Undefined when too long. */
function shortestPath(a: readonly string[], b: readonly string[], maxSteps: number): string[] | undefined {
  const limit = Math.min(a.length + b.length, maxSteps);
  const reach = new Int32Array(2 * limit + 3);
  const history: Int32Array[] = [];
  const middle = limit + 1;
  for (let d = 0; d <= limit; d++) {
    history.push(reach.slice());
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reach[middle + k - 1] ?? 0) < (reach[middle + k + 1] ?? 0));
      let x = down ? (reach[middle + k + 1] ?? 0) : (reach[middle + k - 1] ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reach[middle + k] = x;
      if (x >= a.length && x - k >= b.length) return walkBack(history, middle, a.length, b.length);
    }
  }
  return undefined;
}

function walkBack(history: readonly Int32Array[], middle: number, aLength: number, bLength: number): string[] {
  const steps: string[] = [];
  let x = aLength;
  let y = bLength;
  for (let d = history.length - 1; d > 0; d--) {
    const reach = history[d];
    const k = x - y;
    const down = k === -d || (k !== d && (reach?.[middle + k - 1] ?? 0) < (reach?.[middle + k + 1] ?? 0));
    const previousK = down ? k + 1 : k - 1;
    const previousX = reach?.[middle + previousK] ?? 0;
    const previousY = previousX - previousK;
    while (x > previousX && y > previousY) {
      steps.push("=");
      x--;
      y--;
    }
    steps.push(down ? "+" : "-");
    x = previousX;
    y = previousY;
  }
  for (; x > 0; x--) steps.push("=");
  return steps.reverse();
}

function runsOf(steps: readonly string[], offset: number): DiffRun[] {
  const runs: DiffRun[] = [];
  let open: { at: number; removed: number; newAt: number; added: number } | undefined;
  let at = offset;
  let newAt = offset;
  for (const step of steps) {
    if (step === "=") {
      open = undefined;
      at++;
      newAt++;
      continue;
    }
    if (open === undefined) {
      open = { at, removed: 0, newAt, added: 0 };
      runs.push(open);
    }
    if (step === "-") {
      open.removed++;
      at++;
    } else {
      open.added++;
      newAt++;
    }
  }
  return runs;
}
