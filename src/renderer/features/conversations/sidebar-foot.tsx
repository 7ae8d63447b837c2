import { ShieldAlert, ShieldCheck, SlidersHorizontal } from "lucide-react";
import { useKeys } from "../../state/commands.ts";
import type { HarnessInfo, SandboxInfo } from "../../../protocol/ipc.ts";
import { openSettings, useApp } from "../../state/app.ts";
import { IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Tooltip } from "../../ui/tooltip.tsx";

/** The foot of the sidebar: what keeps commands in, script workers, settings. */
export function SidebarFoot() {
  const settingsKeys = useKeys("settings.open");
  const sandbox = useApp((state) => state.app?.sandbox ?? null);
  const isFull = useApp((state) => state.app?.settings.sandbox === "full");
  const harness = useApp((state) => state.app?.harness ?? null);
  return (
    <footer className="shrink-0 border-t border-line">
      {sandbox?.enforcer === "none" ? <OpenSandbox detail={sandbox.detail} /> : null}
      <div className="flex h-12 items-center gap-2.5 pr-2 pl-4">
        {harness === null ? null : <WorkerBars harness={harness} />}
        <div className="min-w-0 flex-1">
          {harness === null ? null : (
            <p data-testid="workers" title={harnessWords(harness)} className="tabular truncate text-micro text-fg3">
              {harnessWords(harness)}
            </p>
          )}
          {sandbox === null || sandbox.enforcer === "none" ? null : isFull ? <FullAccess /> : <Sandboxed sandbox={sandbox} />}
        </div>
        <IconButton label="Settings" keys={settingsKeys} onClick={() => openSettings(true)} data-testid="settings-button">
          <SlidersHorizontal size={15} aria-hidden />
        </IconButton>
      </div>
    </footer>
  );
}

function WorkerBars({ harness }: { readonly harness: HarnessInfo }) {
  return (
    <span aria-hidden className="flex shrink-0 gap-0.5">
      {Array.from({ length: Math.min(harness.workers, 8) }, (_, index) => (
        <span key={index} className={cx("h-2.5 w-1 rounded-[1px]", index < harness.busy ? "bg-accent" : "bg-strong")} />
      ))}
    </span>
  );
}

function Sandboxed({ sandbox }: { readonly sandbox: SandboxInfo }) {
  return (
    <Tooltip text={sandbox.detail}>
      <span
        tabIndex={0}
        role="note"
        aria-label={`Sandboxed: ${sandbox.detail}`}
        data-testid="sandbox-badge"
        data-enforcer={sandbox.enforcer}
        className="inline-flex items-center gap-1 rounded-xs text-micro font-medium text-add"
      >
        <ShieldCheck size={11} aria-hidden /> Sandboxed
      </span>
    </Tooltip>
  );
}

const fullDetail = "The sandbox level is full access: commands may change anything you may. Choose another level beside the prompt.";

function FullAccess() {
  return (
    <Tooltip text={fullDetail}>
      <span
        tabIndex={0}
        role="note"
        aria-label={`Not sandboxed: full access. ${fullDetail}`}
        data-testid="sandbox-badge"
        data-enforcer="off"
        className="inline-flex items-center gap-1 rounded-xs text-micro font-medium text-warn"
      >
        <ShieldAlert size={11} aria-hidden /> Not sandboxed: full access
      </span>
    </Tooltip>
  );
}

function OpenSandbox({ detail }: { readonly detail: string }) {
  return (
    <Tooltip text={detail}>
      <div
        tabIndex={0}
        role="note"
        aria-label={`Not sandboxed: every command asks. ${detail}`}
        data-testid="sandbox-badge"
        data-enforcer="none"
        className="flex items-center gap-2 bg-warn-soft px-4 py-1.5 text-small text-warn focus-visible:outline-offset-[-2px]"
      >
        <ShieldAlert size={14} aria-hidden className="shrink-0" /> Not sandboxed: every command asks
      </div>
    </Tooltip>
  );
}

function harnessWords(harness: HarnessInfo): string {
  const workers = harness.workers === 0 ? "No workers yet" : `${harness.busy} of ${harness.workers} workers`;
  const rate = hitRate(harness);
  return rate === null ? workers : `${workers} · ${rate}% cache hits`;
}

/** Whole percent; null before the first script. */
function hitRate({ cacheHits, cacheMisses }: HarnessInfo): number | null {
  const all = cacheHits + cacheMisses;
  return all === 0 ? null : Math.round((100 * cacheHits) / all);
}
