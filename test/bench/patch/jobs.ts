/** A patch and the files it is for; both differ from round to round, so that nothing is kept from the one before. */
export interface PatchJob {
  readonly files: Readonly<Record<string, string>>;
  readonly patch: string;
}

/** Three files of ordinary size: two changed, one added. */
export function typicalJob(round: number): PatchJob {
  const files = { "src/a.ts": source(round, 200), "src/b.ts": source(round + 7, 400) };
  const change = (name: string, at: number, seed: number): string[] => [
    `*** Update File: ${name}`,
    "@@",
    ` ${line(seed, at - 1)}`,
    `-${line(seed, at)}`,
    `+${line(seed, at)} // changed in round ${round}`,
    ` ${line(seed, at + 1)}`,
  ];
  const patch = [
    "*** Begin Patch",
    ...change("src/a.ts", 90, round),
    ...change("src/b.ts", 300, round + 7),
    `*** Add File: test/new-${round}.ts`,
    ...source(round + 13, 40)
      .trimEnd()
      .split("\n")
      .map((text) => `+${text}`),
    "*** End Patch",
  ];
  return { files, patch: patch.join("\n") };
}

/** One file of about `bytes`, changed at `hunks` places spread over it. `indent` stands before the old lines in the patch, but not in the file. */
export function largeFileJob(round: number, bytes: number, hunks: number, indent = ""): PatchJob {
  const count = Math.floor(bytes / line(round, 123_456).length);
  const patch = ["*** Begin Patch", "*** Update File: large.ts"];
  for (let hunk = 0; hunk < hunks; hunk++) {
    const at = Math.floor(((hunk + 0.5) * count) / hunks);
    const [before, old, after] = [-1, 0, 1].map((step) => `${indent}${line(round, at + step)}`);
    patch.push("@@", ` ${before}`, `-${old}`, `+${line(round, at)} // changed`, ` ${after}`);
  }
  return { files: { "large.ts": source(round, count) }, patch: [...patch, "*** End Patch"].join("\n") };
}

/** `count` small files, each changed at one place. */
export function manyFilesJob(round: number, count: number): PatchJob {
  const files: Record<string, string> = {};
  const patch = ["*** Begin Patch"];
  for (let i = 0; i < count; i++) {
    const name = `src/part${i % 20}/file${i}.ts`;
    files[name] = source(round * count + i, 40);
    const at = 20;
    patch.push(`*** Update File: ${name}`, "@@", `-${line(round * count + i, at)}`, `+${line(round * count + i, at)} // changed`);
  }
  return { files, patch: [...patch, "*** End Patch"].join("\n") };
}

function source(seed: number, lines: number): string {
  return Array.from({ length: lines }, (_, i) => `${line(seed, i)}\n`).join("");
}

function line(seed: number, index: number): string {
  return `export const value${seed}_${String(index).padStart(6, "0")} = compute(${index}, "text");`;
}
