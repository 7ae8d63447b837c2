import { ArrowUp, AtSign, ShieldCheck, Square } from "lucide-react";
import type { ApprovalMode } from "../../../protocol/settings.ts";
import { updateSettings, useApp } from "../../state/app.ts";
import { IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Select } from "../../ui/select.tsx";
import { Tooltip } from "../../ui/tooltip.tsx";
import { ContextRing } from "./context-ring.tsx";
import { ModelMenu } from "./model-menu.tsx";
import { SandboxMenu } from "./sandbox-menu.tsx";

const modes: readonly { readonly value: ApprovalMode; readonly label: string; readonly detail: string }[] = [
  { value: "plan", label: "Plan only", detail: "Nothing is written or run" },
  { value: "ask", label: "Ask first", detail: "You decide about each write and command" },
  { value: "auto", label: "Auto", detail: "What the sandbox allows runs without a question" },
];

/** The row below the text: attach, approval mode, sandbox, model, send or stop (both while a turn runs and there is something to add to it). */
export function ComposerBar({
  running,
  canSend,
  onPick,
  onSend,
  onStop,
  onError,
}: {
  readonly running: boolean;
  readonly canSend: boolean;
  readonly onPick: () => void;
  readonly onSend: () => void;
  readonly onStop: () => void;
  readonly onError: (error: unknown) => void;
}) {
  const approval = useApp((state) => state.app?.settings.approval ?? "ask");
  return (
    <div className="flex h-11 items-center gap-1 pr-2 pl-2">
      <IconButton label="Add files" keys="@" onClick={onPick} data-testid="composer-attach">
        <AtSign size={15} aria-hidden />
      </IconButton>
      <Select
        label="Approval mode"
        value={approval}
        choices={modes}
        quiet
        labelClass="@max-[520px]:hidden"
        icon={<ShieldCheck size={14} aria-hidden />}
        onChange={(mode) => void updateSettings({ approval: mode }).catch(onError)}
        testId="approval-mode"
      />
      <SandboxMenu onError={onError} />
      <span className="flex-1" />
      <ContextRing />
      <ModelMenu onError={onError} />
      {running ? (
        <Tooltip text="Stop" keys="Esc">
          <button
            type="button"
            aria-label="Stop"
            data-testid="composer-stop"
            onClick={onStop}
            className="ml-1.5 inline-flex size-8 items-center justify-center rounded-md border border-strong bg-raise text-fg hover:bg-press"
          >
            <Square size={12} aria-hidden fill="currentColor" />
          </button>
        </Tooltip>
      ) : null}
      {running && !canSend ? null : (
        <Tooltip text={running ? "Add to this turn" : "Send"} keys="Enter">
          <button
            type="button"
            aria-label="Send"
            data-testid="composer-send"
            disabled={!canSend}
            onClick={onSend}
            className={cx(
              "ml-1.5 inline-flex size-8 items-center justify-center rounded-md transition-colors duration-100",
              canSend ? "bg-primary text-on-primary hover:opacity-90" : "bg-raise text-fg3",
            )}
          >
            <ArrowUp size={16} aria-hidden />
          </button>
        </Tooltip>
      )}
    </div>
  );
}
