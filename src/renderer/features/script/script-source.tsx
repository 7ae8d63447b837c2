import { useEffect, useMemo, useRef } from "react";
import { useKept } from "../../state/row-memory.ts";
import type { ScriptStep } from "../../state/conversation-view.ts";
import { Button } from "../../ui/button.tsx";
import { CodeLines } from "../../ui/code-lines.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { cx } from "../../ui/cx.ts";

/** Lines shown before the source is cut; a script of this length and a few more is shown whole. */
const shownLines = 18;

/** The script's source with line numbers. Follows its end while the model writes it, then shows its beginning; long ones unfold on demand. */
export function ScriptSource({ step, line }: { readonly step: ScriptStep; readonly line: number | null }) {
  const [whole, setWhole] = useKept(`${step.key} whole`, false);
  const box = useRef<HTMLDivElement>(null);
  const code = step.code.replace(/\s+$/, "");
  const count = useMemo(() => code.split("\n").length, [code]);
  const writing = step.status === "writing";
  const cut = !whole && count > shownLines + 4;
  const failedLine = step.error?.line ?? null;
  const marks = useMemo(() => {
    const map = new Map<number, "accent" | "del">();
    if (failedLine !== null) map.set(failedLine, "del");
    if (line !== null) map.set(line, "accent");
    return map;
  }, [failedLine, line]);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    element.scrollTop = writing ? element.scrollHeight : 0;
  }, [writing, code]);
  // The line that failed, or that the pointer's lane belongs to, is brought into the cut box, never by scrolling the page.
  const target = line ?? failedLine;
  useEffect(() => {
    const element = box.current;
    if (element === null || target === null) return;
    const top = 14 + (target - 1) * 20;
    if (top < element.scrollTop || top + 20 > element.scrollTop + element.clientHeight) element.scrollTop = top - element.clientHeight / 2;
  }, [target]);
  return (
    <div className="group relative border-t border-line bg-inset">
      <div
        ref={box}
        tabIndex={0}
        role="group"
        aria-label="Source of the script"
        className={cx("overflow-auto py-3.5 focus-visible:outline-offset-[-2px]", cut && "max-h-[380px]", cut && !writing && "pb-12")}
      >
        {code === "" ? <p className="px-4 text-code text-fg3">…</p> : <CodeLines code={code} lang="ts" numbers marks={marks} />}
      </div>
      <CopyButton
        text={step.code}
        label="Copy script"
        className="absolute top-2 right-2 bg-inset opacity-0 group-hover:opacity-100 focus-visible:opacity-100"
      />
      {cut && !writing ? (
        <div className="pointer-events-none absolute inset-x-0 bottom-0 flex justify-center bg-linear-to-t from-inset to-transparent pt-8 pb-2">
          <Button size="sm" className="pointer-events-auto" onClick={() => setWhole(true)}>
            Show all {count} lines
          </Button>
        </div>
      ) : null}
    </div>
  );
}
