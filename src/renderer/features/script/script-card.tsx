import { Check, ChevronDown, ChevronRight, CircleAlert, Square } from "lucide-react";
import { memo, useCallback, useEffect, useState } from "react";
import { formatCount, formatDuration, formatElapsed } from "../../lib/format.ts";
import { useKept } from "../../state/row-memory.ts";
import type { ScriptStep } from "../../state/conversation-view.ts";
import { stopTurn } from "../../state/conversation.ts";
import { useLayout } from "../../state/layout.ts";
import { reportError } from "../../state/notices.ts";
import { useNow } from "../../state/now.ts";
import { openScript } from "../../state/open-file.ts";
import { IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { OpenFileButton } from "../../ui/open-file-button.tsx";
import { Ring } from "../../ui/ring.tsx";
import { CallDetail } from "./call-detail.tsx";
import { Lanes } from "./lanes.tsx";
import { ScriptChanges } from "./script-changes.tsx";
import { ScriptFoot } from "./script-foot.tsx";
import { ScriptSource } from "./script-source.tsx";

/**
 * The card of one script: source, one lane per call on a common time axis, log and result. Open while it runs; a
 * click on a lane shows that call and marks its line.
 */
export const ScriptCard = memo(function ScriptCard({ step }: { readonly step: ScriptStep }) {
  const [open, setOpen] = useKept(`${step.key} open`, true);
  const [selected, setSelected] = useKept<string | null>(`${step.key} selected`, null);
  const [line, setLine] = useState<number | null>(null);
  const select = useCallback((callId: string) => setSelected((now) => (now === callId ? null : callId)), [setSelected]);
  const close = useCallback(() => setSelected(null), [setSelected]);
  const jump = useLayout((state) => state.jump);
  const [taken, setTaken] = useState<typeof jump>(null);
  if (jump !== null && jump !== taken && jump.callId.startsWith(`${step.callId}.`)) {
    setTaken(jump);
    setOpen(true);
    setSelected(jump.callId);
  }
  useEffect(() => {
    // Taken: a card that is drawn anew later must not open by it again.
    if (taken?.callId.startsWith(`${step.callId}.`) === true) useLayout.setState({ jump: null });
  }, [taken, step.callId]);
  const call = selected === null ? undefined : step.calls.find((each) => each.callId === selected);
  const bodyId = `script-${step.callId}`;
  return (
    <section
      data-testid="script-card"
      data-status={step.status === "writing" ? "running" : step.status}
      data-call={step.callId}
      aria-label={`Script: ${step.title}`}
      className="overflow-hidden rounded-lg border border-strong bg-card shadow-card"
    >
      <header className="flex h-11 items-center gap-2 pr-1.5 pl-3.5">
        <h2 title={step.title} className="min-w-0 flex-1 truncate text-ui font-semibold">
          {step.title}
        </h2>
        <HeaderFacts step={step} />
        {step.finishedAt === null ? <StopTurn /> : <OpenFileButton path="the script" onOpen={() => openScript(step.callId)} />}
        <button
          type="button"
          aria-expanded={open}
          aria-controls={bodyId}
          aria-label={open ? "Collapse script" : "Expand script"}
          onClick={() => setOpen(!open)}
          className="inline-flex size-7 items-center justify-center rounded-sm text-fg3 hover:bg-raise hover:text-fg"
        >
          {open ? <ChevronDown size={15} aria-hidden /> : <ChevronRight size={15} aria-hidden />}
        </button>
      </header>
      {open ? (
        <div id={bodyId}>
          <ScriptSource step={step} line={call?.line ?? line} />
          {step.calls.length === 0 ? null : <Lanes step={step} selected={selected} onSelect={select} onLine={setLine} />}
          {call === undefined ? null : <CallDetail call={call} onClose={close} />}
        </div>
      ) : null}
      <ScriptChanges step={step} />
      <ScriptFoot step={step} open={open} />
    </section>
  );
});

/** The engine ends a turn as a whole; a script in it cannot be ended alone, and the button says so. */
function StopTurn() {
  return (
    <IconButton label="Stop: ends the script with its turn" data-testid="script-stop" onClick={() => void stopTurn().catch(reportError)}>
      <Square size={11} aria-hidden fill="currentColor" />
    </IconButton>
  );
}

function HeaderFacts({ step }: { readonly step: ScriptStep }) {
  const running = step.finishedAt === null;
  const facts = [
    ...(step.calls.length === 0 ? [] : [formatCount(step.calls.length, "call")]),
    ...(step.parallel > 1 ? [`${step.parallel} in parallel`] : []),
  ];
  return (
    <div className="tabular flex items-center gap-2 text-small whitespace-nowrap text-fg3">
      {facts.map((fact, index) => (
        <span key={index} className={cx("flex items-center gap-2", index === 1 && "@max-[600px]:hidden")}>
          {fact}
          <span aria-hidden className="text-deco">
            ·
          </span>
        </span>
      ))}
      {running ? <Running step={step} /> : <Outcome step={step} />}
    </div>
  );
}

function Running({ step }: { readonly step: ScriptStep }) {
  const now = useNow();
  return (
    <span className="flex items-center gap-1.5 text-accent-text">
      <Ring size={13} />
      {step.status === "writing" ? "Writing" : formatElapsed(now - step.startedAt)}
    </span>
  );
}

function Outcome({ step }: { readonly step: ScriptStep }) {
  const time = formatDuration(step.durationMs ?? 0);
  if (step.status === "done") {
    return (
      <span className="flex items-center gap-1 text-add">
        <Check size={13} aria-hidden />
        <span className="sr-only">Done in</span> {time}
      </span>
    );
  }
  const cancelled = step.status === "cancelled";
  return (
    <span className={cx("flex items-center gap-1", cancelled ? "text-fg2" : "text-del")}>
      {cancelled ? <Square size={11} aria-hidden /> : <CircleAlert size={13} aria-hidden />}
      {cancelled ? "Stopped" : "Failed"} {time}
    </span>
  );
}
