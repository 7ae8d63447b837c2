import { activeProvider, useApp } from "../../state/app.ts";
import { useConversation } from "../../state/conversation.ts";
import { cx } from "../../ui/cx.ts";

/** How much of the window the last request used, as the provider counted it. Nothing is guessed: what is not known is said. */
export function WindowUse() {
  const usage = useConversation((state) => state.view.lastUsage);
  // What main knows of the model, as the ring of the composer: the settings may leave it to that.
  const size = useApp((state) => activeProvider(state.app)?.contextWindow ?? undefined);
  if (usage === null)
    return (
      <p className="text-small text-fg3">
        No tokens are counted yet{size === undefined ? "" : ` of a window of ${size.toLocaleString("en-US")}`}. The Demo counts none; other
        providers do with their first answer.
      </p>
    );
  const used = usage.inputTokens + usage.outputTokens;
  const facts: readonly (readonly [string, number])[] = [
    ["Read", usage.inputTokens],
    ...(usage.cachedTokens === undefined ? [] : [["of it cached", usage.cachedTokens] as const]),
    ["Written", usage.outputTokens],
  ];
  const part = size === undefined ? null : used / size;
  return (
    <div data-testid="context-window">
      <p className="tabular text-small text-fg">
        {usage.estimated === true ? "About " : ""}
        {used.toLocaleString("en-US")} {size === undefined ? "tokens" : `of ${size.toLocaleString("en-US")} tokens`}
        {part === null ? "" : `, ${Math.round(part * 100)}%`}
      </p>
      {part === null ? (
        <p className="mt-0.5 text-micro text-fg3">
          The size of the model’s window is not known: set it in the settings to see how full it is.
        </p>
      ) : (
        <div className="my-1.5 h-1.5 overflow-hidden rounded-full bg-raise" aria-hidden>
          <div
            className={cx("h-full rounded-full", part > 0.85 ? "bg-warn-fill" : "bg-accent")}
            style={{ width: `${Math.min(100, Math.max(0.5, part * 100))}%` }}
          />
        </div>
      )}
      <dl className="flex flex-wrap gap-x-4 text-micro">
        {facts.map(([name, count]) => (
          <div key={name} className="flex gap-1.5">
            <dt className="text-fg3">{name}</dt>
            <dd className="tabular text-fg2">{count.toLocaleString("en-US")}</dd>
          </div>
        ))}
      </dl>
      {usage.estimated === true ? <p className="mt-0.5 text-micro text-fg3">The server counts nothing: this is a rule of thumb.</p> : null}
    </div>
  );
}
