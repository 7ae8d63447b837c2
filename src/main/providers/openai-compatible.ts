import type { OpenAI } from "openai";
import { createChatReader } from "./chat-reader.ts";
import { chatRequest } from "./chat-request.ts";
import { StreamError, type FailureContext } from "./classify-error.ts";
import { addressOf } from "./address.ts";
import { connectionTo, firstOf, type ProviderConfig } from "./connection.ts";
import { createFeatures, sendWithout } from "./features.ts";
import { fields, list, text } from "./json-read.ts";
import { openAiClient } from "./openai-client.ts";
import type { ModelEvent, ModelRequest, Provider } from "./provider.ts";
import { streamWithRetries, type AttemptContext } from "./retry.ts";
import { missingConnection, redactKey, retrySettings } from "./setup.ts";
import { estimateUsage, writtenIn } from "./usage.ts";

const optional = [
  { name: "streamUsage", named: /stream_options|include_usage/i },
  { name: "effort", named: /reasoning_effort/i },
  { name: "parallel", named: /parallel_tool_calls/i },
];

/** Stands for whatever model the server has loaded; asked for with the first request. */
const anyModel = "auto";

/**
 * Any server that speaks chat completions: Ollama, LM Studio, llama.cpp, vLLM, routers. Base URL: settings,
 * `OPENAI_COMPATIBLE_BASE_URL`, `OPENAI_BASE_URL`. Key, where one is wanted: settings, `OPENAI_COMPATIBLE_API_KEY`,
 * `OPENAI_API_KEY`. Without a model in the settings the first one the server lists is used.
 */
export function createOpenAiCompatible(config: ProviderConfig): Provider {
  const { settings, env } = config;
  const baseUrl = addressOf("openai-compatible", settings, env);
  const connection =
    baseUrl === null ? null : connectionTo(baseUrl, firstOf(settings.apiKey, env["OPENAI_COMPATIBLE_API_KEY"], env["OPENAI_API_KEY"]));
  const missing = (): string | null => {
    if (connection !== null) return null;
    if (baseUrl === null)
      return "No base URL. Set it in the settings or in OPENAI_COMPATIBLE_BASE_URL, for example http://127.0.0.1:11434/v1 for Ollama.";
    return "The base URL is not an http or https address.";
  };
  const features = createFeatures(optional);
  let listedModel: string | null = null;
  return {
    id: "openai-compatible",
    label: "OpenAI-compatible server",
    missing,
    defaultModel: () => settings.model ?? anyModel,
    async *stream(request, signal) {
      if (connection === null) {
        yield missingConnection(missing(), true);
        return;
      }
      const context: FailureContext = {
        host: connection.host,
        model: request.model,
        keyVariable: "OPENAI_COMPATIBLE_API_KEY",
        redact: redactKey(connection.key),
      };
      yield* streamWithRetries(
        {
          ...retrySettings(config),
          context,
          async *attempt(attempt) {
            const client = await openAiClient(connection, env, attempt.watch);
            if (request.model === anyModel) listedModel ??= await firstModel(client, attempt.signal);
            const model = request.model === anyModel ? (listedModel ?? anyModel) : request.model;
            const stream = await sendWithout(features, () => {
              const parts = {
                streamUsage: features.has("streamUsage"),
                effort: features.has("effort"),
                parallelCalls: features.has("parallel"),
              };
              return client.chat.completions.create(chatRequest(request, model, parts), { signal: attempt.signal });
            });
            yield* readStream(stream, request, attempt);
          },
        },
        signal,
      );
    },
  };
}

async function* readStream(stream: AsyncIterable<unknown>, request: ModelRequest, attempt: AttemptContext): AsyncGenerator<ModelEvent> {
  const reader = createChatReader(request.tools, () => crypto.randomUUID());
  let written = 0;
  for await (const chunk of stream) {
    for (const event of reader.push(chunk)) {
      written += writtenIn(event);
      yield event;
    }
  }
  for (const event of reader.end(attempt.watch.sawDone())) {
    written += writtenIn(event);
    yield event.type === "finished" && reader.usage() === null ? { ...event, usage: estimateUsage(request, written) } : event;
  }
}

/** The model a server lists first. Throws when it lists none. */
async function firstModel(client: OpenAI, signal: AbortSignal): Promise<string> {
  const answer: unknown = await client.get("/models", { signal });
  const ids = [...list(fields(answer)["data"]), ...list(fields(answer)["models"])].map(
    (model) => text(fields(model)["id"]) ?? text(fields(model)["name"]),
  );
  const first = ids.find((id) => id !== undefined);
  if (first === undefined) throw new StreamError("invalid_request", "the server lists no model; load one, or name one in the settings");
  return first;
}
