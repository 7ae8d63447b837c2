import { Columns2, Ellipsis, Layers, ListTree, Redo2, Rows3, Undo2 } from "lucide-react";
import type { UndoScope } from "../../../protocol/undo.ts";
import { useKeys } from "../../state/commands.ts";
import { useLayout } from "../../state/layout.ts";
import { useReview } from "../../state/review.ts";
import { revert, useScopeChanges, useUndo } from "../../state/undo.ts";
import { Badge, ChangeCount } from "../../ui/badge.tsx";
import { IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Menu, MenuCheck, MenuChoices, MenuItem, MenuSeparator } from "../../ui/menu.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Select } from "../../ui/select.tsx";
import type { ReviewScope, ScopeChoice } from "./review-scope.ts";

export interface ReviewTotals {
  readonly added: number;
  readonly removed: number;
  readonly hunks: number;
  /** Files that only commands changed: in the list, but neither in the counts of lines nor in an undo. */
  readonly byCommands: number;
}

export interface ReviewToolsProps {
  /** Null: not counted yet. */
  readonly totals: ReviewTotals | null;
  readonly undo: UndoScope | null;
  readonly scope: ReviewScope;
  readonly choices: readonly ScopeChoice[];
  readonly onScope: (scope: ReviewScope) => void;
}

const layouts = [
  { value: "unified", label: "Unified", icon: <Rows3 size={14} aria-hidden /> },
  { value: "split", label: "Side by side", icon: <Columns2 size={14} aria-hidden /> },
  { value: "list", label: "List of changed lines", icon: <ListTree size={14} aria-hidden /> },
] as const;

/**
 * What the review adds to the bar of the panel: how much there is, what is reviewed, how it is drawn; the rest is in a menu. In a
 * narrow bar the words and then the layout go, which the menu has as well.
 */
export function ReviewTools({ totals, undo, scope, choices, onScope }: ReviewToolsProps) {
  const layout = useLayout((state) => state.diffStyle);
  const isCounted = totals !== null && (totals.hunks > 0 || totals.byCommands === 0);
  return (
    <>
      {isCounted ? (
        <ChangeCount
          added={totals.added}
          removed={totals.removed}
          className={cx("ml-1.5", scope === "conversation" ? "@max-[560px]/head:hidden" : "@max-[680px]/head:hidden")}
        />
      ) : null}
      <span className="flex-1" />
      {undo === null ? null : <Undone scope={undo} />}
      <span className="no-drag flex min-w-0 items-center gap-1.5">
        {choices.length < 2 ? null : (
          <Select
            label="What is reviewed"
            value={scope}
            choices={choices}
            onChange={onScope}
            quiet
            icon={<Layers size={14} aria-hidden />}
            labelClass={scope === "conversation" ? "@max-[680px]/head:sr-only" : "max-w-24 truncate @max-[600px]/head:sr-only"}
            testId="review-scope"
          />
        )}
        <span className="flex @max-[336px]/head:hidden">
          <Segmented label="Layout of diffs" value={layout} choices={layouts} onChange={(diffStyle) => useLayout.setState({ diffStyle })} />
        </span>
        <ReviewMenu undo={undo} />
      </span>
    </>
  );
}

function Undone({ scope }: { readonly scope: UndoScope }) {
  const changes = useScopeChanges(scope.kind, scope.kind === "conversation" ? "" : scope.id);
  return changes.state === "undone" ? <Badge className="@max-[490px]/head:sr-only">Undone</Badge> : null;
}

function ReviewMenu({ undo }: { readonly undo: UndoScope | null }) {
  const layout = useLayout((state) => state.diffStyle);
  const wrap = useLayout((state) => state.diffWrap);
  const signs = useLayout((state) => state.diffSigns);
  const hidesSpace = useLayout((state) => state.diffHidesSpace);
  const actions = useReview((state) => state.actions);
  const next = useKeys("review.nextHunk");
  const previous = useKeys("review.previousHunk");
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label="More of the review" data-testid="review-menu">
          <Ellipsis size={15} aria-hidden />
        </IconButton>
      }
    >
      <MenuItem keys={next} onSelect={() => actions?.step(1, "hunk")}>
        Next hunk
      </MenuItem>
      <MenuItem keys={previous} onSelect={() => actions?.step(-1, "hunk")}>
        Previous hunk
      </MenuItem>
      <MenuSeparator />
      <MenuChoices value={layout} choices={layouts} onChange={(diffStyle) => useLayout.setState({ diffStyle })} />
      <MenuSeparator />
      <MenuCheck checked={wrap} onChange={(diffWrap) => useLayout.setState({ diffWrap })}>
        Wrap long lines
      </MenuCheck>
      <MenuCheck checked={hidesSpace} onChange={(diffHidesSpace) => useLayout.setState({ diffHidesSpace })}>
        Hide changes of white space
      </MenuCheck>
      <MenuCheck checked={signs} onChange={(diffSigns) => useLayout.setState({ diffSigns })}>
        Signs before changed lines
      </MenuCheck>
      {undo === null ? null : <UndoItem scope={undo} />}
    </Menu>
  );
}

const undoWords = {
  call: "this patch",
  script: "the changes of this script",
  turn: "the changes of this turn",
  conversation: "all",
} as const;

/** Undo (redo) of what is reviewed. */
function UndoItem({ scope }: { readonly scope: UndoScope }) {
  const changes = useScopeChanges(scope.kind, scope.kind === "conversation" ? "" : scope.id);
  const busy = useUndo((state) => state.busy);
  if (changes.state === "none") return null;
  const undone = changes.state === "undone";
  return (
    <>
      <MenuSeparator />
      <MenuItem
        icon={undone ? <Redo2 size={13} aria-hidden /> : <Undo2 size={13} aria-hidden />}
        data-testid="review-undo"
        disabled={busy}
        onSelect={() => void revert(scope, undone)}
      >
        {undone ? "Redo" : "Undo"} {undoWords[scope.kind]}
        <span className="block text-micro text-fg3">What commands changed stays</span>
      </MenuItem>
    </>
  );
}
