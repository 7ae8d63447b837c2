import { FileDiff } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { ConversationId } from "../../../protocol/ids.ts";
import { call } from "../../lib/api.ts";
import { useApp } from "../../state/app.ts";
import { useConversation } from "../../state/conversation.ts";
import { useLayout } from "../../state/layout.ts";
import { EmptyState } from "../../ui/state-view.tsx";
import { withCommandChanges } from "./command-changes.ts";
import { mergePatches, type ReviewFile } from "./merge-patches.ts";
import type { ParsedFile } from "./parse-file.ts";
import { ReviewHead, type ReviewTotals } from "./review-head.tsx";
import { commandsInScope, patchesInScope, type ReviewScope, scopeChoices, undoScopeOf } from "./review-scope.ts";
import { Review } from "./review.tsx";
import { useTree } from "./use-tree.ts";
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
  const { parsed, error } = useParsedFiles(files, async (hashes) =>
    conversationId === null ? [] : (await call("changes.texts", { id: conversationId, hashes: [...hashes] })).texts,
  );
  const totals = useMemo(() => totalsOf(files, parsed), [files, parsed]);
  return (
    <section aria-label="Review" data-testid="review-panel" className="@container flex h-full min-w-0 flex-col bg-panel">
      <ReviewHead
        totals={files.length === 0 ? null : totals}
        undo={patches.length === 0 || scope === "tree" ? null : undoScopeOf(patches, scope, callId)}
      />
      {patches.length === 0 && commandChanges.length === 0 && !hasTree ? (
        <EmptyState
          className="flex-1"
          icon={<FileDiff size={28} aria-hidden />}
          title="No changes yet"
          detail="When the agent applies a patch, its files and their diffs appear here."
        />
      ) : (
        <Review
          key={`${scope} ${callId}`}
          id={conversationId}
          files={files}
          parsed={parsed}
          patches={patches}
          error={tree.error ?? error}
          isLoading={scope === "tree" && tree.files === null}
          bar={{ scope, choices, files: files.length, totals, isCut: tree.truncated, onScope: setScope }}
        />
      )}
    </section>
  );
}

/** Follows the patch that was asked for; a choice of the person holds until another patch is asked for. */
function useScope(callId: string | null): [ReviewScope, (scope: ReviewScope) => void] {
  const [chosen, setChosen] = useState<{ readonly callId: string | null; readonly scope: ReviewScope } | null>(null);
  const scope = chosen !== null && chosen.callId === callId ? chosen.scope : callId === null ? "conversation" : "patch";
  return [scope, (next) => setChosen({ callId, scope: next })];
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
