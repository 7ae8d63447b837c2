import { providerSettingsSchema, type ProviderSettings } from "../../src/protocol/settings.ts";
import type { ModelEvent, ModelRequest, ModelTool, Provider } from "../../src/main/providers/provider.ts";

/** The freeform tool and one function, as a real request has them. */
const sampleTools: readonly ModelTool[] = [
  {
    name: "script",
    description: "Runs a script.",
    format: "custom",
    schema: { type: "object", properties: { code: { type: "string" } }, required: ["code"] },
    textField: "code",
  },
  {
    name: "readFile",
    description: "Reads a file.",
    format: "function",
    schema: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
  },
];

/** A request with a prompt and nothing before it. */
export function sampleRequest(more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: "test-model",
    system: "You are a test.",
    messages: [{ role: "user", text: "<original-user-prompt>\nhello\n</original-user-prompt>" }],
    tools: sampleTools,
    ...more,
  };
}

/** Provider settings with the schema's defaults. */
export function sampleSettings(more: Partial<ProviderSettings> = {}): ProviderSettings {
  return { ...providerSettingsSchema.parse({}), ...more };
}

/** Reads a stream to its end. */
export async function collect(
  provider: Provider,
  request: ModelRequest = sampleRequest(),
  signal: AbortSignal = new AbortController().signal,
): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of provider.stream(request, signal)) events.push(event);
  return events;
}

/** Everything but deltas. */
export function whole(events: readonly ModelEvent[]): ModelEvent[] {
  return events.filter((event) => !event.type.endsWith("_delta"));
}

/** The deltas of one type, put together. */
export function joinedDeltas(events: readonly ModelEvent[], type: "text_delta" | "reasoning_delta" | "call_delta"): string {
  return events.flatMap((event) => (event.type === type ? [event.text] : [])).join("");
}
