import { providerIds, type Settings } from "../../protocol/settings.ts";

/** Values that must never leave the process: keys of providers. */
export function secrets(settings: Settings, env: Readonly<Record<string, string | undefined>>): string[] {
  const values = providerIds.map((id) => settings.providers[id].apiKey);
  values.push(env["OPENAI_API_KEY"], env["ANTHROPIC_API_KEY"], env["OPENAI_COMPATIBLE_API_KEY"]);
  return values.filter((value) => value !== undefined);
}
