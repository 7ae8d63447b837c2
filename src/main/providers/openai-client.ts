import type { OpenAI } from "openai";
import { noKey, type Connection, type Environment } from "./connection.ts";
import type { Watch } from "./watched-fetch.ts";

/** Longest timer Node has; our own watch over silence ends a request long before. */
const neverMs = 2_147_483_647;

/**
 * The official client for one request. The library is loaded with the first one, so that it costs nothing at start-up.
 * Its retries, time limit and console output are off: `retry.ts` does that, visibly.
 */
export async function openAiClient(connection: Connection, env: Environment, watch: Watch): Promise<OpenAI> {
  const sdk = await import("openai");
  const official = isOpenAi(connection);
  return new sdk.OpenAI({
    apiKey: connection.key ?? noKey,
    baseURL: connection.baseUrl,
    organization: official ? (env["OPENAI_ORG_ID"] ?? null) : null,
    project: official ? (env["OPENAI_PROJECT_ID"] ?? null) : null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: neverMs,
    logLevel: "off",
    fetch: watch.fetch,
  });
}

/** True for OpenAI's own servers: account headers go nowhere else. */
export function isOpenAi(connection: Connection): boolean {
  return /(?:^|\.)openai\.com(?::\d+)?$/.test(connection.host);
}
