import { ListChecks } from "lucide-react";
import { useMemo } from "react";
import { focusComposer } from "../../lib/focus.ts";
import { formatCount } from "../../lib/format.ts";
import { updateSettings, useApp } from "../../state/app.ts";
import { useConversation } from "../../state/conversation.ts";
import { openLink, reportError } from "../../state/notices.ts";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Markdown } from "../../ui/markdown.tsx";
import { EmptyState, LoadingState } from "../../ui/state-view.tsx";
import { latestPlan } from "./plan.ts";

/** What the agent answered last in mode plan. */
export function PlanTab() {
  const turns = useConversation((state) => state.view.turns);
  const steps = useConversation((state) => state.view.steps);
  const plan = useMemo(() => latestPlan({ turns, steps }), [turns, steps]);
  if (plan === null) return <NoPlan />;
  if (plan.text === "") return <LoadingState label="The agent looks around before it writes the plan" />;
  const at = new Date(plan.time).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return (
    <article data-testid="plan" aria-label="The latest plan" className="px-4 py-3">
      <div className="mb-2 flex items-center gap-2 text-micro text-fg3">
        <p className="min-w-0 flex-1">
          {plan.running ? "Being written in plan mode" : `Answer of ${at} in plan mode`}
          {plan.turnsSince === 0 ? "" : `; ${formatCount(plan.turnsSince, "turn")} since`}
        </p>
        <CopyButton text={plan.text} label="Copy the plan" />
      </div>
      <Markdown text={plan.text} streaming={plan.running} onLink={openLink} />
    </article>
  );
}

function NoPlan() {
  const isPlanning = useApp((state) => state.app?.settings.approval === "plan");
  const choose = () => {
    updateSettings({ approval: "plan" }).then(() => focusComposer(), reportError);
  };
  return (
    <EmptyState
      className="h-full"
      icon={<ListChecks size={28} aria-hidden />}
      title="No plan in this conversation"
      detail={
        isPlanning
          ? "Plan mode is on: the agent reads, but writes and runs nothing. Send a prompt, and its answer stands here."
          : "In plan mode the agent reads, but writes and runs nothing, and answers with what it would do. Its last such answer stands here."
      }
      action={
        isPlanning ? (
          <Button onClick={() => void focusComposer()}>Write the prompt</Button>
        ) : (
          <Button onClick={choose} data-testid="plan-mode">
            Turn plan mode on
          </Button>
        )
      }
    />
  );
}
