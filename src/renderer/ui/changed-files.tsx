export interface ChangedFilesProps {
  readonly files: readonly {
    readonly path: string;
    readonly kind: "added" | "modified" | "deleted";
    readonly added: number | null;
    readonly removed: number | null;
    readonly executable?: boolean;
  }[];
  readonly fileCount: number;
  /** Other commands ran at the same time. */
  readonly amongOthers: boolean;
  /** False when not all files were looked at. */
  readonly complete: boolean;
  readonly onOpen: (path: string) => void;
}

/** Files named; more are counted. */
const shown = 4;
const kinds = { added: "new", modified: "", deleted: "deleted" } as const;

/** What a command changed, in one quiet line under its call. */
export function ChangedFiles({ files, fileCount, amongOthers, complete, onOpen }: ChangedFilesProps) {
  const named = [...new Map(files.map((file) => [file.path, file])).values()];
  const more = Math.max(fileCount, named.length) - Math.min(named.length, shown);
  return (
    <div data-testid="changed-by-command" className="mt-1 flex flex-wrap items-baseline gap-x-3 text-micro text-fg3">
      {named.length === 0 ? null : <span>{amongOthers ? "Changed while these commands ran" : "Changed by this command"}</span>}
      {named.slice(0, shown).map((file) => (
        <button
          key={file.path}
          type="button"
          onClick={() => onOpen(file.path)}
          className="flex max-w-full min-w-0 items-baseline gap-1.5 rounded-xs hover:text-fg hover:underline"
        >
          <span className="truncate font-mono text-label">{file.path}</span>
          <span className="tabular shrink-0">{facts(file)}</span>
        </button>
      ))}
      {more > 0 && named.length > 0 ? <span>and {more} more</span> : null}
      {complete ? null : <span>Not all files were looked at</span>}
    </div>
  );
}

function facts({ kind, added, removed, executable }: ChangedFilesProps["files"][number]): string {
  const mode = executable === undefined ? "" : executable ? "now executable" : "no longer executable";
  const counts = added === null || removed === null || (mode !== "" && added + removed === 0) ? "" : `+${added} −${removed}`;
  return [kinds[kind], mode, counts].filter((part) => part !== "").join(" ");
}
