import { Check, FolderLock } from "lucide-react";
import type { AppState } from "../../../protocol/ipc.ts";
import type { Reach, SandboxLevel } from "../../../protocol/settings.ts";
import { setReach, updateSettings, useApp } from "../../state/app.ts";
import { cx } from "../../ui/cx.ts";
import { Menu, MenuItem, MenuSeparator } from "../../ui/menu.tsx";

const levels: readonly { readonly value: SandboxLevel; readonly label: string; readonly detail: string }[] = [
  { value: "read-only", label: "Read only", detail: "Commands and patches change nothing" },
  { value: "workspace-write", label: "Project only", detail: "They change this folder, not its .git" },
  { value: "full", label: "Full access", detail: "No sandbox: whatever you can do" },
];
const reachChoices: readonly { readonly value: Reach; readonly label: string; readonly detail: string }[] = [
  { value: "nothing", label: "No network", detail: "Only servers that the command starts itself" },
  { value: "local-sockets", label: "Local sockets", detail: "Unix sockets of its own, for databases and tools in tests" },
  { value: "network", label: "Network", detail: "Downloads, and servers on this computer" },
];

/** How far commands reach: the level for all projects, the network for this one. Says when nothing holds them to it. */
export function SandboxMenu({ onError }: { readonly onError: (error: unknown) => void }) {
  const level = useApp((state) => state.app?.settings.sandbox ?? "workspace-write");
  const info = useApp((state) => state.app?.sandbox ?? null);
  const reach = useApp((state) => state.app?.project?.reach ?? "nothing");
  if (info === null) return null;
  const loose = info.enforcer === "none" || level === "full";
  return (
    <Menu
      side="top"
      trigger={
        <button
          type="button"
          data-testid="sandbox-menu"
          title={info.detail}
          className={cx(
            "flex h-7 items-center gap-1.5 rounded-sm px-2 text-small hover:bg-raise data-popup-open:bg-raise",
            loose || reach !== "nothing" ? "text-warn" : "text-fg3",
          )}
        >
          <FolderLock size={14} aria-hidden />
          <span className="@max-[620px]:sr-only">{labelOf(level, reach, info)}</span>
          <span className="sr-only">. Sandbox. {info.detail}</span>
        </button>
      }
    >
      {levels.map((choice) => (
        <Choice
          key={choice.value}
          {...choice}
          chosen={level === choice.value}
          onSelect={() => void updateSettings({ sandbox: choice.value }).catch(onError)}
        />
      ))}
      <MenuSeparator />
      {reachChoices.map((choice) => (
        <Choice
          key={choice.value}
          {...choice}
          chosen={reach === choice.value}
          disabled={choice.value !== "nothing" && !info.grants.includes(choice.value)}
          onSelect={() => void setReach(choice.value).catch(onError)}
        />
      ))}
    </Menu>
  );
}

function labelOf(level: SandboxLevel, reach: Reach, info: AppState["sandbox"]): string {
  if (info.enforcer === "none" && level !== "full") return "No sandbox";
  const name = levels.find((choice) => choice.value === level)?.label ?? level;
  if (level === "full" || reach === "nothing") return name;
  return `${name}, ${reach === "network" ? "network" : "sockets"}`;
}

function Choice({
  value,
  label,
  detail,
  chosen,
  disabled = false,
  onSelect,
}: {
  readonly value: string;
  readonly label: string;
  readonly detail: string;
  readonly chosen: boolean;
  readonly disabled?: boolean;
  readonly onSelect: () => void;
}) {
  return (
    <MenuItem
      icon={chosen ? <Check size={13} aria-hidden /> : <span />}
      disabled={disabled}
      onSelect={onSelect}
      data-testid={`sandbox-${value}`}
    >
      {label}
      {chosen ? <span className="sr-only"> (chosen)</span> : null}
      <span className="block text-micro text-fg3">{detail}</span>
    </MenuItem>
  );
}
