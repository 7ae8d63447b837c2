import { useCallback, useEffect, useRef, useState } from "react";
import { createDiffParser, type DiffParser } from "./diff-parser.ts";
import type { PatchText } from "../../../protocol/patch.ts";
import { createFileTexts, type LoadTexts } from "./file-texts.ts";
import type { ReviewFile } from "./merge-patches.ts";
import type { ParsedFile } from "./parse-file.ts";
import { prepareBatch } from "./prepare-batch.ts";

export interface ParsedFiles {
  /** By `ReviewFile.key`. A file that could not be prepared is in it and says why. */
  readonly parsed: ReadonlyMap<string, ParsedFile>;
  /** Prepares those files again. */
  readonly again: () => void;
}

/**
 * Diffs of the files in the review, prepared in a worker and kept while the file stays in it. While new ones are on the
 * way the old ones stay, so nothing flickers when a running turn adds patches. One request is open at a time; the first
 * holds what fills the panel, so that a patch of 200 files is drawn before all of it is prepared. `load` of the first call is used.
 */
export function useParsedFiles(files: readonly ReviewFile[], load: LoadTexts): ParsedFiles {
  const [parsed, setParsed] = useState<ReadonlyMap<string, ParsedFile>>(new Map());
  const parser = useRef<DiffParser | null>(null);
  const [texts] = useState(() => createFileTexts(load));
  const latest = useRef(files);
  const busy = useRef(false);
  useEffect(() => {
    latest.current = files;
    // What is being prepared ends with a new state, and that comes here again: patches of a running turn do not pile up.
    if (busy.current) return;
    const missing = firstBatch(
      files.filter((file) => !parsed.has(file.key)),
      parsed.size === 0,
    );
    if (missing.length === 0) return;
    busy.current = true;
    const own = (parser.current ??= createDiffParser());
    const work = async (batch: readonly ReviewFile[]) => own.parse(await texts.fill(batch));
    void prepareBatch(missing, work, () => parser.current !== own).then((done) => {
      busy.current = false;
      if (parser.current !== own) return;
      setParsed((before) => {
        const wanted = new Set(latest.current.map((file) => file.key));
        return new Map([...before, ...done.map((file) => [file.key, file] as const)].filter(([key]) => wanted.has(key)));
      });
    });
  }, [files, parsed, texts]);
  useEffect(
    () => () => {
      parser.current?.close();
      parser.current = null;
    },
    [],
  );
  const again = useCallback(() => setParsed((before) => new Map([...before].filter(([, file]) => file.problem === undefined))), []);
  return { parsed, again };
}

/** Text of a first request and of the following ones, in UTF-16 units. */
const firstSize = 30_000;
const nextSize = 2_000_000;
/** Each has two texts to ask for. */
const mostFiles = 200;

function firstBatch(files: readonly ReviewFile[], first: boolean): readonly ReviewFile[] {
  let room = first ? firstSize : nextSize;
  const taken = files.findIndex((file) => (room -= sizeOf(file.before) + sizeOf(file.after)) < 0);
  return (taken < 0 ? files : files.slice(0, taken + 1)).slice(0, mostFiles);
}

function sizeOf(text: PatchText | null): number {
  return text === null ? 0 : typeof text === "string" ? text.length : text.bytes;
}
