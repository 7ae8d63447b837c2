import type { ComponentProps, ReactNode } from "react";
import { cx } from "./cx.ts";
import { Tooltip } from "./tooltip.tsx";

export interface ButtonProps extends ComponentProps<"button"> {
  /** primary: the one main action of a view. outline: actions of a card. ghost: quiet. danger: stops or removes. accent: link-like. */
  readonly variant?: "primary" | "outline" | "ghost" | "danger" | "accent";
  /** 24, 28 or 32 px high. */
  readonly size?: "sm" | "md" | "lg";
}

const variants = {
  primary: "bg-primary text-on-primary hover:opacity-90 active:opacity-80",
  outline: "border border-strong bg-panel text-fg hover:bg-raise active:bg-press",
  ghost: "text-fg2 hover:bg-raise hover:text-fg active:bg-press",
  danger: "text-del hover:bg-del-soft active:bg-del-soft",
  accent: "text-accent-text hover:bg-accent-soft active:bg-accent-soft",
} as const;
const sizes = {
  sm: "h-6 gap-1 rounded-sm px-2 text-small",
  md: "h-7 gap-1.5 rounded-sm px-2.5 text-small",
  lg: "h-8 gap-2 rounded-md px-3 text-ui",
} as const;

/** A text button, with icons of 14 px as children when wanted. */
export function Button({ variant = "outline", size = "md", className, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={cx(
        "inline-flex shrink-0 items-center justify-center font-medium whitespace-nowrap transition-colors duration-100 disabled:pointer-events-none disabled:opacity-45",
        variants[variant],
        sizes[size],
        className,
      )}
      {...rest}
    />
  );
}

export interface IconButtonProps extends Omit<ComponentProps<"button">, "aria-label"> {
  /** The accessible name; also the tooltip. */
  readonly label: string;
  /** Keys shown in the tooltip, for example `Ctrl B`. */
  readonly keys?: string | undefined;
  readonly size?: "sm" | "md" | "lg";
  /** Shown as pressed. */
  readonly active?: boolean;
  readonly children: ReactNode;
}

const squares = { sm: "size-6 rounded-sm", md: "size-7 rounded-sm", lg: "size-8 rounded-md" } as const;

/** A square button with one icon, a name and a tooltip. */
export function IconButton({ label, keys, size = "md", active, className, children, type = "button", ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label} {...(keys === undefined ? {} : { keys })}>
      <button
        type={type}
        aria-label={label}
        {...(active === undefined ? {} : { "aria-pressed": active })}
        className={cx(
          "inline-flex shrink-0 items-center justify-center text-fg3 transition-colors duration-100 hover:bg-raise hover:text-fg active:bg-press disabled:pointer-events-none disabled:opacity-45",
          active === true && "bg-selected text-fg",
          squares[size],
          className,
        )}
        {...rest}
      >
        {children}
      </button>
    </Tooltip>
  );
}
