import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The parsed JSON body; null for none. */
  readonly body: Record<string, unknown> | null;
  /** True once the connection was closed before the answer was complete. */
  closedEarly: boolean;
}

/** What a server does with one request. */
export type ServerStep =
  /** Lines of an event stream: `event:` name (null = none) and data (a text is sent as it is). `paceMs`: one event at a time, this far apart. */
  | { readonly type: "events"; readonly events: readonly WireEvent[]; readonly ending?: "end" | "cut" | "hang"; readonly paceMs?: number }
  | { readonly type: "status"; readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** Takes the request and never answers. */
  | { readonly type: "hang" }
  /** Sends the same event every few milliseconds until the other side goes away. */
  | { readonly type: "endless"; readonly event: WireEvent; readonly everyMs: number }
  /** A whole answer of another kind. */
  | { readonly type: "raw"; readonly contentType: string; readonly text: string };

export interface WireEvent {
  readonly event: string | null;
  readonly data: unknown;
}

export type StepSource = ServerStep | ((request: RecordedRequest) => ServerStep);

export interface ModelServer {
  /** Ends in /v1. */
  readonly baseUrl: string;
  readonly requests: readonly RecordedRequest[];
  close(): Promise<void>;
}

/**
 * A loopback HTTP server that answers request n with step n (the last one again for further requests) and writes real
 * server-sent events in small, oddly cut pieces. GET requests (model lists) do not count and get `models`.
 */
export async function startModelServer(steps: readonly StepSource[], models: readonly string[] = []): Promise<ModelServer> {
  const requests: RecordedRequest[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let posts = 0;
  const server = createServer((message, response) => {
    void answer(message, response);
  });

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request: RecordedRequest = {
      method: message.method ?? "",
      path: message.url ?? "",
      headers: message.headers,
      body: await readBody(message),
      closedEarly: false,
    };
    requests.push(request);
    response.on("close", () => {
      request.closedEarly = !response.writableFinished;
    });
    if (message.method === "GET") {
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ object: "list", data: models.map((id) => ({ id, object: "model" })) }));
      return;
    }
    const source = steps[Math.min(posts++, steps.length - 1)];
    if (source === undefined) throw new Error("A model server needs at least one step.");
    play(typeof source === "function" ? source(request) : source, response);
  }

  function play(step: ServerStep, response: ServerResponse): void {
    switch (step.type) {
      case "status":
        response
          .writeHead(step.status, { "content-type": "application/json", ...step.headers })
          .end(JSON.stringify(step.body ?? { error: { message: `status ${step.status}` } }));
        return;
      case "hang":
        return;
      case "raw":
        response.writeHead(200, { "content-type": step.contentType }).end(step.text);
        return;
      case "endless": {
        response.writeHead(200, { "content-type": "text/event-stream" });
        const timer = setInterval(() => response.write(frame(step.event)), step.everyMs);
        timers.add(timer);
        response.on("close", () => clearInterval(timer));
        return;
      }
      case "events": {
        response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
        if (step.paceMs !== undefined) return pace(step.events, step.paceMs, step.ending, response);
        const bytes = Buffer.from(step.events.map(frame).join(""), "utf8");
        // Odd pieces: a client must put lines and characters together again.
        for (let at = 0; at < bytes.length; at += 97) response.write(bytes.subarray(at, at + 97));
        finish(step.ending, response);
      }
    }
  }

  function pace(events: readonly WireEvent[], everyMs: number, ending: Ending, response: ServerResponse): void {
    let next = 0;
    const timer = setInterval(() => {
      const event = events[next++];
      if (event !== undefined) return void response.write(frame(event));
      clearInterval(timer);
      finish(ending, response);
    }, everyMs);
    timers.add(timer);
    response.on("close", () => clearInterval(timer));
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    close: () =>
      new Promise((resolve) => {
        for (const timer of timers) clearInterval(timer);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The steps every kind of server has for showing faults. */
export const faults = {
  unauthorized: {
    type: "status",
    status: 401,
    body: { error: { message: "Incorrect API key provided: test-se***-key.", type: "invalid_request_error", code: "invalid_api_key" } },
  },
  rateLimited: (seconds: number): ServerStep => ({
    type: "status",
    status: 429,
    headers: { "retry-after": String(seconds) },
    body: { error: { message: "Slow down.", type: "rate_limit_error" } },
  }),
  broken: { type: "status", status: 500, body: { error: { message: "The server had an error.", type: "server_error" } } },
  hang: { type: "hang" },
  malformed: { type: "events", events: [{ event: null, data: '{"type": "response.output_text.delta", "delta": ' }] },
  webPage: { type: "raw", contentType: "text/html", text: "<!doctype html><title>Welcome</title>" },
} as const satisfies Record<string, ServerStep | ((seconds: number) => ServerStep)>;

type Ending = "end" | "cut" | "hang" | undefined;

function finish(ending: Ending, response: ServerResponse): void {
  if (ending === "cut") setImmediate(() => response.destroy());
  else if (ending !== "hang") response.end();
}

function frame({ event, data }: WireEvent): string {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  return `${event === null ? "" : `event: ${event}\n`}data: ${text}\n\n`;
}

async function readBody(message: IncomingMessage): Promise<Record<string, unknown> | null> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  return text === "" ? null : (JSON.parse(text) as Record<string, unknown>);
}
