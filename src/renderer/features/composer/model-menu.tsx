import { Check, ChevronDown } from "lucide-react";
import type { ProviderInfo } from "../../../protocol/ipc.ts";
import { reasoningEfforts, type ReasoningEffort, type Settings } from "../../../protocol/settings.ts";
import { activeProvider, openSettings, updateSettings, useApp } from "../../state/app.ts";
import { Badge } from "../../ui/badge.tsx";
import { Menu, MenuItem, MenuSeparator } from "../../ui/menu.tsx";

const effortNames: Readonly<Record<ReasoningEffort, string>> = {
  minimal: "Minimal effort",
  low: "Low effort",
  medium: "Medium effort",
  high: "High effort",
};
const noProviders: readonly ProviderInfo[] = [];

/** Which model answers the next turn and how hard it thinks: the providers that are ready, and the settings for all else. */
export function ModelMenu({ onError }: { readonly onError: (error: unknown) => void }) {
  const provider = useApp((state) => activeProvider(state.app));
  const providers = useApp((state) => state.app?.providers ?? noProviders);
  const effort = useApp((state) => (provider === null ? undefined : state.app?.settings.providers[provider.id].effort));
  if (provider === null) return null;
  const shown = providers.filter((one) => one.missing === null || one.id === provider.id);
  const change = (settings: Partial<Settings>) => void updateSettings(settings).catch(onError);
  return (
    <Menu
      side="top"
      align="end"
      trigger={
        <button
          type="button"
          data-testid="model-menu"
          title={provider.missing ?? `${provider.label}: ${provider.model}`}
          className="flex h-7 min-w-0 items-center gap-1.5 rounded-sm px-2 text-small text-fg2 hover:bg-raise hover:text-fg data-popup-open:bg-raise"
        >
          {provider.id === "demo" ? (
            <Badge tone="accent" data-testid="demo-badge">
              Demo
            </Badge>
          ) : null}
          {provider.missing === null ? null : <Badge tone="warn">not ready</Badge>}
          <span className="truncate">{provider.model || provider.label}</span>
          {effort === undefined ? null : <span className="text-fg3">{effort}</span>}
          <span className="sr-only">. Model</span>
          <ChevronDown size={13} aria-hidden className="shrink-0 text-fg3" />
        </button>
      }
    >
      {shown.map((one) => (
        <Choice
          key={one.id}
          name={one.model || one.label}
          detail={one.missing ?? one.label}
          chosen={one.id === provider.id}
          onSelect={() => change({ provider: one.id })}
          testId={`model-${one.id}`}
        />
      ))}
      {provider.id === "demo" ? null : (
        <>
          <MenuSeparator />
          {[undefined, ...reasoningEfforts].map((value) => (
            <Choice
              key={value ?? "usual"}
              name={value === undefined ? "The model’s usual effort" : effortNames[value]}
              chosen={value === effort}
              onSelect={() => change(withEffort(provider.id, value))}
              testId={`effort-${value ?? "usual"}`}
            />
          ))}
        </>
      )}
      <MenuSeparator />
      <MenuItem icon={<span />} onSelect={() => openSettings(true)} data-testid="model-settings">
        Models and keys…
      </MenuItem>
    </Menu>
  );
}

function Choice({
  name,
  detail,
  chosen,
  onSelect,
  testId,
}: {
  readonly name: string;
  readonly detail?: string;
  readonly chosen: boolean;
  readonly onSelect: () => void;
  readonly testId: string;
}) {
  return (
    <MenuItem icon={chosen ? <Check size={13} aria-hidden /> : <span />} onSelect={onSelect} data-testid={testId}>
      {name}
      {chosen ? <span className="sr-only"> (chosen)</span> : null}
      {detail === undefined ? null : <span className="block text-micro text-fg3">{detail}</span>}
    </MenuItem>
  );
}

/** The settings with another effort of one provider; undefined: none is asked for. */
function withEffort(id: ProviderInfo["id"], effort: ReasoningEffort | undefined): Partial<Settings> {
  const providers = useApp.getState().app?.settings.providers;
  if (providers === undefined) return {};
  const { effort: _before, ...rest } = providers[id];
  return { providers: { ...providers, [id]: effort === undefined ? rest : { ...rest, effort } } };
}
