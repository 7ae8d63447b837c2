import { type KeyboardEvent, type ReactNode, useRef } from "react";
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
  const group = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    // Neither the page nor what surrounds the group moves with it.
    event.preventDefault();
    event.stopPropagation();
    const at = (choices.findIndex((choice) => choice.value === value) + step + choices.length) % choices.length;
    const next = choices[at];
    if (next === undefined) return;
    onChange(next.value);
    group.current?.querySelectorAll<HTMLElement>('[role="radio"]')[at]?.focus();
  };
  return (
    <div ref={group} role="radiogroup" aria-label={label} onKeyDown={onKeyDown} className="inline-flex rounded-sm bg-raise p-0.5">
      {choices.map((choice) => (
        <Tooltip key={choice.value} text={choice.label}>
          <button
            type="button"
            role="radio"
            aria-checked={choice.value === value}
            aria-label={choice.label}
            tabIndex={choice.value === value ? 0 : -1}
            onClick={() => onChange(choice.value)}
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
