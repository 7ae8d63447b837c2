import { useSaid } from "../../state/said.ts";

/** Says in the corner of the conversation what was just done (copied). Always there for screen readers, which only tell what changes. */
export function SaidLine() {
  const text = useSaid((state) => state.said?.text ?? "");
  return (
    <div role="status" data-testid="said" className="pointer-events-none absolute inset-x-0 top-13 z-10 flex justify-center">
      {text === "" ? null : (
        <p className="rounded-full border border-strong bg-card px-3 py-1 text-small text-fg shadow-composer">{text}</p>
      )}
    </div>
  );
}
