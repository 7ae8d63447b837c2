import { type KeyboardEvent, type RefObject, useCallback, useEffect, useMemo, useState } from "react";
import type { ConversationId } from "../../../protocol/ids.ts";
import { asErrorData, call } from "../../lib/api.ts";
import { updateSettings, useApp } from "../../state/app.ts";
import { useCommands } from "../../state/commands.ts";
import { attach, changeDraft } from "../../state/drafts.ts";
import { reportError } from "../../state/notices.ts";
import { caretPlace } from "./caret-place.ts";
import type { FoundPath } from "./path-index.ts";
import { createPathSearch } from "./path-search.ts";
import { slashEntries } from "./slash.ts";
import type { Suggestion } from "./suggestion-list.tsx";
import { replaceToken, type Token, tokenAt } from "./token.ts";

/** Lines of the `@` list at most. */
const mostPaths = 30;
const noKeys = {};
const search = createPathSearch();

export interface Suggestions {
  readonly open: boolean;
  readonly items: readonly Suggestion[];
  readonly current: number;
  /** What is said when there are no lines. */
  readonly empty: string;
  /** Where the caret is in the textarea and how wide that is, px. */
  readonly place: { readonly left: number; readonly top: number; readonly width: number };
  /** True when the key belonged to the list. */
  onKey(event: KeyboardEvent): boolean;
  /** The caret moved or the text changed. */
  onCaret(): void;
  point(index: number): void;
  choose(index: number): void;
}

/** The list for what stands at the caret: `@` files and folders, `/` commands. Choosing puts the path into the text and a chip above it, or does the command. */
export function useSuggestions(id: ConversationId | null, text: string, input: RefObject<HTMLTextAreaElement | null>): Suggestions {
  const [caret, setCaret] = useState<number | null>(null);
  const [dismissed, setDismissed] = useState<string | null>(null);
  /** What was chosen holds for the letters it was chosen at. */
  const [chosen, setChosen] = useState({ query: "", index: 0 });
  const [place, setPlace] = useState({ left: 0, top: 0, width: 640 });
  const commands = useCommands((state) => state.commands);
  const keys = useApp((state) => state.app?.settings.keys ?? noKeys);
  const root = useApp((state) => state.app?.project?.root ?? null);
  const token = useMemo(() => (caret === null ? null : tokenAt(text, caret)), [text, caret]);
  const name = token === null ? null : `${token.kind} ${token.start}`;
  const paths = usePaths(token?.kind === "path" ? token.query : null, root);
  const kind = token?.kind ?? null;
  const query = token?.query ?? "";
  const entries = useMemo(() => (kind === "command" ? slashEntries(query, commands, keys) : []), [kind, query, commands, keys]);
  const items = useMemo(
    () =>
      kind === "path"
        ? (paths.found ?? []).map(toSuggestion)
        : entries.map(({ key, title, detail, at }): Suggestion => ({ key, title, detail, at, kind: null })),
    [kind, paths.found, entries],
  );
  // A list of commands with nothing in it is no list: the text is one that begins with a slash.
  const open = token !== null && name !== dismissed && (token.kind === "path" || items.length > 0);
  const current = Math.min(chosen.query === token?.query ? chosen.index : 0, items.length - 1);

  const onCaret = useCallback(() => {
    const element = input.current;
    const at = element?.selectionStart ?? null;
    if (element === null || at === null || at !== element.selectionEnd || document.activeElement !== element) return setCaret(null);
    setCaret(at);
    const found = tokenAt(element.value, at);
    if (found === null) setDismissed(null);
    else setPlace({ ...caretPlace(element, found.start), width: element.clientWidth });
  }, [input]);

  const put = (where: Token, by: string) => {
    const next = replaceToken(text, where, by);
    changeDraft(id, { text: next.text });
    // The text is drawn first, then the caret has its place.
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(next.caret, next.caret);
      onCaret();
    });
  };
  const choose = (index: number) => {
    if (token === null) return;
    if (token.kind === "path") {
      const path = paths.found?.[index]?.path;
      if (path === undefined || root === null) return;
      put(token, /\s/.test(path) ? `\`${path}\`` : path);
      call("attachments.describe", { paths: [`${root}/${path}`] }).then(({ attachments }) => attach(id, attachments), reportError);
      return;
    }
    const target = entries[index]?.target;
    if (target === undefined) return;
    put(token, "");
    if (target.type === "mode") updateSettings({ approval: target.mode }).catch(reportError);
    // After the caret has its place: what the command focuses comes last.
    else requestAnimationFrame(() => setTimeout(target.command.run));
  };
  const point = (index: number) => setChosen({ query: token?.query ?? "", index });
  const onKey = (event: KeyboardEvent): boolean => {
    if (!open || event.altKey || event.ctrlKey || event.metaKey) return false;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (event.key === "Escape") setDismissed(name);
    else if (items.length === 0) return false;
    else if (step !== undefined) point(Math.max(0, Math.min(items.length - 1, current + step)));
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) choose(current);
    else return false;
    event.preventDefault();
    return true;
  };
  const empty = paths.problem ?? (paths.found !== null ? "No file or folder has these letters." : "Looking through the project");
  return { open, items, current, place, empty, onKey, onCaret, point, choose };
}

function toSuggestion({ path, at }: FoundPath): Suggestion {
  return { key: path, title: path, detail: "", at, kind: path.endsWith("/") ? "folder" : "file" };
}

/** Asks the worker; what was found before stays until the answer is there, so that nothing flickers. */
function usePaths(query: string | null, root: string | null) {
  const [found, setFound] = useState<readonly FoundPath[] | null>(null);
  const [listed, setListed] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const wanted = query !== null;
  useEffect(() => {
    if (!wanted) return;
    let current = true;
    search.refresh().then(
      () => {
        if (!current) return;
        setProblem(null);
        setListed(root);
      },
      (error: unknown) => current && setProblem(asErrorData(error).message),
    );
    return () => {
      current = false;
      setFound(null);
      setListed(null);
    };
  }, [wanted, root]);
  const ready = listed !== null && listed === root;
  useEffect(() => {
    if (query === null || !ready) return;
    let current = true;
    void search.find(query, mostPaths).then((answer) => {
      if (current && answer !== null) setFound(answer);
    });
    return () => {
      current = false;
    };
  }, [query, ready]);
  return { found, problem };
}
