import type { ComponentProps } from "react";
import { cx } from "./cx.ts";

/** A one-line text box, 28 px. Give it an `aria-label` or a <label htmlFor>. */
export function TextField({ className, type = "text", ...rest }: ComponentProps<"input">) {
  return (
    <input
      type={type}
      className={cx(
        "h-7 w-full min-w-0 rounded-sm border border-strong bg-inset px-2 text-small text-fg select-text placeholder:text-fg3 disabled:opacity-45",
        className,
      )}
      {...rest}
    />
  );
}
