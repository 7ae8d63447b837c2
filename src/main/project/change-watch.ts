import { folderChangedAt, type FileStamp, lookAt, sameContent, stampOf } from "./file-stamps.ts";
import { createKnownTexts } from "./known-texts.ts";

/** A file that changed while commands ran. */
export interface FoundChange<C> {
  readonly path: string;
  readonly kind: "added" | "modified" | "deleted";
  /** The commands that ran at that moment: one of them did it, unless somebody else did at the same time. */
  readonly commands: readonly C[];
  /** Texts where they are known: before, because the file was read or patched earlier; "" for no file. */
  readonly before: string | null;
  readonly after: string | null;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

export interface Found<C> {
  /** The commands that have ended since the look before. */
  readonly ended: readonly C[];
  readonly changes: readonly FoundChange<C>[];
  /** False when the project has more files than are looked at. */
  readonly complete: boolean;
}

/**
 * Notices which files of a project change while commands run: by looking at sizes and times of its files, never by copying
 * them. Looking takes place beside the commands and after them, one look at a time for all of them; no command waits, but for
 * the first look at a project (at most `budgetMs` and the listing).
 */
export interface ChangeWatch<C> {
  /** The first look, when there was none. Never rejects. */
  prepare(): Promise<void>;
  /** A command begins now. Call what it gives when the command has ended: `report` then gets what was found, once per look. */
  begin(command: C): Promise<() => void>;
  /** Files are about to be written by somebody we know; `wrote` tells which, then what this gives is to be called. */
  hold(): () => void;
  /** A file that was written by somebody we know (a patch, an undo): no command's change. `text` is what it holds, when known. */
  wrote(place: string, text: string | null): void;
  /** A file whose content somebody read: a later change of it can be shown. */
  remember(place: string): Promise<void>;
  /** Resolves when everything that ended so far was looked at. */
  settled(): Promise<void>;
}

export interface ChangeWatchOptions<C> {
  /** Absolute paths of the project's files, at most `MAX_FILES`; `complete` is false when there are more. */
  readonly list: () => Promise<{ readonly paths: readonly string[]; readonly complete: boolean }>;
  readonly report: (found: Found<C>) => void;
  /** Time for looking per look, ms, without listing. */
  readonly budgetMs?: number;
}

/** Files that are looked at, at most. */
export const MAX_FILES = 20_000;
/** Changed files whose text is read to be shown, at most. */
const MAX_READ = 200;
/** The kernel's clock for files may lag a few ms behind ours. */
const LAG_MS = 12;

interface Window<C> {
  readonly command: C;
  readonly start: number;
  end: number | null;
}

export function createChangeWatch<C>({ list, report, budgetMs = 150 }: ChangeWatchOptions<C>): ChangeWatch<C> {
  const seen = new Map<string, FileStamp>();
  const texts = createKnownTexts();
  let windows: Window<C>[] = [];
  let isComplete = false;
  let first: Promise<void> | null = null;
  /** The last look that was asked for; `isQueued` until it begins, `isLooking` while it runs. */
  let tail = Promise.resolve();
  let isQueued = false;
  let isLooking = false;
  /** When the last look ended, how long it took, ms; and what ends the rest that follows it. */
  let restedFrom = 0;
  let took = 0;
  let endRest = (): void => {};
  /** How many wait for the next look. */
  let hurried = 0;
  /** Commands that follow each other at once must not compete with looking: it takes a quarter of the time at most. */
  const rest = async (): Promise<void> => {
    const ms = Math.min(500, restedFrom + 3 * took - performance.now());
    if (ms <= 0 || hurried > 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  };
  /** Who writes right now, and what was written since the look began: none of it is a command's doing. */
  let writers = 0;
  let whenFree: (() => void)[] = [];
  const ours = new Set<string>();

  const firstLook = async (): Promise<void> => {
    const { paths, complete } = await list();
    const looked = await lookAt(paths, budgetMs, (place, stamp) => {
      if (stamp !== null && !seen.has(place)) seen.set(place, stamp);
    });
    isComplete = complete && looked === paths.length;
  };

  const noWriter = async (): Promise<void> => {
    while (writers > 0) await new Promise<void>((resolve) => whenFree.push(resolve));
  };

  const look = async (): Promise<void> => {
    await noWriter();
    ours.clear();
    const startedAt = Date.now();
    const { paths, complete } = await list();
    const places = [...new Set([...seen.keys(), ...paths])];
    const changes: { place: string; before: FileStamp | undefined; after: FileStamp | null; commands: readonly C[] }[] = [];
    const wasComplete = isComplete;
    const looked = await lookAt(places, budgetMs, (place, after) => {
      const before = seen.get(place);
      if (after === null) seen.delete(place);
      else seen.set(place, after);
      if (sameContent(before, after)) return;
      const commands = commandsAt(windows, after?.ctime ?? folderChangedAt(place));
      if (commands.length === 0) return;
      // Without a whole list from before, a file is new only when it was born meanwhile.
      if (before === undefined && !wasComplete && !isBornDuring(after, windows)) return;
      changes.push({ place, before, after, commands });
    });
    isComplete = complete && looked === places.length;
    await noWriter();
    const isOver = (window: Window<C>): boolean => window.end !== null && window.end <= startedAt;
    const ended = windows.filter(isOver).map((window) => window.command);
    windows = windows.filter((window) => !isOver(window));
    const found: FoundChange<C>[] = [];
    for (const [index, { place, before, after, commands }] of changes.entries()) {
      if (ours.has(place)) continue;
      const known = before === undefined ? "" : texts.at(place, before);
      const fresh = after === null ? "" : index < MAX_READ ? await texts.read(place) : null;
      if (after === null || fresh === null) texts.forget(place);
      found.push({
        path: place,
        kind: before === undefined ? "added" : after === null ? "deleted" : "modified",
        commands,
        before: known,
        // Changed once more since the look: what it holds now belongs to the next one.
        after: fresh !== null && after !== null && !sameContent(after, stampOf(place)) ? null : fresh,
        bytesBefore: before?.size ?? 0,
        bytesAfter: after?.size ?? 0,
      });
    }
    report({ changes: found, ended, complete: isComplete });
  };

  /** One look at a time; whoever asks before the next one begins shares it. A look that fails finds nothing. */
  const lookSoon = (): void => {
    if (isQueued) return;
    isQueued = true;
    tail = tail.then(async () => {
      await rest();
      isQueued = false;
      isLooking = true;
      const startedAt = performance.now();
      await look().catch(() => undefined);
      isLooking = false;
      restedFrom = performance.now();
      took = restedFrom - startedAt;
    });
  };
  const prepare = (): Promise<void> => (first ??= firstLook().catch(() => undefined));

  return {
    prepare,
    async begin(command) {
      await prepare();
      if (windows.every((window) => window.end !== null) && !isQueued && !isLooking) {
        // Nothing of ours runs: what differs now in a file we know was changed by somebody else.
        for (const place of texts.places()) {
          const now = stampOf(place);
          if (texts.at(place, now) !== null) continue;
          texts.forget(place);
          if (now === null) seen.delete(place);
          else {
            seen.set(place, now);
            // Beside the command: a text it changed meanwhile is known for another stamp, and so not taken for the earlier one.
            void texts.read(place);
          }
        }
      }
      const window: Window<C> = { command, start: Date.now(), end: null };
      windows.push(window);
      return () => {
        window.end = Date.now();
        lookSoon();
      };
    },
    hold() {
      writers++;
      return () => {
        if (--writers > 0) return;
        const waiting = whenFree;
        whenFree = [];
        for (const resolve of waiting) resolve();
      };
    },
    wrote(place, text) {
      ours.add(place);
      const now = stampOf(place);
      if (now === null) {
        seen.delete(place);
        texts.forget(place);
        return;
      }
      seen.set(place, now);
      if (text === null) texts.forget(place);
      else texts.set(place, text, now);
    },
    async remember(place) {
      if ((await texts.read(place)) === null) return;
      const now = stampOf(place);
      if (now !== null && !seen.has(place)) seen.set(place, now);
    },
    async settled() {
      hurried++;
      endRest();
      for (let last: Promise<void> | null = null; last !== tail;) {
        last = tail;
        await last;
      }
      hurried--;
    },
  };
}

/** Commands whose time holds a moment; only when none does, those that were close. */
function commandsAt<C>(windows: readonly Window<C>[], time: number): readonly C[] {
  const within = (slack: number) =>
    windows.filter((window) => time >= window.start - slack && time <= (window.end ?? Number.POSITIVE_INFINITY) + slack);
  const exact = within(0);
  return (exact.length > 0 ? exact : within(LAG_MS)).map((window) => window.command);
}

function isBornDuring<C>(stamp: FileStamp | null, windows: readonly Window<C>[]): boolean {
  return stamp !== null && windows.some((window) => stamp.birth >= window.start - LAG_MS);
}
