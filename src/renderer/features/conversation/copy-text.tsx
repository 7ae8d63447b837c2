import { say } from "../../state/said.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { cx } from "../../ui/cx.ts";

/** Copies an answer or a prompt as Markdown. Shows while its `group` is pointed at or has the cursor; `className` places it. */
export function CopyText({ text, what, className }: { readonly text: string; readonly what: string; readonly className: string }) {
  const copy = () => {
    say("Copied as Markdown");
    return text;
  };
  return (
    <CopyButton
      text={copy}
      label={`Copy ${what} as Markdown`}
      className={cx("absolute opacity-0 group-hover:opacity-100 focus-visible:opacity-100", className)}
    />
  );
}
