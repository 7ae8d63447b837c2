/** What is known about the bytes of one answer. */
export interface Watch {
  readonly fetch: typeof fetch;
  /** True when `data: [DONE]` passed by (client libraries swallow it). */
  sawDone(): boolean;
  /** The beginning of an answer that is no event stream, for the error message; null when it was one. */
  strayBody(): string | null;
  /** Ends the timer. Call it when the attempt is over. */
  stop(): void;
}

/**
 * A `fetch` that calls `onIdle` when no byte came for `idleMs` while somebody waits for one: for the headers or for the
 * next piece of the body. A reader that takes its time is not the server's fault and stops the clock.
 */
export function watchFetch(idleMs: number, onIdle: () => void): Watch {
  let timer: NodeJS.Timeout | undefined;
  let done = false;
  let stray: string | null = null;
  const stop = (): void => clearTimeout(timer);
  const start = (): void => {
    stop();
    timer = setTimeout(onIdle, idleMs);
  };
  return {
    sawDone: () => done,
    strayBody: () => stray,
    stop,
    async fetch(input, init) {
      start();
      try {
        const response = await fetch(input, init);
        if (response.body === null) return response;
        const type = response.headers.get("content-type") ?? "";
        const isStream = !response.ok || type.includes("event-stream");
        if (!isStream) stray = "";
        let tail = "";
        const decoder = new TextDecoder();
        const body = tapBody(response.body, {
          waiting: start,
          arrived: (chunk) => {
            stop();
            const piece = decoder.decode(chunk, { stream: true });
            if (stray !== null && stray.length < 200) stray += piece.slice(0, 200);
            done ||= /(?:^|\n)data: ?\[DONE\]/.test(tail + piece);
            tail = (tail + piece).slice(-20);
          },
          ended: stop,
        });
        const isDocument = response.ok && init?.method === "POST" && type.includes("application/json");
        return new Response(isDocument ? asOneEvent(body, () => (stray = null)) : body, {
          status: response.status,
          statusText: response.statusText,
          headers: response.headers,
        });
      } finally {
        stop();
      }
    },
  };
}

function tapBody(
  source: ReadableStream<Uint8Array>,
  on: { waiting(): void; arrived(chunk: Uint8Array): void; ended(): void },
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        on.waiting();
        try {
          const next = await reader.read();
          if (next.done) {
            on.ended();
            controller.close();
          } else {
            on.arrived(next.value);
            controller.enqueue(next.value);
          }
        } catch (error) {
          on.ended();
          controller.error(error);
        }
      },
      async cancel(reason) {
        on.ended();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * Some servers ignore `stream: true` and answer with one JSON document: it becomes the only event of a stream, and the
 * readers know whole answers. Anything that is no JSON stays as it is and is reported as no stream.
 */
function asOneEvent(body: ReadableStream<Uint8Array>, onJson: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          const next = await reader.read();
          if (!next.done) {
            chunks.push(next.value);
            continue;
          }
          const text = Buffer.concat(chunks).toString("utf8");
          if (/^\s*\{[\s\S]*\}\s*$/.test(text)) {
            onJson();
            controller.enqueue(Buffer.from(`data: ${text.replace(/[\r\n]+/g, " ")}\n\n`));
          }
          controller.close();
          return;
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
