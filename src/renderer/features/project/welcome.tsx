import { Check, CircleAlert, Folder, FolderOpen } from "lucide-react";
import { type DragEvent, useState } from "react";
import type { ErrorData } from "../../../protocol/error.ts";
import type { ProviderInfo } from "../../../protocol/ipc.ts";
import { asErrorData, pathOf } from "../../lib/api.ts";
import { splitPath } from "../../lib/format.ts";
import { useKeys } from "../../state/commands.ts";
import { openProject, openSettings, pickProject, useApp } from "../../state/app.ts";
import { hasMenuButton, showAppMenu } from "../../state/app-menu.ts";
import { BarMenuButton } from "../../ui/bar-menu-button.tsx";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Kbd } from "../../ui/kbd.tsx";
import { ErrorState } from "../../ui/state-view.tsx";
import { TryDemo } from "./try-demo.tsx";

/** What the window shows without a project: what Spindle is, open a folder (also by dropping one), recents, providers. */
export function Welcome() {
  const app = useApp((state) => state.app);
  const openKeys = useKeys("project.open");
  const menuKeys = useKeys("app.menu");
  const menu = useApp(hasMenuButton);
  const [failure, setFailure] = useState<ErrorData | null>(null);
  const [opening, setOpening] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const run = async (what: string, action: () => Promise<unknown>) => {
    setFailure(null);
    setOpening(what);
    try {
      await action();
    } catch (error) {
      setFailure(asErrorData(error));
    } finally {
      setOpening(null);
    }
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    const root = file === undefined ? "" : pathOf(file);
    // Main says in words when it is a file and not a folder.
    if (root === "")
      setFailure({
        code: "invalid_input",
        message: "That was not a folder from this computer.",
        hint: "Drop a folder from a file manager, or choose one.",
      });
    else void run(root, () => openProject(root));
  };
  return (
    <main
      data-testid="welcome"
      className="leftmost relative h-full overflow-y-auto bg-canvas"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) =>
        !event.currentTarget.contains(event.relatedTarget instanceof Node ? event.relatedTarget : null) && setOver(false)
      }
      onDrop={onDrop}
    >
      <div className="drag-region absolute inset-x-0 top-0 flex h-11 items-center">
        {menu ? <BarMenuButton keys={menuKeys} onOpen={showAppMenu} /> : null}
      </div>
      <div className="mx-auto flex min-h-full w-full max-w-130 flex-col justify-center gap-7 px-6 py-14">
        <header>
          <h1 className="text-head font-semibold text-fg">Spindle</h1>
          <p className="mt-1 text-prose text-fg2">
            A coding agent that works in one script instead of fifty tool calls, and shows you every step of it.
          </p>
        </header>
        <section aria-label="Open a project">
          <button
            type="button"
            data-testid="open-folder"
            disabled={opening !== null}
            onClick={() => void run("dialog", pickProject)}
            className={cx(
              "flex w-full items-center gap-3 rounded-lg border border-strong bg-panel px-4 py-3.5 text-left shadow-card hover:bg-raise disabled:opacity-45",
              over && "border-dashed border-accent bg-accent-soft",
            )}
          >
            <FolderOpen size={18} aria-hidden className="shrink-0 text-accent-text" />
            <span className="flex-1">
              <span className="block text-ui font-medium text-fg">{over ? "Drop to open this folder" : "Open a folder"}</span>
              <span className="block text-small text-fg3">
                {opening === null
                  ? "Choose a project, or drop one here"
                  : opening === "dialog"
                    ? "Waiting for your choice"
                    : `Opening ${opening}`}
              </span>
            </span>
            {openKeys === undefined ? null : <Kbd>{openKeys}</Kbd>}
          </button>
          <TryDemo disabled={opening !== null} onRun={(what, action) => void run(what, action)} />
          {failure === null ? null : <ErrorState className="mt-2" code={failure.code} message={failure.message} hint={failure.hint} />}
          <Recents roots={app?.recents ?? []} disabled={opening !== null} onOpen={(root) => void run(root, () => openProject(root))} />
        </section>
        <Providers providers={app?.providers ?? []} active={app?.settings.provider ?? null} />
      </div>
    </main>
  );
}

function Recents({
  roots,
  disabled,
  onOpen,
}: {
  readonly roots: readonly string[];
  readonly disabled: boolean;
  readonly onOpen: (root: string) => void;
}) {
  if (roots.length === 0) return null;
  return (
    <>
      <h2 className="mt-5 pb-1 text-small font-medium text-fg3">Recent</h2>
      <ul>
        {roots.slice(0, 6).map((root) => {
          const [folder, name] = splitPath(root.replace(/[/\\]+$/, ""));
          return (
            <li key={root}>
              <button
                type="button"
                data-testid="recent-project"
                disabled={disabled}
                title={root}
                onClick={() => onOpen(root)}
                className="-mx-2 flex h-8 w-[calc(100%+16px)] items-center gap-2.5 rounded-md px-2 text-left hover:bg-raise"
              >
                <Folder size={14} aria-hidden className="shrink-0 text-fg3" />
                <span className="shrink-0 text-ui text-fg">{name}</span>
                <span className="min-w-0 truncate text-small text-fg3">{folder}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function Providers({ providers, active }: { readonly providers: readonly ProviderInfo[]; readonly active: string | null }) {
  return (
    <section aria-label="Models">
      <div className="flex items-center justify-between pb-1">
        <h2 className="text-small font-medium text-fg3">Models</h2>
        <Button variant="ghost" size="sm" className="-mr-2" onClick={() => openSettings(true)}>
          Settings
        </Button>
      </div>
      <ul className="rounded-lg border border-line">
        {providers.map((provider) => (
          <li
            key={provider.id}
            data-testid="provider"
            data-ready={provider.missing === null}
            className="flex items-start gap-2.5 border-b border-line px-3 py-2 last:border-b-0"
          >
            <span className="flex h-5 items-center">
              {provider.missing === null ? (
                <Check size={14} aria-hidden className="text-add" />
              ) : (
                <CircleAlert size={14} aria-hidden className="text-fg3" />
              )}
            </span>
            <span className="min-w-0 flex-1">
              <span className="text-ui text-fg">{provider.label}</span>
              {provider.id === active ? <span className="ml-2 text-small text-accent-text">in use</span> : null}
              <span className="block text-small text-fg3">
                {provider.id === "demo"
                  ? "Built in and rule based: no key, no network. It shows how scripts, patches and tasks work."
                  : (provider.missing ?? `Ready${provider.model === "" ? "" : `, ${provider.model}`}`)}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
