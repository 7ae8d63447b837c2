import type { UndoConflict } from "../../../protocol/undo.ts";
import { dismissRefusedUndo, forceRefusedUndo, useUndo } from "../../state/undo.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";

/** Files shown at once; the list scrolls. */
const shownRanges = 8;

/** An undo that was refused: which files changed since, at which lines, and the way to do it all the same. */
export function UndoConflictDialog() {
  const refused = useUndo((state) => state.refused);
  const busy = useUndo((state) => state.busy);
  const told = useUndo((state) => state.told);
  return (
    <>
      <p role="status" className="sr-only">
        {told}
      </p>
      {refused === null ? null : (
        <Dialog
          open
          onClose={dismissRefusedUndo}
          title={refused.conflicts.length === 1 ? "A file changed since" : `${refused.conflicts.length} files changed since`}
          testId="undo-conflict"
        >
          <div className="px-4 pt-3 pb-1 text-ui text-fg2">
            Nothing was {refused.redo ? "redone" : "undone"}: these places hold later changes.
          </div>
          <ul aria-label="Changed since" className="max-h-72 overflow-auto px-4 pb-3" tabIndex={0}>
            {refused.conflicts.map((conflict) => (
              <li key={conflict.path} data-testid="undo-conflict-file" className="border-b border-line py-1.5 last:border-0">
                <div className="flex items-baseline gap-3">
                  <span className="selectable min-w-0 truncate font-mono text-code text-fg" title={conflict.path}>
                    {conflict.path}
                  </span>
                  <span className="tabular ml-auto shrink-0 text-small text-fg3">{words(conflict)}</span>
                </div>
                {conflict.now.length === 0 ? null : <Now conflict={conflict} />}
              </li>
            ))}
          </ul>
          <div className="flex items-center gap-3 border-t border-line px-4 py-3">
            <p className="min-w-0 flex-1 text-small text-fg3">
              {refused.canForce
                ? `${refused.redo ? "Redo" : "Undo"} anyway replaces them. What they hold now is kept: ${refused.redo ? "Undo" : "Redo"} brings it back.`
                : refused.hint}
            </p>
            <Button variant="ghost" onClick={dismissRefusedUndo}>
              {refused.canForce ? "Cancel" : "Close"}
            </Button>
            {refused.canForce ? (
              <Button
                variant="danger"
                className="border border-strong"
                data-testid="undo-force"
                disabled={busy}
                onClick={() => void forceRefusedUndo(refused)}
              >
                {refused.redo ? "Redo anyway" : "Undo anyway"}
              </Button>
            ) : null}
          </div>
        </Dialog>
      )}
    </>
  );
}

/** What stands there now, with the numbers of its lines. */
function Now({ conflict: { now, lines } }: { readonly conflict: UndoConflict }) {
  const more = lines.reduce((sum, [from, to]) => sum + to - from + 1, 0) - now.length;
  return (
    <div
      data-testid="undo-conflict-now"
      className="mt-1 overflow-x-auto rounded-sm bg-inset py-1 font-mono text-code"
      tabIndex={0}
      role="group"
      aria-label="What stands there now"
    >
      {now.map(({ line, text }) => (
        <div key={line} className="flex whitespace-pre">
          <span className="tabular w-11 shrink-0 pr-3 text-right text-fg3 select-none">{line}</span>
          <span className="selectable text-fg2">{text}</span>
        </div>
      ))}
      {more > 0 ? <div className="pl-11 font-sans text-micro text-fg3">and {more} more</div> : null}
    </div>
  );
}

/** `lines 4 to 5, 9`, or what happened to the file when lines cannot be told. */
function words({ what, lines }: UndoConflict): string {
  if (lines.length === 0) return what.replace(/^was /, "");
  const ranges = lines.slice(0, shownRanges).map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`));
  const single = lines.length === 1 && lines[0]?.[0] === lines[0]?.[1];
  return `${single ? "line" : "lines"} ${ranges.join(", ")}${lines.length > shownRanges ? ", …" : ""}`;
}
