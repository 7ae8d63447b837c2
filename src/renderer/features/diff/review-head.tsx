import { ArrowDown, ArrowUp, Columns2, Diff, ListTree, Pilcrow, Rows3, TextWrap, X } from "lucide-react";
import type { ConversationId } from "../../../protocol/ids.ts";
import { formatCount } from "../../lib/format.ts";
import { useKeys } from "../../state/commands.ts";
import { toggleReview, useLayout } from "../../state/layout.ts";
import { revert, useScopeChanges, useUndo } from "../../state/undo.ts";
import { Badge, ChangeCount } from "../../ui/badge.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Select } from "../../ui/select.tsx";
import { UndoButton } from "../../ui/undo-button.tsx";
import type { UndoScope } from "../../../protocol/undo.ts";
import { DecisionBar } from "./decision-bar.tsx";
import type { Decisions } from "./use-decisions.ts";
import type { ReviewScope, ScopeChoice } from "./review-scope.ts";

export interface ReviewTotals {
  readonly added: number;
  readonly removed: number;
  readonly hunks: number;
  /** Files that only commands changed: in the list, but neither in the counts of lines nor in an undo. */
  readonly byCommands: number;
}

const undoWords = {
  call: "this patch",
  script: "the changes of this script",
  turn: "the changes of this turn",
  conversation: "all changes of the conversation",
} as const;

/** Undo (redo) of what is reviewed. */
function ReviewUndo({ scope }: { readonly scope: UndoScope }) {
  const changes = useScopeChanges(scope.kind, scope.kind === "conversation" ? "" : scope.id);
  const busy = useUndo((state) => state.busy);
  if (changes.state === "none") return null;
  const undone = changes.state === "undone";
  return (
    <>
      {undone ? <Badge>Undone</Badge> : null}
      <UndoButton
        undone={undone}
        name={scope.kind === "conversation" ? "all" : scope.kind}
        what={`${undoWords[scope.kind]}; what commands changed stays`}
        data-testid="review-undo"
        disabled={busy}
        onClick={() => void revert(scope, undone)}
      />
    </>
  );
}

/** The bar of the panel: name, totals, how diffs are drawn, close. */
export function ReviewHead({ totals, undo }: { readonly totals: ReviewTotals | null; readonly undo: UndoScope | null }) {
  const closeKeys = useKeys("view.review");
  const layout = useLayout((state) => state.diffStyle);
  const wrap = useLayout((state) => state.diffWrap);
  const signs = useLayout((state) => state.diffSigns);
  const hidesSpace = useLayout((state) => state.diffHidesSpace);
  return (
    <header className="drag-region flex h-11 shrink-0 items-center gap-2.5 border-b border-line pr-2 pl-4">
      <h2 className="text-ui font-semibold">Review</h2>
      {totals === null || (totals.hunks === 0 && totals.byCommands > 0) ? null : (
        <ChangeCount added={totals.added} removed={totals.removed} />
      )}
      <span className="flex-1" />
      <span className="no-drag flex items-center gap-1.5">
        {undo === null ? null : <ReviewUndo scope={undo} />}
        <Segmented
          label="Layout of diffs"
          value={layout}
          choices={[
            { value: "unified", label: "Unified", icon: <Rows3 size={14} aria-hidden /> },
            { value: "split", label: "Side by side", icon: <Columns2 size={14} aria-hidden /> },
            { value: "list", label: "List of changed lines", icon: <ListTree size={14} aria-hidden /> },
          ]}
          onChange={(diffStyle) => useLayout.setState({ diffStyle })}
        />
        <IconButton
          label="Wrap long lines"
          className="@max-[500px]:hidden"
          active={wrap}
          onClick={() => useLayout.setState({ diffWrap: !wrap })}
        >
          <TextWrap size={15} aria-hidden />
        </IconButton>
        <IconButton
          label="Hide changes of white space"
          className="@max-[500px]:hidden"
          active={hidesSpace}
          onClick={() => useLayout.setState({ diffHidesSpace: !hidesSpace })}
        >
          <Pilcrow size={14} aria-hidden />
        </IconButton>
        <IconButton
          label="Signs before changed lines"
          className="@max-[500px]:hidden"
          active={signs}
          onClick={() => useLayout.setState({ diffSigns: !signs })}
        >
          <Diff size={15} aria-hidden />
        </IconButton>
        <IconButton label="Close review" keys={closeKeys} onClick={toggleReview}>
          <X size={15} aria-hidden />
        </IconButton>
      </span>
    </header>
  );
}

export interface ReviewScopeBarProps {
  readonly scope: ReviewScope;
  readonly choices: readonly ScopeChoice[];
  readonly files: number;
  readonly totals: ReviewTotals | null;
  /** Files are missing at the end: all together are too long. */
  readonly isCut: boolean;
  readonly onScope: (scope: ReviewScope) => void;
  readonly conversationId: ConversationId | null;
  readonly decisions: Decisions;
  readonly onStep: (step: 1 | -1) => void;
}

/** The line below: what is reviewed, how much of it, and the way from hunk to hunk. */
export function ReviewScopeBar({ scope, choices, files, totals, isCut, onScope, conversationId, decisions, onStep }: ReviewScopeBarProps) {
  const previousKeys = useKeys("review.previousHunk");
  const nextKeys = useKeys("review.nextHunk");
  return (
    <>
      <div className="flex h-10 shrink-0 items-center gap-2 border-b border-line pr-2 pl-2">
        <Select label="What is reviewed" value={scope} choices={choices} onChange={onScope} quiet testId="review-scope" />
        <span className="tabular min-w-0 flex-1 truncate text-small text-fg3">
          {formatCount(files, "file")}
          {totals === null || totals.hunks === 0 ? "" : `, ${formatCount(totals.hunks, "hunk")}`}
          {isCut ? "; more are too long to be shown" : ""}
          {totals === null || totals.byCommands === 0 ? "" : `; ${totals.byCommands} by commands, not counted, not undone`}
        </span>
        <IconButton label="Previous hunk" keys={previousKeys} onClick={() => onStep(-1)}>
          <ArrowUp size={14} aria-hidden />
        </IconButton>
        <IconButton label="Next hunk" keys={nextKeys} onClick={() => onStep(1)}>
          <ArrowDown size={14} aria-hidden />
        </IconButton>
      </div>
      {decisions.hunks.length === 0 || conversationId === null ? null : <DecisionBar id={conversationId} decisions={decisions} />}
    </>
  );
}
