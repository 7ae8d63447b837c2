import type { KeyboardEvent, ReactNode } from "react";
import { cx } from "./cx.ts";
import { Tooltip } from "./tooltip.tsx";

/** A row of icons of which one is on, for example unified and split. Arrow keys move, as in a radio group. */
export function Segmented<T extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly { readonly value: T; readonly label: string; readonly icon: ReactNode }[];
  readonly onChange: (value: T) => void;
}) {
  const move = (event: KeyboardEvent<HTMLButtonElement>, step: number) => {
    event.preventDefault();
    const at = (choices.findIndex((choice) => choice.value === value) + step + choices.length) % choices.length;
    const next = choices[at];
    if (next === undefined) return;
    onChange(next.value);
    event.currentTarget.closest('[role="radiogroup"]')?.querySelectorAll<HTMLElement>('[role="radio"]')[at]?.focus();
  };
  return (
    <div role="radiogroup" aria-label={label} className="inline-flex rounded-sm bg-raise p-0.5">
      {choices.map((choice) => (
        <Tooltip key={choice.value} text={choice.label}>
          <button
            type="button"
            role="radio"
            aria-checked={choice.value === value}
            aria-label={choice.label}
            tabIndex={choice.value === value ? 0 : -1}
            onClick={() => onChange(choice.value)}
            onKeyDown={(event) => {
              if (event.key === "ArrowRight" || event.key === "ArrowDown") move(event, 1);
              if (event.key === "ArrowLeft" || event.key === "ArrowUp") move(event, -1);
            }}
            className={cx(
              "inline-flex h-6 w-7 items-center justify-center rounded-xs transition-colors duration-100",
              choice.value === value ? "bg-press text-fg" : "text-fg3 hover:text-fg",
            )}
          >
            {choice.icon}
          </button>
        </Tooltip>
      ))}
    </div>
  );
}
