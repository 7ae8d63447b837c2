import type { FailureContext } from "./classify-error.ts";
import { addressOf } from "./address.ts";
import { connectionTo, firstOf, missingKey, type ProviderConfig } from "./connection.ts";
import { createFeatures, sendWithout, type Features } from "./features.ts";
import { isOpenAi, openAiClient } from "./openai-client.ts";
import type { ModelEvent, ModelRequest, Provider } from "./provider.ts";
import { responsesRequest } from "./responses-request.ts";
import { createResponsesReader } from "./responses-reader.ts";
import { missingConnection, redactKey, retrySettings } from "./setup.ts";
import { streamWithRetries, type AttemptContext } from "./retry.ts";
import { estimateUsage, writtenIn } from "./usage.ts";

const optional = [
  { name: "encrypted", named: /encrypted_content|\binclude\b/i },
  { name: "summary", named: /summary/i },
  { name: "cacheKey", named: /prompt_cache_key/i },
  { name: "parallel", named: /parallel_tool_calls/i },
  { name: "customTools", named: /\bcustom\b|tools?[[.\]\d'"]*\.?type/i },
];

/**
 * OpenAI's Responses API, and servers that speak it. Base URL: settings, `OPENAI_BASE_URL`, OpenAI itself. Key: settings,
 * `OPENAI_API_KEY`; a server on this machine needs none. Nothing is stored at the server; thoughts of the model travel
 * encrypted with the conversation. Parts a server refuses by name are left out and the request is sent again.
 */
export function createOpenAiResponses(config: ProviderConfig): Provider {
  const { settings, env } = config;
  const baseUrl = addressOf("openai-responses", settings, env) ?? "";
  const connection = connectionTo(baseUrl, firstOf(settings.apiKey, env["OPENAI_API_KEY"]));
  const missing = (): string | null => missingKey(connection, baseUrl, "OPENAI_API_KEY");
  const features = createFeatures(optional);
  return {
    id: "openai-responses",
    label: "OpenAI (Responses API)",
    missing,
    defaultModel: () => settings.model ?? "gpt-5.4",
    async *stream(request, signal) {
      const problem = missing();
      if (connection === null || problem !== null) {
        yield missingConnection(problem, connection === null);
        return;
      }
      const context: FailureContext = {
        host: connection.host,
        model: request.model,
        keyVariable: "OPENAI_API_KEY",
        redact: redactKey(connection.key),
      };
      yield* streamWithRetries(
        {
          ...retrySettings(config),
          context,
          async *attempt(attempt) {
            const client = await openAiClient(connection, env, attempt.watch);
            const reasons = request.effort !== undefined || (isOpenAi(connection) && /^(?:gpt-5(?!.*chat)|o\d|codex)/.test(request.model));
            const stream = await sendWithout(features, () =>
              client.responses.create(responsesRequest(request, partsOf(features, reasons, isOpenAi(connection))), {
                signal: attempt.signal,
              }),
            );
            yield* readStream(stream, request, attempt);
          },
        },
        signal,
      );
    },
  };
}

async function* readStream(stream: AsyncIterable<unknown>, request: ModelRequest, attempt: AttemptContext): AsyncGenerator<ModelEvent> {
  const reader = createResponsesReader(request.tools, () => crypto.randomUUID());
  let written = 0;
  for await (const event of stream) {
    for (const out of reader.push(event)) {
      written += writtenIn(out);
      yield out.type === "finished" && out.usage.inputTokens === 0 && out.usage.outputTokens === 0
        ? { ...out, usage: estimateUsage(request, written) }
        : out;
      if (out.type === "finished") return;
    }
  }
  if (attempt.watch.sawDone() && reader.isWhole())
    yield { type: "finished", usage: estimateUsage(request, written), stopReason: "completed" };
}

function partsOf(features: Features, reasons: boolean, official: boolean) {
  const encryptedReasoning = reasons && features.has("encrypted");
  return {
    customTools: features.has("customTools"),
    encryptedReasoning,
    reasoningSummary: reasons && official && features.has("summary"),
    cacheKey: features.has("cacheKey"),
    parallelCalls: features.has("parallel"),
  };
}
