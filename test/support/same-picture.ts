import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PNG } from "pngjs";

/** px of a block, how far the mean of a colour in it may be off (of 255), and the part of all blocks that may be further off. */
const block = 16;
const tolerance = 9;
const share = 0.015;

const golden = path.join(import.meta.dirname, "../golden/pictures");
const seen = path.join("out", "pictures");

/**
 * Compares a picture of the window with the one that a person has looked at. Means of small blocks are compared, so a text that
 * is another (a duration) or a letter drawn a little differently passes, and a part that moved, is missing or has another colour
 * does not. Gives what is wrong, or null. With `SPINDLE_UPDATE_PICTURES=1` the picture becomes the one to compare with.
 */
export function comparePicture(name: string, bytes: Buffer): string | null {
  const file = path.join(golden, `${name}.png`);
  if (process.env["SPINDLE_UPDATE_PICTURES"] === "1") {
    mkdirSync(golden, { recursive: true });
    writeFileSync(file, bytes);
    return null;
  }
  if (!existsSync(file)) return `${name}: there is no picture to compare with; make it with SPINDLE_UPDATE_PICTURES=1 and look at it`;
  const before = PNG.sync.read(readFileSync(file));
  const now = PNG.sync.read(bytes);
  if (before.width !== now.width || before.height !== now.height)
    return `${name}: ${now.width} x ${now.height} px instead of ${before.width} x ${before.height}`;
  const { off, all } = compare(before, now);
  if (looksSame({ off, all })) return null;
  mkdirSync(seen, { recursive: true });
  const shown = path.join(seen, `${name}.now.png`);
  writeFileSync(shown, bytes);
  const places = off.slice(0, 5).map(([x, y]) => `${x},${y}`);
  return `${name}: ${off.length} of ${all} blocks look different (${places.join(" ")} …). Compare ${shown} with ${path.relative(process.cwd(), file)}`;
}

export interface Comparison {
  /** Upper left corners of the blocks whose mean colour differs. */
  readonly off: readonly (readonly [x: number, y: number])[];
  readonly all: number;
}

export function looksSame({ off, all }: Comparison): boolean {
  return off.length / all <= share;
}

/** Compares two pictures of the same size. */
export function compare(a: PNG, b: PNG): Comparison {
  const off: (readonly [number, number])[] = [];
  for (let y = 0; y < a.height; y += block) {
    for (let x = 0; x < a.width; x += block) {
      const [one, other] = [meanOf(a, x, y), meanOf(b, x, y)];
      if (one.some((value, channel) => Math.abs(value - (other[channel] ?? 0)) > tolerance)) off.push([x, y]);
    }
  }
  return { off, all: Math.ceil(a.width / block) * Math.ceil(a.height / block) };
}

function meanOf({ data, width, height }: PNG, x: number, y: number): readonly number[] {
  const sums = [0, 0, 0];
  let count = 0;
  for (let row = y; row < Math.min(y + block, height); row++) {
    for (let column = x; column < Math.min(x + block, width); column++) {
      const at = (row * width + column) * 4;
      for (let channel = 0; channel < 3; channel++) sums[channel] = (sums[channel] ?? 0) + (data[at + channel] ?? 0);
      count++;
    }
  }
  return sums.map((sum) => sum / count);
}
