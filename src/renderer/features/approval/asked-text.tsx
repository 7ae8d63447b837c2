import { useEffect, useRef, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { showInvisible } from "./approval-groups.ts";

/**
 * What will happen, in full. A text that is longer than its place says how many lines there are below and opens: nobody should
 * say yes to what they did not know was there.
 */
export function AskedText({ text }: { readonly text: string }) {
  const box = useRef<HTMLPreElement>(null);
  const [whole, setWhole] = useState(false);
  const [hidden, setHidden] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = (): void => {
      const lineHeight = Number.parseFloat(getComputedStyle(element).lineHeight);
      const below = element.scrollHeight - element.clientHeight - element.scrollTop;
      setHidden(below <= 2 ? 0 : Math.ceil(below / lineHeight));
    };
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      watch.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, [text, whole]);
  return (
    <div>
      <pre
        ref={box}
        tabIndex={0}
        aria-label="What will happen"
        className={cx(
          "selectable overflow-auto rounded-sm border border-line bg-inset px-2.5 py-1.5 text-code [overflow-wrap:anywhere] whitespace-pre-wrap text-fg",
          whole ? "max-h-[50vh]" : "max-h-40",
          hidden > 0 && "rounded-b-none",
        )}
      >
        {showInvisible(text)}
      </pre>
      {hidden === 0 ? null : (
        <div
          className="flex items-center gap-2 rounded-b-sm border border-t-0 border-line bg-warn-soft px-2.5 py-0.5 text-small text-warn"
          role="status"
        >
          <span className="grow" data-testid="approval-below">
            {hidden === 1 ? "1 more line below" : `${hidden} more lines below`}
          </span>
          {whole ? null : (
            <Button variant="ghost" size="sm" onClick={() => setWhole(true)} data-testid="approval-whole">
              Show more
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
