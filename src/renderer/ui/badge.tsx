import type { ComponentProps } from "react";
import { cx } from "./cx.ts";

const tones = {
  neutral: "bg-raise text-fg2",
  accent: "bg-accent-soft text-accent-text",
  add: "bg-add-soft text-add",
  del: "bg-del-soft text-del",
  warn: "bg-warn-soft text-warn",
} as const;

export interface BadgeProps extends ComponentProps<"span"> {
  readonly tone?: keyof typeof tones;
}

/** A small label with a soft background. */
export function Badge({ tone = "neutral", className, ...rest }: BadgeProps) {
  return (
    <span
      className={cx(
        "tabular inline-flex h-[18px] items-center gap-1 rounded-xs px-1.5 text-micro font-medium whitespace-nowrap",
        tones[tone],
        className,
      )}
      {...rest}
    />
  );
}

/** `+29 −8`, green and red, with a spoken form; a zero is left out. */
export function ChangeCount({
  added,
  removed,
  className,
}: {
  readonly added: number;
  readonly removed: number;
  readonly className?: string;
}) {
  return (
    <span className={cx("tabular inline-flex gap-1.5 text-small font-medium", className)}>
      <span className="sr-only">{`${added} lines added, ${removed} lines removed`}</span>
      {added > 0 || removed === 0 ? (
        <span aria-hidden className="text-add">
          +{added.toLocaleString("en-US")}
        </span>
      ) : null}
      {removed > 0 ? (
        <span aria-hidden className="text-del">
          −{removed.toLocaleString("en-US")}
        </span>
      ) : null}
    </span>
  );
}
