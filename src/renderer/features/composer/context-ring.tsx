import type { Usage } from "../../../protocol/event.ts";
import { formatCount } from "../../lib/format.ts";
import { activeProvider, useApp } from "../../state/app.ts";
import { useConversation } from "../../state/conversation.ts";
import { cx } from "../../ui/cx.ts";
import { Ring } from "../../ui/ring.tsx";
import { Tooltip } from "../../ui/tooltip.tsx";

/** How full the model's window was at the last request, as the provider counted it. Nothing before the first count. */
export function ContextRing() {
  const usage = useConversation((state) => state.view.lastUsage);
  const contextWindow = useApp((state) => activeProvider(state.app)?.contextWindow ?? null);
  if (usage === null) return null;
  const used = usage.inputTokens + usage.outputTokens;
  const part = contextWindow === null ? null : used / contextWindow;
  return (
    <Tooltip text={contextText(usage, contextWindow)}>
      <p
        tabIndex={0}
        data-testid="context-ring"
        className={cx(
          "tabular flex h-7 shrink-0 items-center gap-1.5 rounded-sm px-1.5 text-small",
          part === null && "@max-[620px]:hidden",
          part !== null && part > 0.85 ? "text-warn" : "text-fg3",
        )}
      >
        {part === null ? null : <Ring value={part} size={14} className={part > 0.85 ? "text-warn-fill" : "text-accent"} />}
        <span className="@max-[520px]:hidden">{part === null ? formatCount(used, "token") : share(part)}</span>
        <span className="sr-only">{contextText(usage, contextWindow)}</span>
      </p>
    </Tooltip>
  );
}

function share(part: number): string {
  return part > 0 && part < 0.01 ? "<1%" : `${Math.round(part * 100)}%`;
}

/** The numbers behind the ring, as sentences. */
export function contextText(usage: Usage, contextWindow: number | null): string {
  const used = (usage.inputTokens + usage.outputTokens).toLocaleString("en-US");
  const cached = usage.cachedTokens ?? 0;
  const parts = `${usage.inputTokens.toLocaleString("en-US")} in${cached > 0 ? `, ${cached.toLocaleString("en-US")} of them cached` : ""}, ${usage.outputTokens.toLocaleString("en-US")} out`;
  const about = usage.estimated === true ? "About " : "";
  return contextWindow === null
    ? `${about}${used} tokens at the last request (${parts}). With the context window in the settings this shows how full the model is.`
    : `${about}${used} of ${contextWindow.toLocaleString("en-US")} tokens at the last request (${parts}).`;
}
