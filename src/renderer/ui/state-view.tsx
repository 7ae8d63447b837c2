import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";
import { Ring } from "./ring.tsx";

/** What a pane shows when it has nothing: an icon, a sentence, maybe what to do. */
export function EmptyState({
  icon,
  title,
  detail,
  action,
  className,
}: {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly detail?: ReactNode;
  readonly action?: ReactNode;
  readonly className?: string;
}) {
  return (
    <div className={cx("flex flex-col items-center justify-center gap-1.5 px-6 py-10 text-center", className)}>
      {icon === undefined ? null : <div className="mb-1.5 text-deco">{icon}</div>}
      <p className="text-ui font-medium text-fg">{title}</p>
      {detail === undefined ? null : <p className="max-w-90 text-small text-balance text-fg3">{detail}</p>}
      {action === undefined ? null : <div className="mt-2">{action}</div>}
    </div>
  );
}

/** What a pane shows while it waits; appears only after a moment so that quick loads do not flash. */
export function LoadingState({ label }: { readonly label: string }) {
  return (
    <div
      role="status"
      className="flex items-center justify-center gap-2 py-10 text-small text-fg3 opacity-0 [animation:appear_120ms_180ms_forwards] motion-reduce:opacity-100 [:root[data-motion=reduced]_&]:opacity-100"
    >
      <Ring />
      {label}
    </div>
  );
}

/**
 * A failure with its code, its sentence, what to do next and maybe a way to try again. Told at once where it stands; with `past` it is
 * one of the history, which scrolling must not tell as new.
 */
export function ErrorState({
  code,
  message,
  hint,
  action,
  past = false,
  className,
}: {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly action?: ReactNode;
  readonly past?: boolean;
  readonly className?: string;
}) {
  return (
    <div
      role={past ? "group" : "alert"}
      aria-label={past ? "Failure" : undefined}
      data-testid="error-message"
      data-code={code}
      className={cx("flex gap-2.5 rounded-md border border-line bg-del-soft px-3 py-2.5", className)}
    >
      <CircleAlert size={15} aria-hidden className="mt-0.5 shrink-0 text-del" />
      <div className="min-w-0 flex-1">
        <p className="selectable text-ui text-fg [overflow-wrap:anywhere]">{message}</p>
        {hint === undefined ? null : <p className="selectable mt-0.5 text-small text-fg2 [overflow-wrap:anywhere]">{hint}</p>}
        <div className="mt-1 flex items-center gap-2">
          <code className="selectable text-micro text-fg3">{code}</code>
          {action}
        </div>
      </div>
    </div>
  );
}
