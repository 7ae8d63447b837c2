import type { SelectedLineRange } from "@pierre/diffs";
import { useEffect, useMemo, useRef, useState } from "react";
import type { ConversationId } from "../../../protocol/ids.ts";
import type { PatchStep } from "../../state/conversation-view.ts";
import { useConversation } from "../../state/conversation.ts";
import { useLayout } from "../../state/layout.ts";
import { openFile } from "../../state/open-file.ts";
import { beginComment, commentsOf, useReviewComments } from "../../state/review-comments.ts";
import { undoReviewStep, useReview } from "../../state/review.ts";
import { EmptyState, ErrorState, LoadingState } from "../../ui/state-view.tsx";
import { ChangedLines } from "./changed-lines.tsx";
import { CommentBox } from "./comment-box.tsx";
import type { FileNotes } from "./diff-items.ts";
import { DiffView, type DiffViewHandle } from "./diff-view.tsx";
import { FileActions } from "./file-actions.tsx";
import { FileList } from "./file-list.tsx";
import { HunkBar, type HunkActions } from "./hunk-bar.tsx";
import type { ReviewHunk } from "./hunk-marks.ts";
import { describeStop, type HunkStop, hunkStops, nextStop } from "./hunk-stops.ts";
import type { ReviewFile } from "./merge-patches.ts";
import { linesAt, notesKey, notesOf } from "./notes.ts";
import type { ParsedFile } from "./parse-file.ts";
import { ReviewScopeBar, type ReviewScopeBarProps } from "./review-head.tsx";
import { useDecisions } from "./use-decisions.ts";
import { useReviewKeys } from "./use-review-keys.ts";

/** Files of a review, their diffs, and what the person decides about them, by mouse and by keys. */
export function Review({
  id,
  files,
  parsed,
  patches,
  error,
  isLoading,
  bar,
}: {
  readonly id: ConversationId | null;
  readonly files: readonly ReviewFile[];
  readonly parsed: ReadonlyMap<string, ParsedFile>;
  readonly patches: readonly PatchStep[];
  readonly error: string | null;
  /** What is reviewed is not known yet. */
  readonly isLoading: boolean;
  readonly bar: Omit<ReviewScopeBarProps, "onStep" | "decisions" | "conversationId">;
}) {
  const view = useRef<DiffViewHandle>(null);
  const layout = useLayout((state) => state.diffStyle);
  const wrap = useLayout((state) => state.diffWrap);
  const signs = useLayout((state) => state.diffSigns);
  const askedFile = useLayout((state) => state.reviewFile);
  const [topPath, setTopPath] = useState<string | null>(null);
  const [current, setCurrent] = useState<HunkStop | null>(null);
  const shown = useMemo(() => files.filter((file) => parsed.has(file.key)), [files, parsed]);
  const stops = useMemo(
    () => hunkStops(shown.map((file) => ({ path: file.path, diff: parsed.get(file.key)?.diff ?? null }))),
    [shown, parsed],
  );
  const decisions = useDecisions(id, shown, parsed, patches);
  const notes = useNotes(id, shown, decisions.byPath);
  const path = [askedFile, topPath].find((each) => files.some((file) => file.path === each)) ?? files[0]?.path ?? null;
  const choose = (chosen: string) => {
    setCurrent(null);
    useLayout.setState({ reviewFile: chosen });
  };
  const show = (stop: HunkStop | null) => {
    if (stop === null) return;
    setCurrent(stop);
    view.current?.showStop(stop);
  };
  const step = (direction: 1 | -1, unit: "hunk" | "file" = "hunk") => show(nextStop(stops, current, path, direction, unit));
  /** The hunk the keyboard stands on; without one the first of the file at the top. */
  const here = (): ReviewHunk | undefined =>
    decisions.hunks.find((hunk) => hunk.path === current?.path && hunk.hunk === current.hunk) ??
    (current === null ? decisions.hunks.find((hunk) => hunk.path === path) : undefined);
  const stopOf = (hunk: ReviewHunk) => stops.find((stop) => stop.path === hunk.path && stop.hunk === hunk.hunk) ?? null;
  const accept = async (hunk: ReviewHunk, accepted: boolean) => {
    if (!(await decisions.accept([hunk], accepted))) return;
    // On to what is left to look at.
    const at = decisions.hunks.indexOf(hunk);
    const next = [...decisions.hunks.slice(at + 1), ...decisions.hunks.slice(0, at)].find((each) => !decisions.isAccepted(each));
    if (accepted) show(stopOf(next ?? hunk));
  };
  const comment = (hunk: ReviewHunk) => {
    const line = stopOf(hunk)?.line ?? null;
    if (line !== null) begin(hunk.path, line);
  };
  const begin = (file: string, place: { readonly side: "additions" | "deletions"; readonly from: number; readonly to: number }) => {
    const diff = parsed.get(files.find((each) => each.path === file)?.key ?? "")?.diff ?? null;
    if (id !== null && diff !== null) beginComment(id, { path: file, ...place }, linesAt(diff, place));
  };
  const actions: HunkActions = {
    accept: (hunk, accepted) => void accept(hunk, accepted),
    reject: (hunk) => void decisions.reject([hunk]),
    comment,
    whyNot: decisions.whyNot,
  };
  const onHere = (action: (hunk: ReviewHunk) => void): void => {
    const hunk = here();
    if (hunk !== undefined) action(hunk);
  };
  useReviewKeys({
    step,
    accept: () => onHere((hunk) => void accept(hunk, !decisions.isAccepted(hunk))),
    reject: () => onHere((hunk) => void decisions.reject([hunk])),
    undo: () => void (id === null ? null : undoReviewStep(id)),
    comment: () => onHere(comment),
    openFile: () => {
      if (path !== null) openFile(path, current?.path === path && current.line?.side === "additions" ? current.line.from : null);
    },
  });
  const hunkBar = (hunk: ReviewHunk) => (
    <HunkBar hunk={hunk} current={current?.path === hunk.path && current.hunk === hunk.hunk} actions={actions} />
  );
  const askedReady = shown.some((file) => file.path === askedFile);
  useEffect(() => {
    // A file that is not prepared yet is shown as soon as it is.
    if (!askedReady || askedFile === null) return;
    view.current?.showFile(askedFile);
    useLayout.setState({ reviewFile: null });
  }, [askedReady, askedFile]);
  const told = useReview((state) => state.told);
  return (
    <>
      <ReviewScopeBar {...bar} conversationId={id} decisions={decisions} onStep={(direction) => step(direction)} />
      {files.length === 0 ? null : (
        <FileList files={files} parsed={parsed} progress={decisions.progress} current={path} onChoose={choose} />
      )}
      <div className="min-h-0 flex-1">
        {error !== null ? (
          <ErrorState className="m-3" code="internal" message="The diffs could not be prepared." hint={error} />
        ) : isLoading ? (
          <LoadingState label="Asking git" />
        ) : files.length === 0 ? (
          bar.scope === "tree" ? (
            <EmptyState title="No changes" detail="The working tree is as the last commit." />
          ) : (
            <NothingLeft />
          )
        ) : shown.length === 0 ? (
          <LoadingState label="Preparing the diff" />
        ) : layout === "list" ? (
          <ChangedLines
            files={shown}
            parsed={parsed}
            hunks={decisions.byPath}
            wrap={wrap}
            current={current}
            handle={view}
            renderHunk={hunkBar}
          />
        ) : (
          <DiffView
            files={shown}
            parsed={parsed}
            layout={layout}
            wrap={wrap}
            signs={signs}
            notes={notes}
            current={current}
            handle={view}
            renderNote={(note) =>
              note.kind === "hunk" ? hunkBar(note.hunk) : id === null ? null : <CommentBox id={id} comment={note.comment} />
            }
            renderFileActions={(each) => <FileActions path={each} decisions={decisions} />}
            onFileAtTop={setTopPath}
            onComment={(file, range) => begin(file, placeOf(range))}
          />
        )}
      </div>
      <p role="status" className="sr-only">
        {[told, current === null ? "" : describeStop(current)].filter((text) => text !== "").join(". ")}
      </p>
    </>
  );
}

/** The notes between the lines of each file. */
function useNotes(
  id: ConversationId | null,
  files: readonly ReviewFile[],
  hunks: ReadonlyMap<string, readonly ReviewHunk[]>,
): ReadonlyMap<string, FileNotes> {
  const all = useReviewComments((state) => state.comments);
  return useMemo(() => {
    const comments = commentsOf(all, id);
    return new Map(
      files.map(({ path }) => {
        const own = hunks.get(path) ?? [];
        const written = comments.filter((comment) => comment.path === path);
        return [path, { key: notesKey(own, written), list: notesOf(own, written) }];
      }),
    );
  }, [all, id, files, hunks]);
}

/** Lines that were chosen with the pointer; from bottom to top is the same. */
function placeOf({ start, end, side, endSide }: SelectedLineRange) {
  const same = (endSide ?? side) === side;
  const last = same ? end : start;
  return { side: side ?? "additions", from: Math.min(start, last), to: Math.max(start, last) } as const;
}

function NothingLeft() {
  const isEmpty = useConversation((state) => state.view.patches.length === 0);
  const isUndone = useConversation((state) => state.view.patches.every((patch) => patch.undone || patch.takenBack !== null));
  const isRejected = useConversation((state) => state.view.patches.some((patch) => !patch.undone && patch.takenBack !== null));
  if (isEmpty) return <EmptyState title="No changes yet" detail="When the agent applies a patch, its files and their diffs appear here." />;
  if (isUndone)
    return <EmptyState title="Undone" detail="The files are as they were before these patches. Redo brings the changes back." />;
  return (
    <EmptyState
      title="Nothing left to review"
      detail={
        isRejected
          ? "What was not accepted is rejected: the files are as they were. Undo brings hunks back."
          : "These patches cancel each other out: the files are as they were."
      }
    />
  );
}
