import { Switch as BaseSwitch } from "@base-ui/react/switch";
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

/** On or off, with its accessible name. */
export function Switch({
  label,
  checked,
  onChange,
  disabled,
}: {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}) {
  return (
    <BaseSwitch.Root
      aria-label={label}
      checked={checked}
      onCheckedChange={(next) => onChange(next)}
      disabled={disabled ?? false}
      className="inline-flex h-[18px] w-8 shrink-0 items-center rounded-full bg-strong p-0.5 transition-colors duration-100 data-checked:bg-accent data-disabled:opacity-45"
    >
      <BaseSwitch.Thumb className="size-3.5 rounded-full bg-panel shadow-card transition-transform duration-100 data-checked:translate-x-3.5" />
    </BaseSwitch.Root>
  );
}
