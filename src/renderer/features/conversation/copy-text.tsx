import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { reportError } from "../../state/notices.ts";
import { say } from "../../state/said.ts";
import { IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";

/** How long the button shows that it did it, ms. */
const doneMs = 1_500;

/** Copies an answer or a prompt as Markdown and says so. Shows while its `group` is pointed at or has the cursor; `className` places it. */
export function CopyText({ text, what, className }: { readonly text: string; readonly what: string; readonly className: string }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), doneMs);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      reportError(new Error("The system did not take the text. Select it and copy it with the keyboard."));
      return;
    }
    setDone(true);
    say("Copied as Markdown");
  };
  return (
    <IconButton
      label={`Copy ${what} as Markdown`}
      size="sm"
      onClick={() => void copy()}
      className={cx("opacity-0 group-hover:opacity-100 focus-visible:opacity-100", className)}
    >
      {done ? <Check size={13} aria-hidden className="text-add" /> : <Copy size={13} aria-hidden />}
    </IconButton>
  );
}
