import { createContext, type ReactNode, useContext, useId } from "react";

/** What the settings are searched for, in lower case; empty shows all. */
export const SettingsSearch = createContext("");

/** True when a setting is to be shown: all words of the search occur in one of the texts. */
export function useFound(...texts: readonly (string | undefined)[]): boolean {
  const query = useContext(SettingsSearch);
  const all = texts.join(" ").toLowerCase();
  return query.split(/\s+/).every((word) => all.includes(word));
}

/** One setting: its name and a sentence left, the control right, what is wrong below. Gone when it is not searched for. */
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
  const found = useFound(name, detail);
  if (!found && error === undefined) return null;
  return (
    <div data-setting className="grid grid-cols-[minmax(0,1fr)_minmax(180px,260px)] items-start gap-x-6 py-2">
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

/** A group of settings under a heading. Gone when none of it is searched for. */
export function FormSection({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section aria-label={title} className="border-b border-line px-5 py-3 not-has-data-setting:hidden last:border-b-0">
      <h3 className="pb-1 text-small font-semibold text-fg2">{title}</h3>
      {children}
    </section>
  );
}
