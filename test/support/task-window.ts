import type { Page } from "playwright";
import { type RunningApp, sendPrompt, withApp } from "./electron.ts";
import { type ResponseItem, responds, startResponsesServer } from "./model-servers/responses.ts";
import type { ServerStep } from "./model-servers/model-server.ts";

export interface TaskWindowOptions {
  /** The calls of the person's conversation, answered to its first request. */
  readonly begin: readonly ResponseItem[];
  /** What any other request gets; `null`: the words "I see.". `text` is the request's body. */
  readonly answer?: (text: string) => ServerStep | null;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A direct call of `spawn`. */
export function spawns(input: Readonly<Record<string, unknown>>): ResponseItem {
  return { type: "function", name: "spawn", arguments: { notify: "silent", ...input } };
}

/** The real application with a conversation that has begun tasks, and the model server behind it. */
export async function withTaskWindow(
  options: TaskWindowOptions,
  body: (app: RunningApp & { readonly row: (title: string) => ReturnType<Page["locator"]> }) => Promise<void>,
  launch: Parameters<typeof withApp>[2] = {},
): Promise<void> {
  let begun = false;
  const server = await startResponsesServer([
    ({ body: request }) => {
      const text = JSON.stringify(request);
      const given = options.answer?.(text) ?? null;
      if (given !== null) return given;
      if (begun || !text.includes("Begin")) return responds({ type: "text", text: "I see." });
      begun = true;
      return responds(...options.begin);
    },
  ]);
  const settings = {
    provider: "openai-responses",
    approval: "auto",
    sandbox: "full",
    providers: { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "m" } },
    ...options.settings,
  };
  try {
    await withApp(
      { project: "empty", settings },
      async (app) => {
        await sendPrompt(app.page, "Begin");
        await body({ ...app, row: (title) => app.page.getByTestId("task-row").filter({ hasText: title }) });
      },
      launch,
    );
  } finally {
    await server.close();
  }
}
