import { FolderTree } from "lucide-react";
import { useMemo } from "react";
import { useShallow } from "zustand/react/shallow";
import { call } from "../../lib/api.ts";
import { formatCount } from "../../lib/format.ts";
import { useApp } from "../../state/app.ts";
import { useConversation } from "../../state/conversation.ts";
import { EmptyState } from "../../ui/state-view.tsx";
import { withCommandChanges } from "./command-changes.ts";
import { FileTree } from "./file-tree.tsx";
import { mergePatches } from "./merge-patches.ts";
import { patchesInScope } from "./review-scope.ts";
import { finishedReads, touchedFiles } from "./touched-files.ts";
import { useParsedFiles } from "./use-parsed-files.ts";

/** The files that the shown conversation changed or read. */
export function FilesTab() {
  const id = useConversation((state) => state.id);
  // The texts of one conversation are not asked for in the name of another.
  return <Files key={id} />;
}

function Files() {
  const id = useConversation((state) => state.id);
  const patches = useConversation((state) => state.view.patches);
  const commandChanges = useConversation((state) => state.view.commandChanges);
  const reads = useConversation(useShallow((state) => finishedReads(state.view.steps)));
  const root = useApp((state) => state.app?.project?.root ?? "");
  const changed = useMemo(
    () => withCommandChanges(mergePatches(patchesInScope(patches, "conversation", null)), commandChanges),
    [patches, commandChanges],
  );
  const files = useMemo(() => touchedFiles(changed, reads, root), [changed, reads, root]);
  const { parsed } = useParsedFiles(changed, async (hashes) =>
    id === null ? [] : (await call("changes.texts", { id, hashes: [...hashes] })).texts,
  );
  if (files.length === 0)
    return (
      <EmptyState
        className="flex-1"
        icon={<FolderTree size={28} aria-hidden />}
        title="No files yet"
        detail="Files that the agent changes or reads in this conversation are listed here."
      />
    );
  const onlyRead = files.length - changed.length;
  return (
    <>
      <FileTree files={files} parsed={parsed} />
      <p data-testid="files-total" className="tabular shrink-0 border-t border-line px-4 py-2 text-micro text-fg3">
        {[
          ...(changed.length === 0 ? [] : [`${formatCount(changed.length, "file")} changed`]),
          ...(onlyRead === 0 ? [] : [`${formatCount(onlyRead, "file")} only read`]),
        ].join(", ")}
        . What only commands read is not listed.
      </p>
    </>
  );
}
