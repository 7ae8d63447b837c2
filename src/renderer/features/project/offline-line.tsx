import { WifiOff } from "lucide-react";
import { useOnline } from "../../lib/online.ts";
import { activeProvider, useApp } from "../../state/app.ts";

/** Says above the composer that the model cannot be reached now. Sending stays possible: the system may be wrong. */
export function OfflineLine() {
  const provider = useApp((state) => activeProvider(state.app));
  const online = useOnline();
  const words = online || provider === null || provider.isLocal ? null : provider.label;
  return (
    // Always there, or a screen reader would not be told of what comes into it.
    <div role="status" data-testid="offline">
      {words === null ? null : (
        <p className="mb-2 flex items-center gap-2 px-1 text-small text-fg2">
          <WifiOff size={13} aria-hidden className="shrink-0 text-warn" />
          This computer is offline: {words} will hardly answer. You can send all the same.
        </p>
      )}
    </div>
  );
}
