import { ShieldAlert, ShieldCheck, SlidersHorizontal } from "lucide-react";
import type { HarnessInfo, SandboxInfo } from "../../../protocol/ipc.ts";
import { openSettings, useApp } from "../../state/app.ts";
import { IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Tooltip } from "../../ui/tooltip.tsx";

/** The foot of the sidebar: what keeps commands in, script workers, settings. */
export function SidebarFoot() {
  const sandbox = useApp((state) => state.app?.sandbox ?? null);
  const harness = useApp((state) => state.app?.harness ?? null);
  return (
    <footer className="shrink-0 border-t border-line">
      {sandbox?.enforcer === "none" ? <OpenSandbox detail={sandbox.detail} /> : null}
      <div className="flex h-12 items-center gap-2.5 pr-2 pl-4">
        {harness === null ? null : <Workers harness={harness} />}
        <span className="flex-1" />
        {sandbox !== null && sandbox.enforcer !== "none" ? <Sandboxed sandbox={sandbox} /> : null}
        <IconButton label="Settings" keys="Ctrl ," onClick={() => openSettings(true)} data-testid="settings-button">
          <SlidersHorizontal size={15} aria-hidden />
        </IconButton>
      </div>
    </footer>
  );
}

function Workers({ harness }: { readonly harness: HarnessInfo }) {
  const rate = hitRate(harness);
  return (
    <div data-testid="workers" className="flex min-w-0 items-center gap-2.5">
      <span aria-hidden className="flex shrink-0 gap-0.5">
        {Array.from({ length: Math.min(harness.workers, 8) }, (_, index) => (
          <span key={index} className={cx("h-2.5 w-1 rounded-[1px]", index < harness.busy ? "bg-accent" : "bg-strong")} />
        ))}
      </span>
      <span className="tabular min-w-0 text-micro leading-3.5 text-fg3">
        <span className="block truncate">{harness.workers === 0 ? "No workers yet" : `${harness.busy} of ${harness.workers} workers`}</span>
        <span className="block truncate">{rate === null ? "Cache not used yet" : `${rate}% cache hits`}</span>
      </span>
    </div>
  );
}

function Sandboxed({ sandbox }: { readonly sandbox: SandboxInfo }) {
  return (
    <Tooltip text={sandbox.detail}>
      <span tabIndex={0} role="note" aria-label={`Sandboxed: ${sandbox.detail}`} data-testid="sandbox-badge" data-enforcer={sandbox.enforcer} className="inline-flex h-5 shrink-0 items-center gap-1 rounded-xs bg-add-soft px-1.5 text-micro font-medium text-add">
        <ShieldCheck size={12} aria-hidden /> Sandboxed
      </span>
    </Tooltip>
  );
}

function OpenSandbox({ detail }: { readonly detail: string }) {
  return (
    <Tooltip text={detail}>
      <div tabIndex={0} role="note" aria-label={`Not sandboxed: every command asks. ${detail}`} data-testid="sandbox-badge" data-enforcer="none" className="flex items-center gap-2 bg-warn-soft px-4 py-1.5 text-small text-warn focus-visible:outline-offset-[-2px]">
        <ShieldAlert size={14} aria-hidden className="shrink-0" /> Not sandboxed: every command asks
      </div>
    </Tooltip>
  );
}

/** Whole percent; null before the first script. */
function hitRate({ cacheHits, cacheMisses }: HarnessInfo): number | null {
  const all = cacheHits + cacheMisses;
  return all === 0 ? null : Math.round((100 * cacheHits) / all);
}
