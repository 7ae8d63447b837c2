import { type ReactNode, useId } from "react";

/** One setting: its name and a sentence left, the control right, what is wrong below. */
export function FormRow({
  name,
  detail,
  error,
  children,
}: {
  readonly name: string;
  readonly detail?: string;
  readonly error?: string | undefined;
  /** Gets the ids to connect the control with its name, detail and error. */
  readonly children: (ids: { readonly id: string; readonly "aria-describedby": string; readonly "aria-invalid": boolean }) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_minmax(180px,260px)] items-start gap-x-6 py-2">
      <div className="min-w-0">
        <label htmlFor={id} className="text-ui text-fg">
          {name}
        </label>
        <div id={`${id}-more`}>
          {detail === undefined ? null : <p className="text-small text-fg3">{detail}</p>}
          {error === undefined ? null : (
            <p role="alert" className="text-small text-del">
              {error}
            </p>
          )}
        </div>
      </div>
      <div className="flex justify-end">{children({ id, "aria-describedby": `${id}-more`, "aria-invalid": error !== undefined })}</div>
    </div>
  );
}

/** A group of settings under a heading. */
export function FormSection({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section aria-label={title} className="border-b border-line px-5 py-3 last:border-b-0">
      <h3 className="pb-1 text-small font-semibold text-fg2">{title}</h3>
      {children}
    </section>
  );
}
