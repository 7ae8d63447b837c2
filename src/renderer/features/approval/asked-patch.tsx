import type { AskedChunk, AskedOperation, PatchPart } from "../../../protocol/approval.ts";
import { ChangeCount } from "../../ui/badge.tsx";
import { cx } from "../../ui/cx.ts";
import { FileMark } from "../../ui/file-mark.tsx";
import { showInvisible } from "./approval-groups.ts";
import { AskedLines } from "./asked-lines.tsx";
import { partKey } from "./left-out.ts";

/** What a patch would change, before anything is written. With `onToggle` its parts can be left out, one by one. */
export function AskedPatch({
  operations,
  leftOut,
  onToggle,
}: {
  readonly operations: readonly AskedOperation[];
  readonly leftOut: ReadonlySet<string>;
  readonly onToggle: ((part: PatchPart) => void) | null;
}) {
  return (
    <div
      tabIndex={0}
      role="group"
      aria-label="What the patch would change"
      data-testid="asked-patch"
      className="selectable max-h-[30vh] overflow-auto rounded-sm border border-line bg-inset focus-visible:outline-offset-[-2px]"
    >
      {operations.map((operation, index) => (
        <Operation key={index} operation={operation} index={index} leftOut={leftOut} onToggle={onToggle} />
      ))}
    </div>
  );
}

const words = { add: "new file", delete: "deleted", update: "" } as const;

function Operation({
  operation,
  index,
  leftOut,
  onToggle,
}: {
  readonly operation: AskedOperation;
  readonly index: number;
  readonly leftOut: ReadonlySet<string>;
  readonly onToggle: ((part: PatchPart) => void) | null;
}) {
  const whole: PatchPart = { operation: index, chunk: null };
  const off = leftOut.has(partKey(whole));
  const chunks = chunksOf(operation);
  const counts = countsOf(chunks);
  const word = operation.type === "update" && operation.movePath !== undefined ? `moves to ${operation.movePath}` : words[operation.type];
  return (
    <div role="group" aria-label={`Changes of ${operation.path}`} className={cx(off && "opacity-50")}>
      <div className="sticky top-0 z-10 flex min-h-7 items-center gap-2 border-y border-line bg-panel px-2 text-small first:border-t-0">
        {onToggle === null ? null : <Part part={whole} name={`all of ${operation.path}`} off={off} onToggle={onToggle} />}
        <FileMark name={operation.path} />
        <span className="min-w-0 [overflow-wrap:anywhere]">{showInvisible(operation.path)}</span>
        {word === "" ? null : <span className="min-w-0 text-micro text-fg3 [overflow-wrap:anywhere]">{showInvisible(word)}</span>}
        <span className="flex-1" />
        {operation.type === "delete" ? null : <ChangeCount added={counts.added} removed={counts.removed} />}
      </div>
      {chunks.map((chunk, at) => {
        const part: PatchPart = { operation: index, chunk: at };
        const out = off || leftOut.has(partKey(part));
        const choosable = onToggle !== null && operation.type === "update" && chunks.length > 1;
        return (
          <div key={at} className={cx("flex border-b border-line last:border-b-0", out && !off && "opacity-50")}>
            {choosable ? (
              <span className="w-7 shrink-0 pt-1 pl-2">
                <Part part={part} name={`hunk ${at + 1} of ${operation.path}`} off={out} disabled={off} onToggle={onToggle} />
              </span>
            ) : null}
            <AskedLines chunk={chunk} path={operation.path} />
          </div>
        );
      })}
    </div>
  );
}

function Part({
  part,
  name,
  off,
  disabled = false,
  onToggle,
}: {
  readonly part: PatchPart;
  readonly name: string;
  readonly off: boolean;
  readonly disabled?: boolean;
  readonly onToggle: (part: PatchPart) => void;
}) {
  return (
    <input
      type="checkbox"
      checked={!off}
      disabled={disabled}
      aria-label={`Apply ${name}`}
      data-testid="patch-part"
      data-part={partKey(part)}
      onChange={() => onToggle(part)}
      className="size-3.5 accent-accent"
    />
  );
}

/** The chunks of an operation; a new file is one of added lines. */
function chunksOf(operation: AskedOperation): readonly AskedChunk[] {
  if (operation.type === "update") return operation.chunks;
  if (operation.type === "delete") return [];
  const lines = operation.content.replace(/\n$/, "").split("\n");
  return [{ lines: lines.map((text) => ({ kind: "add", text })) }];
}

function countsOf(chunks: readonly AskedChunk[]): { readonly added: number; readonly removed: number } {
  const all = chunks.flatMap(({ lines }) => lines);
  return { added: all.filter(({ kind }) => kind === "add").length, removed: all.filter(({ kind }) => kind === "remove").length };
}
