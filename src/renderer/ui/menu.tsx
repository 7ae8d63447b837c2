import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { cx } from "./cx.ts";
import { Kbd } from "./kbd.tsx";

const popup = "min-w-44 max-w-96 rounded-md border border-strong bg-card p-1 shadow-composer outline-none";
const row =
  "flex min-h-7 cursor-default items-center gap-2 rounded-sm px-2 py-1 text-small text-fg outline-none select-none data-highlighted:bg-selected data-disabled:opacity-45";

/** A menu that opens from `trigger` (a Button or IconButton element); children are the items below. */
export function Menu({
  trigger,
  align = "start",
  side = "bottom",
  children,
}: {
  readonly trigger: ReactElement<Record<string, unknown>>;
  readonly align?: "start" | "center" | "end";
  readonly side?: "top" | "bottom" | "left" | "right";
  readonly children: ReactNode;
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} side={side} sideOffset={4} className="z-50">
          <Base.Popup className={popup}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

/** One command of a menu. */
export function MenuItem({
  icon,
  keys,
  danger,
  disabled,
  onSelect,
  children,
  ...rest
}: {
  readonly icon?: ReactNode;
  readonly keys?: string | undefined;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly onSelect: () => void;
  readonly children: ReactNode;
  readonly "data-testid"?: string;
}) {
  return (
    <Base.Item className={cx(row, danger === true && "text-del")} disabled={disabled ?? false} onClick={onSelect} {...rest}>
      {icon === undefined ? null : <span className="flex w-4 justify-center text-fg3">{icon}</span>}
      <span className="flex-1">{children}</span>
      {keys === undefined ? null : <Kbd>{keys}</Kbd>}
    </Base.Item>
  );
}

/** Something of a menu that is on or off; the menu stays open. */
export function MenuCheck({
  checked,
  onChange,
  children,
}: {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ReactNode;
}) {
  return (
    <Base.CheckboxItem className={row} checked={checked} onCheckedChange={onChange} closeOnClick={false}>
      <span className="flex w-4 justify-center text-accent-text">{checked ? <Check size={14} aria-hidden /> : null}</span>
      <span className="flex-1">{children}</span>
    </Base.CheckboxItem>
  );
}

/** One of several things of which one is on; the menu stays open. */
export function MenuChoices<T extends string>({
  value,
  choices,
  onChange,
}: {
  readonly value: T;
  readonly choices: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
}) {
  return (
    <Base.RadioGroup value={value} onValueChange={(next: T) => onChange(next)}>
      {choices.map((choice) => (
        <Base.RadioItem key={choice.value} className={row} value={choice.value} closeOnClick={false}>
          <span className="flex w-4 justify-center text-accent-text">
            {choice.value === value ? <Check size={14} aria-hidden /> : null}
          </span>
          <span className="flex-1">{choice.label}</span>
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  );
}

/** A line between groups of a menu. */
export function MenuSeparator() {
  return <Base.Separator className="mx-1 my-1 h-px bg-line" />;
}
