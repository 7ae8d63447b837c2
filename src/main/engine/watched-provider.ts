import type { ModelEvent, Provider } from "../providers/provider.ts";
import { toErrorData } from "../../protocol/error.ts";
import type { Guard } from "../tasks/guard.ts";
import type { Price, TaskMeter } from "../tasks/meter.ts";

/** A provider whose requests count for a task's budget (when `meter` is given) and tell the guard of tasks about limits. */
export function watchedProvider(
  provider: Provider,
  watch: { readonly meter: TaskMeter | null; readonly guard: Guard; readonly price: Price | null },
): Provider {
  const { meter, guard } = watch;
  return {
    id: provider.id,
    label: provider.label,
    missing: () => provider.missing(),
    defaultModel: () => provider.defaultModel(),
    async *stream(request, signal): AsyncGenerator<ModelEvent> {
      try {
        meter?.check();
      } catch (thrown) {
        yield { type: "failed", error: toErrorData(thrown), usage: { inputTokens: 0, outputTokens: 0 } };
        return;
      }
      for await (const event of provider.stream(request, signal)) {
        switch (event.type) {
          case "text_delta":
          case "reasoning_delta":
          case "call_delta":
            meter?.streamed(event.text.length);
            break;
          case "retry":
            if (event.error.code === "rate_limited") guard.limited(provider.id, event.delayMs);
            break;
          case "finished":
            guard.answered(provider.id);
            meter?.request(event.usage, watch.price);
            break;
          case "failed":
            if (event.error.code === "rate_limited") guard.limited(provider.id);
            meter?.request(event.usage, watch.price);
            break;
          case "text":
          case "reasoning":
          case "call":
            break;
        }
        yield event;
      }
    },
  };
}
