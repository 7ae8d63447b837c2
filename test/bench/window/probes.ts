import type { Page } from "playwright";

export interface FrameReport {
  /** Between frames, ms. */
  readonly gaps: readonly number[];
  /** How far each painted frame was off the bottom, px. */
  readonly off: readonly number[];
}

/** Looks at every frame of the thread for so long, after it was painted. */
export function watchFrames(page: Page, ms: number): Promise<FrameReport> {
  return page.evaluate(
    (length) =>
      new Promise<FrameReport>((resolve) => {
        const list = document.querySelector('[role="log"]');
        if (list === null) throw new Error("There is no thread.");
        const gaps: number[] = [];
        const off: number[] = [];
        const began = performance.now();
        let before = 0;
        const frame = (now: number) => {
          if (before > 0) gaps.push(now - before);
          before = now;
          // A task behind the frame sees what was painted.
          setTimeout(() => off.push(list.scrollHeight - list.scrollTop - list.clientHeight));
          if (now - began < length) requestAnimationFrame(frame);
          else setTimeout(() => resolve({ gaps, off }), 50);
        };
        requestAnimationFrame(frame);
      }),
    ms,
  );
}

/** Scrolls up by real wheel events, `count` times `step` px, and returns how far a row moved otherwise than asked in each, px. */
export async function wheelUp(page: Page, count: number, step: number): Promise<readonly number[]> {
  const box = await page.getByRole("log").boundingBox();
  if (box === null) throw new Error("There is no thread.");
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const errors: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    const key = await page.evaluate(() => {
      const list = document.querySelector('[role="log"]');
      const middle = (list?.getBoundingClientRect().top ?? 0) + (list?.clientHeight ?? 0) / 3;
      const rows = [...(list?.querySelectorAll("[data-index]") ?? [])];
      const row = rows.find((each) => each.getBoundingClientRect().bottom > middle);
      const state = globalThis as unknown as { benchRow: Element | undefined; benchTop: number };
      state.benchRow = row;
      state.benchTop = row?.getBoundingClientRect().top ?? 0;
      return row?.getAttribute("data-index") ?? null;
    });
    if (key === null) throw new Error("No row is drawn.");
    await page.mouse.wheel(0, -step);
    const moved = await page.evaluate(async () => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      await frame();
      await frame();
      const state = globalThis as unknown as { benchRow: Element; benchTop: number };
      return state.benchRow.isConnected ? state.benchRow.getBoundingClientRect().top - state.benchTop : null;
    });
    errors.push(moved === null ? Number.POSITIVE_INFINITY : Math.abs(moved - step));
  }
  return errors;
}

/** Types letters into the composer and returns the time from each key to the frame that shows it, ms. */
export async function typeAndTime(page: Page, text: string): Promise<readonly number[]> {
  const times = await page.evaluateHandle(() => {
    const found: number[] = [];
    document.querySelector('[data-testid="composer-input"]')?.addEventListener("keydown", (event) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => found.push(performance.now() - event.timeStamp);
        port2.postMessage(null);
      });
    });
    return found;
  });
  await page.getByTestId("composer-input").focus();
  for (const letter of text) {
    await page.keyboard.press(letter === " " ? "Space" : letter);
    await page.waitForTimeout(40);
  }
  return times.jsonValue();
}

/** The value that 95 of 100 do not exceed. */
export function p95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? Number.NaN;
}

/** Presses the first button with this selector and counts the frames until another selector matches; the median of some rounds. */
export async function framesUntil(
  page: Page,
  press: string,
  seen: string,
  undo: (page: Page) => Promise<void>,
  rounds = 9,
): Promise<number> {
  const counts: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await page.locator(press).first().waitFor();
    counts.push(
      await page.evaluate(
        ([button, target]) =>
          new Promise<number>((resolve, reject) => {
            let frames = 0;
            const look = () => {
              frames++;
              if (document.querySelector(target) !== null) resolve(frames);
              else if (frames > 600) reject(new Error(`${target} did not come.`));
              else requestAnimationFrame(look);
            };
            document.querySelector<HTMLElement>(button)?.click();
            requestAnimationFrame(look);
          }),
        [press, seen] as const,
      ),
    );
    await undo(page);
  }
  return counts.toSorted((a, b) => a - b)[Math.floor(counts.length / 2)] ?? Infinity;
}
