import { Check, CircleAlert, RotateCcw, Settings2, Square } from "lucide-react";
import { memo } from "react";
import type { Usage } from "../../../protocol/event.ts";
import { formatDuration, formatTokens } from "../../lib/format.ts";
import { openSettings } from "../../state/app.ts";
import type { EndStep } from "../../state/conversation-view.ts";
import { Button } from "../../ui/button.tsx";
import { ErrorState } from "../../ui/state-view.tsx";
import { ThreadRow } from "./thread-row.tsx";
import { TurnChanges } from "./turn-changes.tsx";

/** Failures that a setting mends. */
const settingCodes: ReadonlySet<string> = new Set([
  "no_api_key",
  "unauthorized",
  "unknown_model",
  "provider_unreachable",
  "settings_invalid",
]);

/** The end of a turn: how long and how many tokens, or why it failed and what to do. */
export const TurnEnd = memo(function TurnEnd({
  step,
  first,
  onRetry,
}: {
  readonly step: EndStep;
  /** Nothing of the turn stands above it. */
  readonly first: boolean;
  readonly onRetry: (() => void) | null;
}) {
  const facts = [formatDuration(step.durationMs), ...tokens(step.usage)].join(" · ");
  if (step.error !== null) {
    return (
      <ThreadRow first={first} node={<CircleAlert size={12} className="text-del" />} last nodeTop={14} className="pb-6">
        <div data-testid="turn-end" data-status="failed">
          <ErrorState
            past
            code={step.error.code}
            message={step.error.message}
            hint={step.error.hint}
            action={
              <>
                <span className="flex-1" />
                {settingCodes.has(step.error.code) ? (
                  <Button size="sm" variant="ghost" onClick={() => openSettings(true)}>
                    <Settings2 size={12} aria-hidden /> Settings
                  </Button>
                ) : null}
                {onRetry === null ? null : (
                  <Button size="sm" onClick={onRetry} data-testid="turn-retry">
                    <RotateCcw size={12} aria-hidden /> Try again
                  </Button>
                )}
              </>
            }
          />
          {step.turnId === null ? null : <TurnChanges turnId={step.turnId} />}
        </div>
      </ThreadRow>
    );
  }
  return (
    <ThreadRow
      first={first}
      node={step.status === "interrupted" ? <Square size={9} /> : <Check size={11} />}
      last
      nodeTop={2}
      className="pb-7"
    >
      <p data-testid="turn-end" data-status={step.status} className="tabular flex items-center gap-3 text-micro text-fg3">
        {endWords(step)} {facts}
        <span aria-hidden className="h-px flex-1 bg-line" />
      </p>
      {step.turnId === null ? null : <TurnChanges turnId={step.turnId} />}
    </ThreadRow>
  );
});

function endWords(step: EndStep): string {
  if (step.status !== "interrupted") return "Done in";
  if (step.reason === "closed") return "Ended when Spindle was closed, after";
  if (step.reason === "killed") return "Ended without Spindle, after";
  return "Stopped after";
}

function tokens(usage: Usage): readonly string[] {
  if (usage.inputTokens === 0 && usage.outputTokens === 0) return [];
  const cached = usage.cachedTokens ?? 0;
  return [
    `${usage.estimated === true ? "about " : ""}${formatTokens(usage.inputTokens)} tokens in${cached > 0 ? ` (${Math.round((cached / Math.max(1, usage.inputTokens)) * 100)}% cached)` : ""}, ${formatTokens(usage.outputTokens)} out`,
  ];
}
