import { useSaid } from "../../state/said.ts";

/** Says in the corner of the conversation what was just done (copied). Always there for screen readers, which only tell what changes. */
export function SaidLine() {
  const said = useSaid((state) => state.said);
  return (
    <div role="status" data-testid="said" className="pointer-events-none absolute inset-x-0 top-13 z-10 flex justify-center">
      {said === null ? null : (
        <p key={said.nth} className="rounded-full border border-strong bg-card px-3 py-1 text-small text-fg shadow-composer">
          {said.text}
        </p>
      )}
    </div>
  );
}
