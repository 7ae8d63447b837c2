import type { UserStep } from "../../state/conversation-view.ts";

/** One line with the prompt whose turn is being read, when the prompt itself is above the edge. A click goes to it. */
export function PinnedPrompt({ prompt, onGo }: { readonly prompt: UserStep; readonly onGo: () => void }) {
  return (
    <div className="pointer-events-none absolute inset-x-0 top-0 z-[5] flex justify-center px-6">
      <button
        type="button"
        data-testid="pinned-prompt"
        onClick={onGo}
        title="Go to this prompt"
        className="pointer-events-auto flex h-8 w-full max-w-[684px] items-center rounded-b-md border border-t-0 border-line bg-panel px-3 text-left text-small text-fg2 shadow-card hover:text-fg"
      >
        <span className="sr-only">Prompt of what is shown: </span>
        <span className="truncate">{prompt.text.replace(/\s+/g, " ").slice(0, 300)}</span>
      </button>
    </div>
  );
}
