import { ChevronsUpDown, Folder, FolderOpen, GitBranch } from "lucide-react";
import { useKeys } from "../../state/commands.ts";
import { useState } from "react";
import type { ErrorData } from "../../../protocol/error.ts";
import { asErrorData } from "../../lib/api.ts";
import { splitPath } from "../../lib/format.ts";
import { openProject, pickProject, useApp } from "../../state/app.ts";
import { Button } from "../../ui/button.tsx";
import { Menu, MenuItem, MenuSeparator } from "../../ui/menu.tsx";
import { ErrorState } from "../../ui/state-view.tsx";

/** How many files git calls changed; nothing where git was not asked. */
function Changes({ count }: { readonly count: number | null }) {
  if (count === null || count === 0) return null;
  return (
    <span data-testid="project-changes" className="shrink-0">
      <span aria-hidden>· </span>
      <span className="sr-only">, </span>
      {count} {count === 1 ? "change" : "changes"}
    </span>
  );
}

/** The open project with its branch and changes; opens the recent ones and other folders. */
export function ProjectSwitcher() {
  const openKeys = useKeys("project.open");
  const project = useApp((state) => state.app?.project ?? null);
  const recents = useApp((state) => state.app?.recents);
  const [problem, setProblem] = useState<ErrorData | null>(null);
  if (project === null) return null;
  const others = (recents ?? []).filter((root) => root !== project.root).slice(0, 12);
  const run = (action: Promise<unknown>) => {
    setProblem(null);
    action.catch((error: unknown) => setProblem(asErrorData(error)));
  };
  return (
    <>
      <Menu
        trigger={
          <button
            type="button"
            data-testid="project-switcher"
            title={project.root}
            className="mx-2 flex h-12 items-center gap-2.5 rounded-md px-2 text-left hover:bg-raise data-popup-open:bg-raise"
          >
            <span
              aria-hidden
              className="flex size-7 shrink-0 items-center justify-center rounded-sm bg-accent-soft text-small font-semibold text-accent-text"
            >
              {project.name.slice(0, 1).toUpperCase()}
            </span>
            <span className="min-w-0 flex-1">
              <span className="block truncate text-ui leading-4.5 font-semibold text-fg">
                <span className="sr-only">Project </span>
                {project.name}
              </span>
              <span className="flex items-center gap-1 text-small leading-4 text-fg3">
                {project.branch === null ? (
                  <span className="truncate">No git repository</span>
                ) : (
                  <>
                    <GitBranch size={11} aria-hidden className="shrink-0" />
                    <span className="truncate">
                      <span className="sr-only">, branch </span>
                      {project.branch}
                    </span>
                    <Changes count={project.changes} />
                  </>
                )}
              </span>
            </span>
            <ChevronsUpDown size={14} aria-hidden className="shrink-0 text-fg3" />
          </button>
        }
      >
        {others.map((root) => (
          <MenuItem key={root} icon={<Folder size={13} aria-hidden />} onSelect={() => run(openProject(root))}>
            {splitPath(root)[1]}
            <span className="block max-w-72 truncate text-micro text-fg3" title={root}>
              {root}
            </span>
          </MenuItem>
        ))}
        {others.length === 0 ? null : <MenuSeparator />}
        <MenuItem icon={<FolderOpen size={13} aria-hidden />} keys={openKeys} onSelect={() => run(pickProject())} data-testid="open-folder">
          Open folder…
        </MenuItem>
      </Menu>
      {problem === null ? null : (
        <ErrorState
          className="mx-3 mt-2"
          code={problem.code}
          message={problem.message}
          hint={problem.hint}
          action={
            <Button size="sm" variant="ghost" onClick={() => setProblem(null)}>
              Dismiss
            </Button>
          }
        />
      )}
    </>
  );
}
