import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement } from "react";
import { Kbd } from "./kbd.tsx";

/** A line that explains a control on hover or focus. The control needs its own accessible name. */
export function Tooltip({
  text,
  keys,
  children,
}: {
  readonly text: string;
  readonly keys?: string;
  readonly children: ReactElement<Record<string, unknown>>;
}) {
  return (
    <Base.Root>
      <Base.Trigger render={children} delay={500} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} className="z-50">
          {/* Outside of every landmark, so it is told as what it is: a hint that came up. */}
          <Base.Popup
            role="tooltip"
            aria-live="polite"
            data-testid="tooltip"
            className="flex max-w-80 items-center gap-2 rounded-sm border border-strong bg-raise px-2 py-1 text-small text-fg shadow-composer"
          >
            {text}
            {keys === undefined ? null : <Kbd>{keys}</Kbd>}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
