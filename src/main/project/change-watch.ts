import { createCommandWindows } from "./command-windows.ts";
import { folderChangedAt, foldersChangedAt, type FileStamp, lookAt, sameFile, stampOf } from "./file-stamps.ts";
import { createKnownTexts } from "./known-texts.ts";
import { createSparingQueue } from "./sparing-queue.ts";

/** A file that changed while commands ran. */
export interface FoundChange<C> {
  readonly path: string;
  readonly kind: "added" | "modified" | "deleted";
  /** The commands that ran at that moment: one of them did it, unless somebody else did at the same time. */
  readonly commands: readonly C[];
  /** Texts where they are known: before, because the file was read or patched earlier; "" for no file. */
  readonly before: string | null;
  readonly after: string | null;
  /** Null when the file was changed before it was seen the first time. */
  readonly bytesBefore: number | null;
  readonly bytesAfter: number;
  /** Null when that did not change. */
  readonly executable: boolean | null;
}

export interface Found<C> {
  /** The commands that have ended since the look before; none when only known files were looked at. */
  readonly ended: readonly C[];
  readonly changes: readonly FoundChange<C>[];
  /** False when the project has more files than are looked at. */
  readonly complete: boolean;
}

/**
 * Notices which files of a project change while commands run: by looking at sizes and times of its files, never by copying
 * them. Before a command only the files whose text is known are looked at (1 or 2 ms); all files are looked at beside the
 * commands, after one has ended. A command that somebody waits for waits for the first look at a project, until that has taken `budgetMs`.
 */
export interface ChangeWatch<C> {
  /** The first look, when there was none. Never rejects. */
  prepare(): Promise<void>;
  /** A command is about to begin; it begins when this resolves. Call what it gives at its end: then `report` gets what was found. */
  begin(command: C, options?: { readonly background?: boolean | undefined }): Promise<() => void>;
  /** Files are about to be written by somebody we know; `wrote` tells which, then what this gives is to be called. */
  hold(): () => void;
  /** A file that was written by somebody we know (a patch, an undo): no command's change. `text` is what it holds, when known. */
  wrote(place: string, text: string | null): void;
  /** A file whose content somebody read: a later change of it can be shown. */
  remember(place: string): void;
  /** Resolves when everything that ended so far was looked at. */
  settled(): Promise<void>;
}

export interface ChangeWatchOptions<C> {
  /** Absolute paths of the project's files, at most `MAX_FILES`; `complete` is false when there are more. */
  readonly list: () => Promise<{ readonly paths: readonly string[]; readonly complete: boolean }>;
  readonly report: (found: Found<C>) => void;
  /** Time for looking per look, ms, without listing; also how long commands wait for the first look, and for texts that are being read. Default 150. */
  readonly budgetMs?: number;
}

/** Files that are looked at, at most. */
export const MAX_FILES = 20_000;
/** Changed files whose text is read to be shown, at most, per look. */
const MAX_READ = 200;

interface SeenChange<C> {
  readonly place: string;
  readonly before: FileStamp | undefined;
  readonly after: FileStamp | null;
  readonly known: string | null;
  readonly commands: readonly C[];
  readonly isEarly: boolean;
}

export function createChangeWatch<C>({ list, report, budgetMs = 150 }: ChangeWatchOptions<C>): ChangeWatch<C> {
  const seen = new Map<string, FileStamp>();
  const texts = createKnownTexts();
  const windows = createCommandWindows<C>();
  let first: { readonly look: Promise<void>; readonly startedAt: number } | null = null;
  let isComplete = false;
  /** Inodes of the files that the last look saw: one that is now at another place was moved there. */
  let inodes: ReadonlySet<number> = new Set();
  /** Files that the first look found changed by a command that had begun already: what they were is not known. */
  const changedEarly = new Set<string>();
  /** Who writes right now, and what was written since the look began: none of it is a command's doing. */
  let writers = 0;
  let whenFree: (() => void)[] = [];
  const ours = new Set<string>();
  /** Texts that are being read: the next command would change them. */
  const reading = new Set<Promise<unknown>>();

  const firstLook = async (): Promise<void> => {
    const { paths, complete } = await list();
    const looked = await lookAt(paths, budgetMs, (place, stamp) => {
      if (stamp === null || seen.has(place)) return;
      if (windows.at(stamp.ctime).length > 0) changedEarly.add(place);
      else seen.set(place, stamp);
    });
    isComplete = complete && looked === paths.length;
  };

  /**
   * Who ran when a file became as it is now. Moving a folder touches no file in it: then the folder's time counts.
   */
  const commandsAt = (place: string, before: FileStamp | undefined, after: FileStamp | null): readonly C[] => {
    if (after === null) return windows.at(folderChangedAt(place));
    const own = windows.at(after.ctime);
    if (own.length > 0 || before !== undefined || !inodes.has(after.inode)) return own;
    return (
      foldersChangedAt(place)
        .map((time) => windows.at(time))
        .find((commands) => commands.length > 0) ?? []
    );
  };

  /** Takes in how a file stands now; adds it to `changes` when a command may have changed it. */
  const observe = (place: string, after: FileStamp | null, wasComplete: boolean, changes: SeenChange<C>[]): void => {
    const before = seen.get(place);
    if (after === null) seen.delete(place);
    else seen.set(place, after);
    if (sameFile(before, after)) return;
    const commands = commandsAt(place, before, after);
    const isBorn = before === undefined && windows.isBornDuring(after);
    const isEarly = changedEarly.delete(place) && !isBorn;
    if (commands.length === 0) return;
    // Without a whole list from before, a file is new only when it was born meanwhile.
    if (before === undefined && !wasComplete && !isBorn && !isEarly) return;
    const known = isEarly ? null : before === undefined ? "" : texts.at(place, before);
    changes.push({ place, before, after, known, commands, isEarly });
  };

  const read = <T>(work: Promise<T>): Promise<T> => {
    const tracked = work.finally(() => reading.delete(tracked));
    reading.add(tracked);
    return tracked;
  };

  const withTexts = async (changes: readonly SeenChange<C>[]): Promise<FoundChange<C>[]> => {
    const found: FoundChange<C>[] = [];
    for (const [index, { place, before, after, known, commands, isEarly }] of changes.entries()) {
      const fresh = after === null ? "" : index < MAX_READ ? await texts.read(place) : null;
      if (after === null || fresh === null) texts.forget(place);
      const executable = after !== null && before !== undefined && after.executable !== before.executable ? after.executable : null;
      // Touched, or written again as it was.
      if (after !== null && before !== undefined && known !== null && known === fresh && executable === null) continue;
      found.push({
        path: place,
        kind: after === null ? "deleted" : before === undefined && !isEarly ? "added" : "modified",
        commands,
        before: known,
        // Changed once more since it was seen: what it holds now belongs to the next look.
        after: after !== null && fresh !== null && texts.at(place, after) === null ? null : fresh,
        bytesBefore: isEarly ? null : (before?.size ?? 0),
        bytesAfter: after?.size ?? 0,
        executable,
      });
    }
    return found;
  };

  const noWriter = async (): Promise<void> => {
    while (writers > 0) await new Promise<void>((resolve) => whenFree.push(resolve));
  };

  const look = async (): Promise<void> => {
    await first?.look;
    await noWriter();
    ours.clear();
    const startedAt = Date.now();
    const { paths, complete } = await list();
    const places = [...new Set([...seen.keys(), ...paths])];
    const changes: SeenChange<C>[] = [];
    const wasComplete = isComplete;
    inodes = new Set([...seen.values()].map(({ inode }) => inode));
    const looked = await lookAt(places, budgetMs, (place, after) => observe(place, after, wasComplete, changes));
    isComplete = complete && looked === places.length;
    await noWriter();
    const ended = windows.dropUntil(startedAt);
    const changed = changes.filter(({ place }) => !ours.has(place));
    report({ ended, changes: await read(withTexts(changed)), complete: isComplete });
  };

  /** Only the files whose text is known: so that the coming command is not blamed for what happened before it, nor the other way round. */
  const lookAtKnown = async (): Promise<void> => {
    if (writers > 0) return;
    const changes: SeenChange<C>[] = [];
    const others: string[] = [];
    for (const place of texts.places()) {
      const now = stampOf(place);
      if (sameFile(seen.get(place), now)) {
        // Seen by a look that found no command to blame: the text is still that of before.
        if (now !== null && texts.at(place, now) === null) others.push(place);
        continue;
      }
      const count = changes.length;
      observe(place, now, isComplete, changes);
      if (changes.length === count) others.push(place);
    }
    const found = read(withTexts(changes));
    for (const place of others) void read(texts.read(place));
    await atMost(budgetMs, Promise.all(reading));
    if (changes.length > 0) report({ ended: [], changes: await found, complete: isComplete });
  };

  // A look that fails finds nothing; no command's result depends on it.
  const looks = createSparingQueue(() => look().catch(() => undefined));

  const prepare = (): Promise<void> => {
    first ??= { look: firstLook().catch(() => undefined), startedAt: performance.now() };
    return first.look;
  };

  return {
    prepare,
    async begin(command, { background = false } = {}) {
      const firstDone = prepare();
      if (!background) await atMost((first?.startedAt ?? 0) + budgetMs - performance.now(), firstDone);
      await lookAtKnown();
      const close = windows.open(command);
      return () => {
        close();
        looks.ask();
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
      if (now === null) seen.delete(place);
      else seen.set(place, now);
      if (now === null || text === null) texts.forget(place);
      else texts.set(place, text, now);
    },
    remember(place) {
      void read(
        texts.read(place).then((text) => {
          const now = text === null ? null : stampOf(place);
          if (now !== null && !seen.has(place)) seen.set(place, now);
        }),
      );
    },
    settled: () => looks.settled(),
  };
}

/** Waits for something, but not longer than this. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  if (ms <= 0) return;
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
