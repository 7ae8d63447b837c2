import { Gauge } from "lucide-react";
import { type ReactNode, useDeferredValue, useId, useMemo, useState } from "react";
import { attachmentKey } from "../../../protocol/attachment.ts";
import type { ConversationId } from "../../../protocol/ids.ts";
import { activeProvider, openSettings, useApp } from "../../state/app.ts";
import { useConversation } from "../../state/conversation.ts";
import { chipFacts } from "../../lib/attachment-fact.ts";
import { AttachmentChip } from "../../ui/attachment-chip.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/state-view.tsx";
import { attachedFiles, originalPrompt, toolUses } from "./context-facts.ts";
import { RequestShare } from "./request-share.tsx";
import { WindowUse } from "./window-use.tsx";

/** What fills the model's window: only what the engine and the provider have told. */
export function ContextTab() {
  const id = useConversation((state) => state.id);
  const steps = useConversation((state) => state.view.steps);
  const original = useMemo(() => originalPrompt({ steps }), [steps]);
  if (id === null || original === null)
    return (
      <EmptyState
        className="h-full"
        icon={<Gauge size={28} aria-hidden />}
        title="Nothing is sent yet"
        detail="After the first prompt this shows what the model reads with each request, and how full its window is."
      />
    );
  return <Facts id={id} original={original} />;
}

function Facts({ id, original }: { readonly id: ConversationId; readonly original: string }) {
  // These lists may come a little after the words of an answer that streams.
  const steps = useDeferredValue(useConversation((state) => state.view.steps));
  const files = useMemo(() => attachedFiles({ steps }), [steps]);
  const tools = useMemo(() => toolUses({ steps }), [steps]);
  return (
    <div data-testid="context" className="flex flex-col gap-5 px-4 py-4">
      <Section title="Window">
        <ModelLine />
        <WindowUse />
      </Section>
      <Section title="Original prompt" note="first in every request">
        <Folded text={original} />
      </Section>
      <Section title="Next request" note="as in the raw view, in characters">
        <RequestShare id={id} />
      </Section>
      <Section
        title="Attached files"
        note={files.length === 0 ? undefined : "named with their prompts, read when needed; pictures are sent"}
      >
        {files.length === 0 ? (
          <Quiet>No file came with a prompt.</Quiet>
        ) : (
          <ul className="flex flex-wrap gap-1.5">
            {files.map((file) => (
              <li key={attachmentKey(file)} data-testid="context-file">
                <AttachmentChip small {...chipFacts(file)} thumbnail={null} />
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title="Tools used">
        {tools.length === 0 ? (
          <Quiet>No tool was called yet.</Quiet>
        ) : (
          <ul className="grid grid-cols-[repeat(auto-fill,minmax(150px,1fr))] gap-x-4 gap-y-0.5">
            {tools.map(({ tool, direct, inScripts }) => (
              <li key={tool} className="flex items-baseline gap-2 text-small">
                <span className="min-w-0 flex-1 truncate font-mono text-label text-fg2">{tool}</span>
                <span className="tabular text-micro text-fg3">
                  {[...(direct > 0 ? [`${direct}`] : []), ...(inScripts > 0 ? [`${inScripts} in scripts`] : [])].join(", ")}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title="Instructions">
        <Quiet>
          Spindle’s own words and the declarations of its tools go with every request. Files of the project with instructions do not: attach
          one to a prompt, and the model reads it.
        </Quiet>
      </Section>
    </div>
  );
}

/** The model of the last turn; before the first, the one that is set. */
function ModelLine() {
  const turn = useConversation((state) => state.view.turns.findLast(({ model }) => model !== null));
  const next = useApp((state) => activeProvider(state.app));
  const model = turn?.model ?? next?.model ?? "";
  return (
    <div className="mb-2 flex items-center gap-2 text-small">
      <p className="min-w-0 flex-1 truncate text-fg2">{model === "" ? (next?.label ?? "No model is set") : model}</p>
      <Button size="sm" variant="ghost" onClick={() => openSettings(true)}>
        Model settings
      </Button>
    </div>
  );
}

/** Lines shown before it is unfolded, as `line-clamp-6` says. */
const foldedLines = 6;

function Folded({ text }: { readonly text: string }) {
  const [whole, setWhole] = useState(false);
  const isLong = text.length > 500 || text.split("\n").length > foldedLines;
  return (
    <div data-testid="context-original" className="rounded-md bg-raise px-3 py-2">
      <p className={`selectable text-small [overflow-wrap:anywhere] whitespace-pre-wrap text-fg ${isLong && !whole ? "line-clamp-6" : ""}`}>
        {text}
      </p>
      {isLong ? (
        <Button className="mt-1 -ml-2" size="sm" variant="ghost" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? "Show less" : "Show all"}
        </Button>
      ) : null}
    </div>
  );
}

function Section({ title, note, children }: { readonly title: string; readonly note?: string | undefined; readonly children: ReactNode }) {
  const titleId = useId();
  return (
    <section aria-labelledby={titleId}>
      <div className="mb-1.5 flex flex-wrap items-baseline gap-x-2">
        <h3 id={titleId} className="text-small font-semibold text-fg">
          {title}
        </h3>
        {note === undefined ? null : <p className="text-micro text-fg3">{note}</p>}
      </div>
      {children}
    </section>
  );
}

function Quiet({ children }: { readonly children: ReactNode }) {
  return <p className="text-small text-fg3">{children}</p>;
}
