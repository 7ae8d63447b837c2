import type { ErrorData } from "../../protocol/error.ts";
import type { Usage } from "../../protocol/event.ts";
import type { Json } from "../../protocol/json.ts";
import type { ProviderId, ReasoningEffort } from "../../protocol/settings.ts";

/** A tool as a provider's wire format offers it. `custom` = freeform text input, where the format has that; else a function with `{ code: string }` / `{ patch: string }`. */
export interface ModelTool {
  readonly name: string;
  readonly description: string;
  readonly format: "custom" | "function";
  /** JSON schema of the input for functions; for custom tools the schema used where the wire has no freeform tools (one string field). */
  readonly schema: { readonly [key: string]: Json };
  /** For custom tools: the field of `schema` that holds the text. */
  readonly textField?: string;
  /** For functions: the field whose text is shown while a call arrives (a patch); without it that is the JSON itself. */
  readonly shownField?: string;
}

export type ModelImage = { readonly mediaType: string; readonly base64: string };

/** One message of a request, provider-neutral. */
export type ModelMessage =
  | { readonly role: "user"; readonly text: string; readonly images?: readonly ModelImage[] }
  | { readonly role: "assistant"; readonly text: string }
  /** Opaque; only replayed to the provider that made it. */
  | { readonly role: "reasoning"; readonly provider: ProviderId; readonly item: Json }
  | {
      readonly role: "call";
      readonly wireCallId: string;
      readonly name: string;
      readonly format: "custom" | "function";
      /** Raw text: freeform text or JSON. */ readonly input: string;
    }
  | {
      readonly role: "result";
      readonly wireCallId: string;
      readonly format: "custom" | "function";
      readonly text: string;
      readonly ok: boolean;
    };

export interface ModelRequest {
  readonly model: string;
  readonly system: string;
  /** The first user message starts with `<original-user-prompt>`. */
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ModelTool[];
  readonly effort?: ReasoningEffort;
  /** Stable per conversation, for the provider's prompt cache. */
  readonly cacheKey?: string;
}

/**
 * What a provider yields, in order of arrival; the last one is always `finished` or `failed`. `retry` may come only
 * before the first text, reasoning or call: a stream that already gave something is never silently restarted.
 */
export type ModelEvent =
  | { readonly type: "text_delta"; readonly messageId: string; readonly text: string }
  | { readonly type: "text"; readonly messageId: string; readonly text: string }
  | { readonly type: "reasoning_delta"; readonly messageId: string; readonly text: string }
  | { readonly type: "reasoning"; readonly messageId: string; readonly text: string; readonly replay?: Json }
  /** Input of a call as it arrives; for tools with a `textField` or `shownField` it is that text, decoded. */
  | { readonly type: "call_delta"; readonly wireCallId: string; readonly name: string; readonly text: string }
  /** A complete call. `input` is raw: freeform text for `custom`, JSON text for `function` (custom tools sent as functions come back as `function`). */
  | {
      readonly type: "call";
      readonly wireCallId: string;
      readonly name: string;
      readonly format: "custom" | "function";
      readonly input: string;
    }
  | { readonly type: "retry"; readonly attempt: number; readonly maxRetries: number; readonly delayMs: number; readonly error: ErrorData }
  | { readonly type: "finished"; readonly usage: Usage; readonly stopReason: "completed" | "length" | "refused" }
  | { readonly type: "failed"; readonly error: ErrorData; readonly usage: Usage };

/** A model behind a wire format. `stream` never throws: failures are the last event. Aborting ends it with `failed`/`cancelled`. */
export interface Provider {
  readonly id: ProviderId;
  readonly label: string;
  /** Null when it can be used; otherwise what is missing (no key, no base URL), as a sentence. */
  missing(): string | null;
  defaultModel(): string;
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
}
