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
  const isOpen = sandbox?.enforcer === "none";
  return (
    <footer className="@container shrink-0 border-t border-line">
      {isOpen ? <OpenSandbox detail={sandbox.detail} /> : isFull ? <FullAccess /> : null}
      <div className="flex h-10 items-center gap-2.5 pr-2 pl-4">
        {harness === null ? null : <WorkerBars harness={harness} />}
        <p
          data-testid="workers"
          title={harness === null ? "" : harnessWords(harness)}
          className="tabular min-w-0 flex-1 truncate text-micro text-fg3"
        >
          {harness === null ? "" : harnessWords(harness)}
        </p>
        {sandbox === null || isOpen || isFull ? null : <Sandboxed sandbox={sandbox} />}
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
        className="inline-flex shrink-0 items-center gap-1 rounded-xs text-micro font-medium text-add"
      >
        <ShieldCheck size={12} aria-hidden /> <span className="@max-[260px]:hidden">Sandboxed</span>
      </span>
    </Tooltip>
  );
}

const fullDetail = "The sandbox level is full access: commands may change anything you may. Choose another level beside the prompt.";

function FullAccess() {
  return <Unsafe words="Not sandboxed: full access" detail={fullDetail} enforcer="off" />;
}

function OpenSandbox({ detail }: { readonly detail: string }) {
  return <Unsafe words="Not sandboxed: every command asks" detail={detail} enforcer="none" />;
}

/** What a person must not overlook has a line of its own. */
function Unsafe({ words, detail, enforcer }: { readonly words: string; readonly detail: string; readonly enforcer: "off" | "none" }) {
  return (
    <Tooltip text={detail}>
      <div
        tabIndex={0}
        role="note"
        aria-label={`${words}. ${detail}`}
        data-testid="sandbox-badge"
        data-enforcer={enforcer}
        className="flex items-center gap-2 bg-warn-soft px-4 py-1.5 text-small text-warn focus-visible:outline-offset-[-2px]"
      >
        <ShieldAlert size={14} aria-hidden className="shrink-0" /> {words}
      </div>
    </Tooltip>
  );
}

function harnessWords(harness: HarnessInfo): string {
  if (harness.workers === 0) return "No workers yet";
  const workers = harness.busy === 0 ? `${harness.workers} workers ready` : `${harness.busy} of ${harness.workers} workers`;
  const rate = hitRate(harness);
  return rate === null || rate === 0 ? workers : `${workers} · ${rate}% cache hits`;
}

/** Whole percent; null before the first script. */
function hitRate({ cacheHits, cacheMisses }: HarnessInfo): number | null {
  const all = cacheHits + cacheMisses;
  return all === 0 ? null : Math.round((100 * cacheHits) / all);
}
