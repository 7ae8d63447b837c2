import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { IconButton } from "./button.tsx";
import { cx } from "./cx.ts";

/** A dialog over the window: Escape and a click beside it close it, focus stays inside and returns afterwards. */
export function Dialog({
  open,
  onClose,
  title,
  description,
  wide,
  tall,
  actions,
  children,
  testId,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly description?: string;
  /** 880 px instead of 520. */
  readonly wide?: boolean;
  /** Always as high as a dialog may be, so that it does not jump with its content. */
  readonly tall?: boolean;
  /** Buttons in the head, left of the close button. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly testId?: string;
}) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Base.Popup
          ref={popup}
          // Not the close button: its tooltip would take the first Escape.
          initialFocus={popup}
          data-testid={testId}
          className={cx(
            "fixed top-1/2 left-1/2 z-40 flex max-h-[84vh] -translate-x-1/2 -translate-y-1/2 flex-col overflow-hidden rounded-xl border border-strong bg-panel shadow-composer outline-none",
            wide === true ? "w-[min(880px,94vw)]" : "w-[min(520px,94vw)]",
            tall === true && "h-[84vh]",
          )}
        >
          <div className="flex h-12 shrink-0 items-center gap-2 border-b border-line pr-2.5 pl-4">
            <Base.Title className="text-ui font-semibold">{title}</Base.Title>
            {description === undefined ? null : (
              <Base.Description className="min-w-0 flex-1 truncate text-small text-fg3">{description}</Base.Description>
            )}
            <div className="ml-auto flex items-center gap-1.5">
              {actions}
              <Base.Close
                render={
                  <IconButton label="Close">
                    <X size={15} aria-hidden />
                  </IconButton>
                }
              />
            </div>
          </div>
          <div className="min-h-0 flex-1 overflow-auto">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
