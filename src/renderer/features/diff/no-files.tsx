import { useConversation } from "../../state/conversation.ts";
import { EmptyState, ErrorState, LoadingState } from "../../ui/state-view.tsx";
import type { ReviewScope } from "./review-scope.ts";

/** Why there is nothing to review. */
export function NoFiles({
  scope,
  error,
  isLoading,
}: {
  readonly scope: ReviewScope;
  readonly error: string | null;
  readonly isLoading: boolean;
}) {
  if (error !== null) return <ErrorState className="m-3" code="internal" message="There is nothing to review." hint={error} />;
  if (isLoading) return <LoadingState label="Asking git" />;
  if (scope === "tree") return <EmptyState title="No changes" detail="The working tree is as the last commit." />;
  return <NothingLeft />;
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
