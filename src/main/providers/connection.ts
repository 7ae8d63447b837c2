import type { ProviderSettings } from "../../protocol/settings.ts";

/** Environment variables, as a value: providers never read `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings and environment of one provider. */
export interface ProviderConfig {
  readonly settings: ProviderSettings;
  readonly env: Environment;
  /** For tests: pause before the second try, doubled for each further one. Default 500 ms. */
  readonly baseDelayMs?: number;
}

/** Where requests go. `key` is null when none was given. */
export interface Connection {
  readonly baseUrl: string;
  readonly host: string;
  readonly key: string | null;
  readonly loopback: boolean;
}

/** The first of these settings that is not blank. */
export function firstOf(...values: readonly (string | undefined)[]): string | null {
  for (const value of values) {
    const trimmed = value?.trim();
    if (trimmed !== undefined && trimmed !== "") return trimmed;
  }
  return null;
}

/** Takes a base URL apart; null when it is not an http(s) URL. A key is never part of `host`. */
export function connectionTo(baseUrl: string, key: string | null): Connection | null {
  if (!URL.canParse(baseUrl)) return null;
  const url = new URL(baseUrl);
  if (url.protocol !== "http:" && url.protocol !== "https:") return null;
  return { baseUrl: baseUrl.replace(/\/+$/, ""), host: url.host, key, loopback: isLoopback(url.hostname) };
}

/** Sent where a client library insists on a key and the server wants none. */
export const noKey = "no-key";

/** Why a connection cannot be used, as a sentence; null when it can. */
export function missingKey(connection: Connection | null, baseUrl: string, keyVariable: string): string | null {
  if (connection === null) return `The base URL ${JSON.stringify(withoutCredentials(baseUrl))} is not an http or https address.`;
  if (connection.key === null && !connection.loopback)
    return `No API key for ${connection.host}. Set ${keyVariable} in the environment, or the key in the settings.`;
  return null;
}

function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, "");
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" || /^127(?:\.\d{1,3}){3}$/.test(name);
}

function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//");
}
