import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach } from "vitest";
import { createEngine, type Engine } from "../../../src/main/engine.ts";
import { openSandbox } from "../../../src/main/engine/open-sandbox.ts";
import type { ModelMessage, ModelRequest, Provider } from "../../../src/main/providers/provider.ts";
import { createLocalRunner } from "../../../src/main/runner/local-runner.ts";
import type { ApprovalRequest } from "../../../src/protocol/approval.ts";
import type { EventType, SpindleEvent } from "../../../src/protocol/event.ts";
import type { Settings } from "../../../src/protocol/settings.ts";
import { harnessFiles, shellFiles } from "../../support/worker-file.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

export interface OpenOptions {
  readonly provider?: Provider;
  readonly wake?: boolean;
  readonly audience?: "person" | "nobody";
  readonly trust?: "named" | "asked";
  readonly settings?: Partial<Settings>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface EngineLab {
  readonly home: string;
  readonly project: string;
  write(files: Readonly<Record<string, string>>): void;
  /** A whole engine on the lab's data folder: real harness, real commands (level full: no sandbox is needed). Closed after the test. */
  open(options?: OpenOptions): Promise<Engine>;
  /** Every file of the data folder with its text, by path. */
  data(): Record<string, string>;
}

/** Engines in this process, each with its own data folder and project. */
export function useEngines(): () => EngineLab {
  const tempFolder = useTempFolders();
  const open: (() => Promise<void>)[] = [];
  // Runs before the folders go: hooks run in reverse order.
  afterEach(async () => {
    for (const close of open.splice(0)) await close();
  });
  return () => {
    const base = tempFolder();
    const lab = { home: path.join(base, "home"), project: path.join(base, "project") };
    mkdirSync(lab.home);
    mkdirSync(lab.project);
    return {
      ...lab,
      write(files) {
        for (const [name, content] of Object.entries(files)) {
          mkdirSync(path.dirname(path.join(lab.project, name)), { recursive: true });
          writeFileSync(path.join(lab.project, name), content);
        }
      },
      async open(options = {}) {
        const { sandbox, close } = await openSandbox(lab.home);
        open.push(() => Promise.resolve(close()));
        const engine = await createEngine({
          home: lab.home,
          env: options.env ?? {},
          ...(await harnessFiles()),
          shellFiles: await shellFiles(),
          runner: createLocalRunner(),
          sandbox,
          audience: options.audience ?? "nobody",
          trust: options.trust ?? "named",
          wake: options.wake ?? false,
          override: (settings) => ({ ...settings, approval: "auto", sandbox: "full", ...options.settings }),
          ...(options.provider === undefined ? {} : { provider: options.provider }),
        });
        open.unshift(() => engine.close());
        return engine;
      },
      data: () =>
        Object.fromEntries(
          readdirSync(lab.home, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => path.join(entry.parentPath, entry.name))
            .map((file) => [path.relative(lab.home, file), readFileSync(file, "utf8")]),
        ),
    };
  };
}

/** The events of one type. */
export function of<T extends EventType>(events: readonly SpindleEvent[], type: T): Extract<SpindleEvent, { type: T }>[] {
  return events.filter((event): event is Extract<SpindleEvent, { type: T }> => event.type === type);
}

/** The only open question of a conversation. */
export function openQuestion(engine: Engine, conversationId: string): ApprovalRequest {
  const [asked, ...more] = engine.approvals.pending(conversationId);
  if (asked === undefined || more.length > 0) throw new Error(`There are ${asked === undefined ? 0 : more.length + 1} open questions.`);
  return asked;
}

/** The results a request carries, oldest first. */
export function resultsOf(request: ModelRequest | undefined): Extract<ModelMessage, { role: "result" }>[] {
  return (request?.messages ?? []).filter((message) => message.role === "result");
}

/** What the person (or a task) says in a request, oldest first, without the environment. */
export function saidIn(request: ModelRequest | undefined): string[] {
  return (request?.messages ?? [])
    .filter((message) => message.role === "user" && !message.text.startsWith("<environment>"))
    .map((message) => ("text" in message ? message.text : ""));
}

/** Waits until it holds; throws after 10 s. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`Waited in vain: ${what}`);
}
