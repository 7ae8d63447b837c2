import { FileDiff } from "lucide-react";
import { useMemo } from "react";
import { createPortal } from "react-dom";
import { create } from "zustand";
import type { ConversationId } from "../../../protocol/ids.ts";
import { call } from "../../lib/api.ts";
import { formatCount } from "../../lib/format.ts";
import { useApp } from "../../state/app.ts";
import { useConversation } from "../../state/conversation.ts";
import { useLayout } from "../../state/layout.ts";
import { EmptyState } from "../../ui/state-view.tsx";
import { withCommandChanges } from "./command-changes.ts";
import { mergePatches, type ReviewFile } from "./merge-patches.ts";
import type { ParsedFile } from "./parse-file.ts";
import { commandsInScope, patchesInScope, type ReviewScope, scopeChoices, undoScopeOf } from "./review-scope.ts";
import { ReviewTools, type ReviewTotals } from "./review-tools.tsx";
import { Review } from "./review.tsx";
import { useTree } from "./use-tree.ts";
import { useParsedFiles } from "./use-parsed-files.ts";

/**
 * The review of what the shown conversation wrote: files, their diffs, and keys to walk through them. `head` is the place in the bar
 * of the panel where its controls go; null before there is one.
 */
export function ReviewPanel({ head }: { readonly head: HTMLElement | null }) {
  const conversationId = useConversation((state) => state.id);
  return <ConversationReview key={conversationId} conversationId={conversationId} head={head} />;
}

function ConversationReview({
  conversationId,
  head,
}: {
  readonly conversationId: ConversationId | null;
  readonly head: HTMLElement | null;
}) {
  const patches = useConversation((state) => state.view.patches);
  const asked = useLayout((state) => state.reviewCall);
  const callId = patches.some((patch) => patch.callId === asked) ? asked : null;
  const [scope, setScope] = useScope(conversationId, callId);
  const commandChanges = useConversation((state) => state.view.commandChanges);
  const hasTree = useApp((state) => state.app?.project?.trusted === true && state.app.project.branch !== null);
  const tree = useTree(scope === "tree" && hasTree, `${patches.length} ${commandChanges.length}`);
  const hidesSpace = useLayout((state) => state.diffHidesSpace);
  const whole = useMemo(
    () =>
      scope === "tree"
        ? (tree.files ?? [])
        : withCommandChanges(mergePatches(patchesInScope(patches, scope, callId)), commandsInScope(patches, commandChanges, scope, callId)),
    [patches, commandChanges, scope, callId, tree.files],
  );
  // A file without its hunks of white space is another one to the parser.
  const files = useMemo(
    () => (hidesSpace ? whole.map((file) => ({ ...file, key: `${file.key} without space`, hidesSpace })) : whole),
    [whole, hidesSpace],
  );
  const choices = [...scopeChoices(patches, callId), ...(hasTree ? [{ value: "tree" as const, label: "Working tree" }] : [])];
  const { parsed, again } = useParsedFiles(files, async (hashes) =>
    conversationId === null ? [] : (await call("changes.texts", { id: conversationId, hashes: [...hashes] })).texts,
  );
  const totals = useMemo(() => totalsOf(files, parsed), [files, parsed]);
  return (
    <>
      {head === null
        ? null
        : createPortal(
            <ReviewTools
              totals={files.length === 0 ? null : totals}
              undo={patches.length === 0 || scope === "tree" ? null : undoScopeOf(patches, scope, callId)}
              scope={scope}
              choices={choices}
              onScope={setScope}
            />,
            head,
          )}
      {patches.length === 0 && commandChanges.length === 0 && !hasTree ? (
        <EmptyState
          className="flex-1"
          icon={<FileDiff size={28} aria-hidden />}
          title="No changes yet"
          detail="When the agent applies a patch, its files and their diffs appear here."
        />
      ) : (
        <>
          <ReviewNote isCut={tree.truncated} byCommands={totals?.byCommands ?? 0} />
          <Review
            key={`${scope} ${callId}`}
            id={conversationId}
            files={files}
            parsed={parsed}
            patches={patches}
            scope={scope}
            error={tree.error}
            isLoading={scope === "tree" && tree.files === null}
            onAgain={again}
          />
        </>
      )}
    </>
  );
}

/** What is not in the list, or not in its counts; mostly nothing. */
function ReviewNote({ isCut, byCommands }: { readonly isCut: boolean; readonly byCommands: number }) {
  if (!isCut && byCommands === 0) return null;
  return (
    <p className="tabular shrink-0 border-b border-line px-4 py-1.5 text-micro text-fg3">
      {[
        ...(byCommands === 0 ? [] : [`${formatCount(byCommands, "file")} changed by commands: not counted, not undone.`]),
        ...(isCut ? ["More files are too long together to be shown."] : []),
      ].join(" ")}
    </p>
  );
}

/** The scope that a person chose, for one conversation and the patch that was asked for there. Kept while the window is open. */
const useChosenScope = create<{
  readonly chosen: { readonly id: ConversationId | null; readonly callId: string | null; readonly scope: ReviewScope } | null;
}>()(() => ({ chosen: null }));

/** Follows the patch that was asked for; a choice of the person holds until another patch is asked for. */
function useScope(id: ConversationId | null, callId: string | null): [ReviewScope, (scope: ReviewScope) => void] {
  const chosen = useChosenScope((state) => state.chosen);
  const isHere = chosen !== null && chosen.id === id && chosen.callId === callId;
  const scope = isHere ? chosen.scope : callId === null ? "conversation" : "patch";
  return [scope, (next) => useChosenScope.setState({ chosen: { id, callId, scope: next } })];
}

/** Of the patches alone, as the sidebar counts. Null while a folded file is not counted yet: a total that jumps is worse than none. */
function totalsOf(files: readonly ReviewFile[], parsed: ReadonlyMap<string, ParsedFile>): ReviewTotals | null {
  let added = 0;
  let removed = 0;
  let hunks = 0;
  let byCommands = 0;
  for (const file of files) {
    const ready = parsed.get(file.key);
    if (file.parts === 0 && file.inTree !== true) {
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
