import type { Anthropic } from "@anthropic-ai/sdk";
import { createAnthropicReader } from "./anthropic-reader.ts";
import { anthropicRequest } from "./anthropic-request.ts";
import type { FailureContext } from "./classify-error.ts";
import { addressOf } from "./address.ts";
import { connectionTo, firstOf, missingKey, noKey, type Connection, type ProviderConfig } from "./connection.ts";
import { createFeatures, sendWithout } from "./features.ts";
import type { ModelEvent, ModelRequest, Provider } from "./provider.ts";
import { streamWithRetries } from "./retry.ts";
import { missingConnection, redactKey, retrySettings } from "./setup.ts";
import { estimateUsage, writtenIn } from "./usage.ts";
import type { Watch } from "./watched-fetch.ts";

const optional = [
  { name: "adaptive", named: /adaptive|output_config|\beffort\b/i },
  { name: "longOutput", named: /max_tokens/i },
];

/** Longest timer Node has; our own watch over silence ends a request long before. */
const neverMs = 2_147_483_647;

/**
 * Anthropic's Messages API and servers that speak it. Base URL: settings, `ANTHROPIC_BASE_URL`, Anthropic itself. Key:
 * settings, `ANTHROPIC_API_KEY`; a server on this machine needs none. Signed thoughts travel back with the conversation.
 */
export function createAnthropic(config: ProviderConfig): Provider {
  const { settings, env } = config;
  // The client library adds /v1 itself.
  const baseUrl = addressOf("anthropic", settings, env) ?? "";
  const connection = connectionTo(baseUrl, firstOf(settings.apiKey, env["ANTHROPIC_API_KEY"]));
  const missing = (): string | null => missingKey(connection, baseUrl, "ANTHROPIC_API_KEY");
  const features = createFeatures(optional);
  return {
    id: "anthropic",
    label: "Anthropic",
    missing,
    defaultModel: () => settings.model ?? "claude-sonnet-5-5",
    async *stream(request, signal) {
      const problem = missing();
      if (connection === null || problem !== null) {
        yield missingConnection(problem, connection === null);
        return;
      }
      const context: FailureContext = {
        host: connection.host,
        model: request.model,
        keyVariable: "ANTHROPIC_API_KEY",
        redact: redactKey(connection.key),
      };
      yield* streamWithRetries(
        {
          ...retrySettings(config),
          context,
          async *attempt(attempt) {
            const client = await anthropicClient(connection, attempt.watch);
            const stream = await sendWithout(features, () =>
              client.messages.create(
                anthropicRequest(request, { adaptive: features.has("adaptive"), longOutput: features.has("longOutput") }),
                { signal: attempt.signal },
              ),
            );
            yield* readStream(stream, request);
          },
        },
        signal,
      );
    },
  };
}

async function* readStream(stream: AsyncIterable<unknown>, request: ModelRequest): AsyncGenerator<ModelEvent> {
  const reader = createAnthropicReader(request.tools, () => crypto.randomUUID());
  let written = 0;
  for await (const event of stream) {
    for (const out of reader.push(event)) {
      written += writtenIn(out);
      const silent = out.type === "finished" && out.usage.inputTokens === 0 && out.usage.outputTokens === 0;
      yield silent ? { ...out, usage: estimateUsage(request, written) } : out;
      if (out.type === "finished") return;
    }
  }
}

async function anthropicClient(connection: Connection, watch: Watch): Promise<Anthropic> {
  const sdk = await import("@anthropic-ai/sdk");
  const key = connection.key ?? noKey;
  // The library sends the key as a bearer token; servers that only imitate the API look where it used to be.
  const own = /(?:^|\.)anthropic\.com(?::\d+)?$/.test(connection.host);
  return new sdk.Anthropic({
    apiKey: key,
    baseURL: connection.baseUrl,
    maxRetries: 0,
    timeout: neverMs,
    logLevel: "off",
    fetch: watch.fetch,
    ...(own ? {} : { defaultHeaders: { "x-api-key": key } }),
  });
}
