import { FileDiff } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { ConversationId } from "../../../protocol/ids.ts";
import { call } from "../../lib/api.ts";
import { useConversation } from "../../state/conversation.ts";
import { useLayout } from "../../state/layout.ts";
import { EmptyState, ErrorState, LoadingState } from "../../ui/state-view.tsx";
import { DiffView, type DiffViewHandle } from "./diff-view.tsx";
import { FileList } from "./file-list.tsx";
import { describeStop, type HunkStop, hunkStops, nextStop } from "./hunk-stops.ts";
import { mergePatches, type ReviewFile } from "./merge-patches.ts";
import type { ParsedFile } from "./parse-file.ts";
import { ReviewHead, ReviewScopeBar, type ReviewScopeBarProps, type ReviewTotals } from "./review-head.tsx";
import { withCommandChanges } from "./command-changes.ts";
import { commandsInScope, patchesInScope, type ReviewScope, scopeChoices, undoScopeOf } from "./review-scope.ts";
import { useParsedFiles } from "./use-parsed-files.ts";

/** The review of what the shown conversation wrote: files, their diffs, and keys to walk through them. */
export function ReviewPanel() {
  const conversationId = useConversation((state) => state.id);
  // Calls are numbered within a conversation: nothing of one may be taken for another's.
  useEffect(
    () => () => {
      useLayout.setState({ reviewCall: null, reviewFile: null });
    },
    [conversationId],
  );
  return <ConversationReview key={conversationId} conversationId={conversationId} />;
}

function ConversationReview({ conversationId }: { readonly conversationId: ConversationId | null }) {
  const patches = useConversation((state) => state.view.patches);
  const asked = useLayout((state) => state.reviewCall);
  const callId = patches.some((patch) => patch.callId === asked) ? asked : null;
  const [scope, setScope] = useScope(callId);
  const commandChanges = useConversation((state) => state.view.commandChanges);
  const files = useMemo(
    () => withCommandChanges(mergePatches(patchesInScope(patches, scope, callId)), commandsInScope(patches, commandChanges, scope, callId)),
    [patches, commandChanges, scope, callId],
  );
  const { parsed, error } = useParsedFiles(files, async (hashes) =>
    conversationId === null ? [] : (await call("changes.texts", { id: conversationId, hashes: [...hashes] })).texts,
  );
  const totals = useMemo(() => totalsOf(files, parsed), [files, parsed]);
  return (
    <section aria-label="Review" data-testid="review-panel" className="@container flex h-full min-w-0 flex-col bg-panel">
      <ReviewHead totals={files.length === 0 ? null : totals} undo={patches.length === 0 ? null : undoScopeOf(patches, scope, callId)} />
      {patches.length === 0 && commandChanges.length === 0 ? (
        <EmptyState
          className="flex-1"
          icon={<FileDiff size={28} aria-hidden />}
          title="No changes yet"
          detail="When the agent applies a patch, its files and their diffs appear here."
        />
      ) : (
        <Review
          key={`${scope} ${callId}`}
          files={files}
          parsed={parsed}
          error={error}
          bar={{ scope, choices: scopeChoices(patches, callId), files: files.length, totals, onScope: setScope }}
        />
      )}
    </section>
  );
}

function Review({
  files,
  parsed,
  error,
  bar,
}: {
  readonly files: readonly ReviewFile[];
  readonly parsed: ReadonlyMap<string, ParsedFile>;
  readonly error: string | null;
  readonly bar: Omit<ReviewScopeBarProps, "onStep">;
}) {
  const view = useRef<DiffViewHandle>(null);
  const layout = useLayout((state) => state.diffStyle);
  const wrap = useLayout((state) => state.diffWrap);
  const askedFile = useLayout((state) => state.reviewFile);
  const [topPath, setTopPath] = useState<string | null>(null);
  const [current, setCurrent] = useState<HunkStop | null>(null);
  const shown = useMemo(() => files.filter((file) => parsed.has(file.key)), [files, parsed]);
  const stops = useMemo(
    () => hunkStops(shown.map((file) => ({ path: file.path, diff: parsed.get(file.key)?.diff ?? null }))),
    [shown, parsed],
  );
  const path = [askedFile, topPath].find((each) => files.some((file) => file.path === each)) ?? files[0]?.path ?? null;
  const choose = (chosen: string) => {
    setCurrent(null);
    useLayout.setState({ reviewFile: chosen });
  };
  const step = (direction: 1 | -1, unit: "hunk" | "file" = "hunk") => {
    const stop = nextStop(stops, current, path, direction, unit);
    if (stop === null) return;
    setCurrent(stop);
    view.current?.showStop(stop);
  };
  useReviewKeys(step);
  const askedReady = shown.some((file) => file.path === askedFile);
  useEffect(() => {
    // A file that is not prepared yet is shown as soon as it is.
    if (!askedReady || askedFile === null) return;
    view.current?.showFile(askedFile);
    useLayout.setState({ reviewFile: null });
  }, [askedReady, askedFile]);
  return (
    <>
      <ReviewScopeBar {...bar} onStep={(direction) => step(direction)} />
      {files.length === 0 ? null : <FileList files={files} parsed={parsed} current={path} onChoose={choose} />}
      <div className="min-h-0 flex-1">
        {error !== null ? (
          <ErrorState className="m-3" code="internal" message="The diffs could not be prepared." hint={error} />
        ) : files.length === 0 ? (
          <NothingLeft />
        ) : shown.length > 0 ? (
          <DiffView files={shown} parsed={parsed} layout={layout} wrap={wrap} current={current} handle={view} onFileAtTop={setTopPath} />
        ) : (
          <LoadingState label="Preparing the diff" />
        )}
      </div>
      <p role="status" className="sr-only">
        {current === null ? "" : describeStop(current)}
      </p>
    </>
  );
}

function NothingLeft() {
  const undone = useConversation((state) => state.view.patches.some((patch) => patch.undone));
  return undone ? (
    <EmptyState title="Undone" detail="The files are as they were before these patches. Redo brings the changes back." />
  ) : (
    <EmptyState title="Nothing left to review" detail="These patches cancel each other out: the files are as they were." />
  );
}

/** Follows the patch that was asked for; a choice of the person holds until another patch is asked for. */
function useScope(callId: string | null): [ReviewScope, (scope: ReviewScope) => void] {
  const [chosen, setChosen] = useState<{ readonly callId: string | null; readonly scope: ReviewScope } | null>(null);
  const scope = chosen !== null && chosen.callId === callId ? chosen.scope : callId === null ? "conversation" : "patch";
  return [scope, (next) => setChosen({ callId, scope: next })];
}

/** F7 and Shift+F7 from anywhere in the window; n and p (N and P: files) while the focus is in the panel. */
function useReviewKeys(step: (step: 1 | -1, unit?: "hunk" | "file") => void): void {
  const latest = useRef(step);
  useEffect(() => {
    latest.current = step;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target instanceof HTMLElement ? event.target : null;
      const inPanel =
        target?.closest('[data-testid="review-panel"]') instanceof Element && target.closest("input, textarea, [role=combobox]") === null;
      const letter = inPanel ? event.key : "";
      if (event.key === "F7") latest.current(event.shiftKey ? -1 : 1);
      else if (letter === "n" || letter === "p") latest.current(letter === "n" ? 1 : -1);
      else if (letter === "N" || letter === "P") latest.current(letter === "N" ? 1 : -1, "file");
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

/** Of the patches alone, as the sidebar counts. Null while a folded file is not counted yet: a total that jumps is worse than none. */
function totalsOf(files: readonly ReviewFile[], parsed: ReadonlyMap<string, ParsedFile>): ReviewTotals | null {
  let added = 0;
  let removed = 0;
  let hunks = 0;
  let byCommands = 0;
  for (const file of files) {
    const ready = parsed.get(file.key);
    if (file.parts === 0) {
      byCommands++;
      continue;
    }
    const plus = ready?.added ?? file.added;
    const minus = ready?.removed ?? file.removed;
    if (plus === null || minus === null) return null;
    added += plus;
    removed += minus;
    hunks += ready?.hunkCount ?? file.hunks?.length ?? 0;
  }
  return { added, removed, hunks, byCommands };
}
