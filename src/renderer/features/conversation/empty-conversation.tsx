import { useApp } from "../../state/app.ts";

/** A conversation before its first prompt: what this place is, in three lines. */
export function EmptyConversation() {
  const name = useApp((state) => state.app?.project?.name ?? "this folder");
  const facts = [
    ["One script instead of fifty calls", "The agent writes TypeScript that reads, searches, runs and patches. You watch every call."],
    ["Nothing is written unseen", "Patches show up as a diff on the right."],
    ["Files are welcome", "Drop files or folders anywhere in the window to hand them over."],
  ] as const;
  return (
    <div className="flex h-full items-center justify-center overflow-auto px-8">
      <div className="w-full max-w-110">
        <h2 className="text-head font-semibold">What shall be done in {name}?</h2>
        <ul className="mt-5 border-l border-strong">
          {facts.map(([title, detail]) => (
            <li key={title} className="relative py-2 pl-5">
              <span aria-hidden className="absolute top-[15px] -left-[3px] size-[5px] rounded-xs bg-deco ring-4 ring-panel" />
              <p className="text-ui font-medium">{title}</p>
              <p className="text-small text-fg3">{detail}</p>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
