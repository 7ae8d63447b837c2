import { EyeOff } from "lucide-react";
import { Badge } from "./badge.tsx";
import { Tooltip } from "./tooltip.tsx";

/** Says that a text holds what cannot be seen, which the model did not get. Nothing for a text without. */
export function HiddenBadge({ count }: { readonly count: number }) {
  if (count === 0) return null;
  const words = `${count} hidden ${count === 1 ? "character" : "characters"}`;
  return (
    <Tooltip text={`${words} (zero-width, direction, control or escape) ${count === 1 ? "was" : "were"} kept from the model`}>
      <Badge tone="warn" data-testid="hidden-badge" aria-label={`${words} kept from the model`}>
        <EyeOff size={11} aria-hidden /> {words}
      </Badge>
    </Tooltip>
  );
}
