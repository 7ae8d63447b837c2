import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronDown } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";

export interface SelectChoice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly detail?: string;
}

/** A choice of one among few. `quiet` has no border (composer); the default has (settings). */
export function Select<T extends string>({
  label,
  value,
  choices,
  onChange,
  icon,
  quiet,
  disabled,
  labelClass,
  testId,
}: {
  /** The accessible name. */
  readonly label: string;
  readonly value: T;
  readonly choices: readonly SelectChoice<T>[];
  readonly onChange: (value: T) => void;
  readonly icon?: ReactNode;
  readonly quiet?: boolean;
  readonly disabled?: boolean;
  /** Classes of the text on the trigger, for example to hide it when narrow. */
  readonly labelClass?: string;
  readonly testId?: string;
}) {
  return (
    <Base.Root
      items={choices.map(({ value: key, label: text }) => ({ value: key, label: text }))}
      value={value}
      onValueChange={(next: T | null) => next !== null && onChange(next)}
      disabled={disabled ?? false}
    >
      <Base.Trigger
        aria-label={label}
        data-testid={testId}
        className={cx(
          "inline-flex h-7 shrink-0 items-center gap-1.5 rounded-sm px-2 text-small whitespace-nowrap text-fg transition-colors duration-100 hover:bg-raise data-popup-open:bg-raise data-disabled:opacity-45",
          quiet === true ? "text-fg2" : "border border-strong bg-panel",
        )}
      >
        {icon}
        <Base.Value className={cx(labelClass)} />
        <Base.Icon className="text-fg3">
          <ChevronDown size={13} aria-hidden />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner alignItemWithTrigger={false} align="start" sideOffset={4} className="z-50">
          <Base.Popup className="min-w-[var(--anchor-width)] max-w-96 rounded-md border border-strong bg-card p-1 shadow-composer outline-none">
            {choices.map((choice) => (
              <Base.Item
                key={choice.value}
                value={choice.value}
                className="flex min-h-7 cursor-default items-start gap-2 rounded-sm px-2 py-1 text-small outline-none select-none data-highlighted:bg-selected"
              >
                <span className="mt-0.5 flex w-4 justify-center text-accent-text">
                  <Base.ItemIndicator>
                    <Check size={14} aria-hidden />
                  </Base.ItemIndicator>
                </span>
                <span className="flex-1">
                  <Base.ItemText>{choice.label}</Base.ItemText>
                  {choice.detail === undefined ? null : <span className="block text-micro text-fg3">{choice.detail}</span>}
                </span>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
