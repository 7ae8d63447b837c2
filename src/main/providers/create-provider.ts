import type { ProviderId, ProviderSettings } from "../../protocol/settings.ts";
import { createAnthropic } from "./anthropic.ts";
import type { Environment } from "./connection.ts";
import { createDemoProvider } from "./demo.ts";
import { createOpenAiCompatible } from "./openai-compatible.ts";
import { createOpenAiResponses } from "./openai-responses.ts";
import type { Provider } from "./provider.ts";

/** Pause of the Demo between two pieces of text when nothing else is said, in ms: fast enough not to bore, slow enough to watch. */
const demoPauseMs = 12;

/**
 * Makes the provider with this id. `settings` are the ones of this provider; `env` fills what they leave open (see each
 * provider for its variables). `SPINDLE_DEMO_PAUSE_MS` sets the Demo's pace, 0 for none. Cheap: SDKs are loaded with the
 * first request.
 */
export function createProvider(id: ProviderId, settings: ProviderSettings, env: Environment): Provider {
  switch (id) {
    case "demo":
      return createDemoProvider({ pauseMs: pauseOf(env["SPINDLE_DEMO_PAUSE_MS"]) });
    case "openai-responses":
      return createOpenAiResponses({ settings, env });
    case "openai-compatible":
      return createOpenAiCompatible({ settings, env });
    case "anthropic":
      return createAnthropic({ settings, env });
  }
}

/** What the settings and the composer call each provider. */
export const providerLabels: Readonly<Record<ProviderId, string>> = {
  demo: "Demo (no model; scripted rules)",
  "openai-responses": "OpenAI (Responses API)",
  "openai-compatible": "OpenAI-compatible server",
  anthropic: "Anthropic",
};

function pauseOf(value: string | undefined): number {
  const ms = value === undefined || value.trim() === "" ? Number.NaN : Number(value);
  return Number.isFinite(ms) && ms >= 0 ? Math.min(ms, 5_000) : demoPauseMs;
}
