import { createRedactor } from "../lib/redact.ts";
import type { ProviderConfig } from "./connection.ts";
import type { ModelEvent } from "./provider.ts";

/** The one event of a request that cannot be sent because the provider is not set up. */
export function missingConnection(problem: string | null, badUrl: boolean): ModelEvent {
  return {
    type: "failed",
    error: {
      code: badUrl ? "settings_invalid" : "no_api_key",
      message: problem ?? "The provider is not set up.",
      hint: "Open the settings, or choose the provider Demo, which needs neither key nor network.",
    },
    usage: { inputTokens: 0, outputTokens: 0 },
  };
}

/** Takes this key, and everything that looks like one, out of text. */
export function redactKey(key: string | null): (text: string) => string {
  const known = createRedactor(() => (key === null ? [] : [key]));
  // Servers repeat a refused key with its middle starred out; the ends are nobody's business either.
  return (text) => known(text).replace(/\b(?:sk|key|pk)-[\w-]*\*{2,}[\w*-]*/g, "[redacted]");
}

/** The retry settings of a provider. */
export function retrySettings({ settings, baseDelayMs }: ProviderConfig) {
  return { idleTimeoutMs: settings.idleTimeoutMs, maxRetries: settings.maxRetries, ...(baseDelayMs === undefined ? {} : { baseDelayMs }) };
}
