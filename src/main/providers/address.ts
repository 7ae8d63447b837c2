import type { ProviderId, ProviderSettings } from "../../protocol/settings.ts";
import { connectionTo, type Environment, firstOf } from "./connection.ts";

/** The base URL a provider asks: of its settings, else of the environment, else its maker's. Null when it has none. */
export function addressOf(id: ProviderId, settings: ProviderSettings, env: Environment): string | null {
  switch (id) {
    case "demo":
      return null;
    case "openai-responses":
      return firstOf(settings.baseUrl, env["OPENAI_BASE_URL"]) ?? "https://api.openai.com/v1";
    case "openai-compatible":
      return firstOf(settings.baseUrl, env["OPENAI_COMPATIBLE_BASE_URL"], env["OPENAI_BASE_URL"]);
    case "anthropic":
      return (firstOf(settings.baseUrl, env["ANTHROPIC_BASE_URL"]) ?? "https://api.anthropic.com").replace(/\/v1\/*$/, "");
  }
}

/** True when it answers without a network: the Demo, and servers on this computer. */
export function isLocal(id: ProviderId, settings: ProviderSettings, env: Environment): boolean {
  const address = addressOf(id, settings, env);
  return id === "demo" || (address !== null && connectionTo(address, null)?.loopback === true);
}
