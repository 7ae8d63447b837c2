import { Braces } from "lucide-react";
import { memo, type ReactNode } from "react";
import { assertNever } from "../../../protocol/error.ts";
import type { ScriptStep } from "../../state/conversation-view.ts";
import { AssistantText, Reasoning } from "./assistant-text.tsx";
import { CallGroupRow, CallRow } from "./call-row.tsx";
import { PatchCard } from "./patch-card.tsx";
import type { Row } from "./rows.ts";
import { DeliveryRow, NoticeRow, RetryRow, RevertRow, TaskStartRow, WokenRow, TakenBackRow } from "./small-rows.tsx";
import { ThreadRow } from "./thread-row.tsx";
import { TurnEnd } from "./turn-end.tsx";
import { UserMessage } from "./user-message.tsx";

/** Draws one row. `first`: it begins the agent's part of a turn. */
export const RowView = memo(function RowView({
  row,
  first,
  onRetry,
  renderScript,
}: {
  readonly row: Row;
  readonly first: boolean;
  /** Set on the last failed turn. */
  readonly onRetry: (() => void) | null;
  readonly renderScript: (step: ScriptStep) => ReactNode;
}) {
  switch (row.kind) {
    case "user":
      return row.source === "task" ? <WokenRow step={row} first /> : <UserMessage step={row} />;
    case "text":
      return <AssistantText step={row} first={first} />;
    case "reasoning":
      return <Reasoning step={row} first={first} />;
    case "script":
      return (
        <ThreadRow node={<Braces size={12} />} first={first} nodeTop={16}>
          {renderScript(row)}
        </ThreadRow>
      );
    case "call":
      return <CallRow call={row.call} first={first} />;
    case "calls":
      return <CallGroupRow group={row} first={first} />;
    case "patch":
      return row.takenBack === null ? <PatchCard step={row} first={first} /> : <TakenBackRow step={row} first={first} />;
    case "revert":
      return <RevertRow step={row} first={first} />;
    case "task":
      return <TaskStartRow step={row} first={first} />;
    case "delivery":
      return <DeliveryRow step={row} first={first} />;
    case "retry":
      return <RetryRow step={row} first={first} />;
    case "notice":
      return <NoticeRow step={row} first={first} />;
    case "end":
      return <TurnEnd step={row} first={first} onRetry={onRetry} />;
    default:
      return assertNever(row);
  }
});
