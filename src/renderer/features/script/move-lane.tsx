import { Waypoints } from "lucide-react";
import { isMovable, moveToBackground, offerAfterMs } from "../../state/background.ts";
import { useNow } from "../../state/now.ts";
import { IconButton } from "../../ui/button.tsx";
import type { Lane } from "./lane-model.ts";

/** Moves the running command of a row to the background. Over the row's end, on hover and for the keyboard. */
export function MoveLane({ lane }: { readonly lane: Lane }) {
  const now = useNow();
  const [only] = lane.calls;
  if (only === undefined || lane.calls.length > 1 || !isMovable(only) || now - only.startedAt < offerAfterMs) return null;
  return (
    <IconButton
      label="Move to background: the command goes on as a task with all it has printed"
      size="sm"
      data-testid="move-to-background"
      className="absolute top-0 right-1 h-6 bg-raise opacity-0 group-hover/lane:opacity-100 focus-visible:opacity-100"
      onClick={() => moveToBackground(only.callId)}
    >
      <Waypoints size={12} aria-hidden />
    </IconButton>
  );
}
