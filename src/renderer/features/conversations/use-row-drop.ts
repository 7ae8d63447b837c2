import { type DragEvent, useEffect, useState } from "react";
import type { ConversationId } from "../../../protocol/ids.ts";
import { formatCount } from "../../lib/format.ts";
import { addToDraft } from "../../state/add-files.ts";
import { reportError } from "../../state/notices.ts";

/** How long a row says what was dropped on it, ms. */
const saidMs = 2_500;

/** Takes files dropped on a conversation's row into its draft. `drop` goes on the row; `said` tells for a moment what came of it. */
export function useRowDrop(id: ConversationId) {
  const [dropping, setDropping] = useState(false);
  const [said, setSaid] = useState<string | null>(null);
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => setSaid(null), saidMs);
    return () => clearTimeout(timer);
  }, [said]);
  const take = async (files: readonly File[]) => {
    const { added, problem } = await addToDraft(id, files);
    setSaid(added === 0 ? "Nothing new" : `${formatCount(added, "item")} added`);
    if (problem !== null) reportError(new Error(problem));
  };
  const drop = {
    onDragOver(event: DragEvent) {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      setDropping(true);
    },
    onDragLeave(event: DragEvent) {
      // Going over to a part of the row is no leaving.
      if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setDropping(false);
    },
    onDrop(event: DragEvent) {
      setDropping(false);
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      take([...event.dataTransfer.files]).catch(reportError);
    },
  };
  return { dropping, said, drop };
}
