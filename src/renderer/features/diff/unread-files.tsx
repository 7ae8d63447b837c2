import { CircleAlert } from "lucide-react";
import { formatCount } from "../../lib/format.ts";
import { Button } from "../../ui/button.tsx";
import type { ReviewFile } from "./merge-patches.ts";
import type { ParsedFile } from "./parse-file.ts";

/** Says that files could not be prepared, and why the first could not; the others are there. */
export function UnreadFiles({
  files,
  parsed,
  onAgain,
}: {
  readonly files: readonly ReviewFile[];
  readonly parsed: ReadonlyMap<string, ParsedFile>;
  readonly onAgain: () => void;
}) {
  const problems = files.flatMap((file) => parsed.get(file.key)?.problem ?? []);
  if (problems.length === 0) return null;
  return (
    <div
      role="alert"
      data-testid="unread-files"
      className="flex shrink-0 items-center gap-2 border-b border-line bg-del-soft px-4 py-1.5 text-small"
    >
      <CircleAlert size={14} aria-hidden className="shrink-0 text-del" />
      <p className="selectable min-w-0 flex-1 [overflow-wrap:anywhere] text-fg">
        {formatCount(problems.length, "file")} could not be prepared: {problems[0]}
      </p>
      <Button size="sm" onClick={onAgain}>
        Try again
      </Button>
    </div>
  );
}
