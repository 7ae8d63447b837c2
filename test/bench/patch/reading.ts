import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { rgPath } from "@vscode/ripgrep";
import { grepFilesTool } from "../../../src/main/tools/grep-files.ts";
import { readFileTool } from "../../../src/main/tools/read-file.ts";
import { toolContext } from "../../support/tool-context.ts";
import type { Report } from "../lib/figures.ts";
import { inTurn, reportRatio, withFolder } from "./measure.ts";

/** A search over 50,000 files, against ripgrep that only lists the files; and lines of a 100 MB file, against reading it. */
export async function reading(report: Report): Promise<void> {
  await withFolder(async (folder) => {
    makeTree(folder, 50_000);
    const ctx = toolContext(folder);
    for (const [name, pattern] of [
      ["60 match", "needle in the hay"],
      ["5,000 match", "common word"],
    ] as const) {
      const medians = await inTurn(
        9,
        { prepare: () => null, run: () => grepFilesTool.run({ pattern }, ctx) },
        { prepare: () => null, run: () => bareRipgrep(pattern, folder) },
      );
      reportRatio(report, `grepFiles on 50,000 files, ${name} / bare ripgrep`, medians, 1.3);
    }
  });
  await withFolder(async (folder) => {
    const file = path.join(folder, "large.log");
    makeLog(file, 100_000_000);
    const medians = await inTurn(
      9,
      { prepare: () => null, run: () => readFileTool.run({ path: "large.log", offset: 600_000, limit: 2_000 }, toolContext(folder)) },
      { prepare: () => null, run: () => bareRead(file) },
    );
    reportRatio(report, "readFile, 2,000 lines in the middle of 100 MB / bare read of the file", medians, null);
  });
}

/** Lists the files that match, unsorted, on all cores, and takes in what it prints. */
function bareRipgrep(pattern: string, folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(rgPath, ["--no-config", "--files-with-matches", "--regexp", pattern, "--", folder], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    child.stdout.resume();
    child.on("error", reject);
    child.on("close", () => resolve());
  });
}

async function bareRead(file: string): Promise<void> {
  const handle = await open(file, "r");
  const buffer = Buffer.allocUnsafe(256 * 1024);
  for (let position = 0; ;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) break;
    position += bytesRead;
  }
  await handle.close();
}

function makeTree(folder: string, count: number): void {
  for (let i = 0; i < count; i++) {
    const place = path.join(folder, `part${i % 100}`, `group${Math.floor(i / 100) % 10}`);
    if (i < 1_000) mkdirSync(place, { recursive: true });
    const found = `${i % 833 === 0 ? "a needle in the hay\n" : ""}${i % 10 === 0 ? "a common word\n" : ""}`;
    writeFileSync(path.join(place, `file${i}.ts`), `export const value${i} = ${i};\n${found}// nothing else is in file ${i}\n`.repeat(4));
  }
}

function makeLog(file: string, bytes: number): void {
  const handle = openSync(file, "w");
  const lines = Array.from({ length: 10_000 }, (_, i) => `2026-01-01T00:00:00Z info request ${i} took ${i % 97} ms and was fine\n`).join(
    "",
  );
  for (let written = 0; written < bytes; written += lines.length) writeSync(handle, lines);
  closeSync(handle);
}
