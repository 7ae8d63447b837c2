import type { SelectedLineRange } from "@pierre/diffs";
import { useEffect, useMemo, useRef, useState } from "react";
import type { ConversationId } from "../../../protocol/ids.ts";
import type { PatchStep } from "../../state/conversation-view.ts";
import { useLayout } from "../../state/layout.ts";
import { beginComment, editComment, type ReviewComment } from "../../state/review-comments.ts";
import { openFile } from "../../state/open-file.ts";
import { undoReviewStep, useReview } from "../../state/review.ts";
import { LoadingState } from "../../ui/state-view.tsx";
import { ChangedLines } from "./changed-lines.tsx";
import { CommentBox } from "./comment-box.tsx";
import { DecisionFoot } from "./decision-foot.tsx";
import { DiffView, type DiffViewHandle } from "./diff-view.tsx";
import { FileActions } from "./file-actions.tsx";
import { FileList } from "./file-list.tsx";
import { focusReviewAfter } from "./focus-review.ts";
import { HunkBar, type HunkActions } from "./hunk-bar.tsx";
import type { ReviewHunk } from "./hunk-marks.ts";
import { describeStop, type HunkStop, hunkStops, nextStop } from "./hunk-stops.ts";
import type { ReviewFile } from "./merge-patches.ts";
import { NoFiles } from "./no-files.tsx";
import type { ParsedFile } from "./parse-file.ts";
import { linesAt } from "./place-comments.ts";
import type { ReviewScope } from "./review-scope.ts";
import { UnreadFiles } from "./unread-files.tsx";
import { UnseenComments } from "./unseen-comments.tsx";
import { useComments } from "./use-comments.ts";
import { useDecisions } from "./use-decisions.ts";
import { useReviewKeys } from "./use-review-keys.ts";

/** Files of a review, their diffs, and what the person decides about them, by mouse and by keys. */
export function Review({
  id,
  files,
  parsed,
  patches,
  scope,
  error,
  isLoading,
  onAgain,
}: {
  readonly id: ConversationId | null;
  readonly files: readonly ReviewFile[];
  readonly parsed: ReadonlyMap<string, ParsedFile>;
  readonly patches: readonly PatchStep[];
  readonly scope: ReviewScope;
  /** Why there are no files. */
  readonly error: string | null;
  /** What is reviewed is not known yet. */
  readonly isLoading: boolean;
  /** Tries files again that could not be prepared. */
  readonly onAgain: () => void;
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
  const comments = useComments(id, files, parsed, decisions.byPath);
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
    if (id === null || diff === null) return;
    // One that stands there by now, wherever it was begun.
    const known = comments.byPath.get(file)?.find((one) => one.side === place.side && one.from === place.from && one.to === place.to);
    if (known === undefined) beginComment(id, { path: file, ...place }, linesAt(diff, place));
    else editComment(known);
  };
  const reject = (hunk: ReviewHunk) => focusReviewAfter(decisions.reject([hunk]));
  const acceptRest = () => void decisions.accept(decisions.hunks, true);
  const actions: HunkActions = {
    accept: (hunk, accepted) => void accept(hunk, accepted),
    reject: (hunk) => void reject(hunk),
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
    acceptAll: acceptRest,
    reject: () => onHere((hunk) => void reject(hunk)),
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
  const top = useRef(path);
  useEffect(() => {
    top.current = path;
  });
  // Back from another tab of the panel the same file is shown.
  useEffect(
    () => () => {
      if (useLayout.getState().panelTab !== "review") useLayout.setState(({ reviewFile }) => ({ reviewFile: reviewFile ?? top.current }));
    },
    [],
  );
  const commentBox = (comment: ReviewComment) => (id === null ? null : <CommentBox id={id} comment={comment} />);
  return (
    <>
      {files.length === 0 ? null : (
        <FileList files={files} parsed={parsed} progress={decisions.progress} current={path} onChoose={choose} />
      )}
      <UnreadFiles files={files} parsed={parsed} onAgain={onAgain} />
      <div className="min-h-0 flex-1">
        {files.length === 0 ? (
          <NoFiles scope={scope} error={error} isLoading={isLoading} />
        ) : shown.length === 0 ? (
          <LoadingState label="Preparing the diff" />
        ) : layout === "list" ? (
          <ChangedLines
            files={shown}
            parsed={parsed}
            hunks={decisions.byPath}
            comments={comments.byPath}
            wrap={wrap}
            current={current}
            handle={view}
            renderHunk={hunkBar}
            renderComment={commentBox}
          />
        ) : (
          <DiffView
            files={shown}
            parsed={parsed}
            layout={layout}
            wrap={wrap}
            signs={signs}
            notes={comments.notes}
            current={current}
            handle={view}
            renderNote={(note) => (note.kind === "hunk" ? hunkBar(note.hunk) : commentBox(note.comment))}
            renderFileActions={(each) => <FileActions path={each} decisions={decisions} />}
            onFileAtTop={setTopPath}
            onComment={(file, range) => begin(file, placeOf(range))}
          />
        )}
      </div>
      {id === null ? null : <UnseenComments id={id} comments={comments.unseen} />}
      {id === null || decisions.hunks.length + comments.ready === 0 ? null : (
        <DecisionFoot id={id} decisions={decisions} comments={comments.ready} onSend={comments.send} />
      )}
      <p role="status" className="sr-only">
        {[told, current === null ? "" : describeStop(current)].filter((text) => text !== "").join(". ")}
      </p>
    </>
  );
}

/** Lines that were chosen with the pointer; from bottom to top is the same. */
function placeOf({ start, end, side, endSide }: SelectedLineRange) {
  const same = (endSide ?? side) === side;
  const last = same ? end : start;
  return { side: side ?? "additions", from: Math.min(start, last), to: Math.max(start, last) } as const;
}
