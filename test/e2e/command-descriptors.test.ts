import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { launchSpindle, readEvents } from "../../scripts/lib/launch.mjs";
import { createOrdinaryUser } from "../support/as-user.ts";
import { sendPrompt, waitUnasked, withApp } from "../support/electron.ts";
import { responds, startResponsesServer } from "../support/model-servers/responses.ts";

/** Says who it is, what confines it, and every descriptor of every process it sees; then tries to write outside. */
const probe = `id -u; grep -E '^(Seccomp|NoNewPrivs|CapEff):' /proc/self/status; (cd /proc && find . -maxdepth 3 -path './[0-9]*/fd/*' -printf '%P %l\\n' 2>&1); touch "$HOME/escaped"; touch inside; true`;

const settingsFor = (baseUrl: string) => ({
  provider: "openai-responses",
  approval: "auto",
  providers: { "openai-responses": { baseUrl, apiKey: "k", model: "m" } },
});

const startModel = () =>
  startResponsesServer([
    responds({ type: "function", name: "exec", arguments: { cmd: probe } }),
    responds({ type: "text", text: "Looked." }),
  ]);

interface Seen {
  readonly uid: string;
  readonly status: readonly string[];
  /** Descriptors beyond 0, 1 and 2, of all processes. */
  readonly descriptors: readonly string[];
  /** How many processes were looked at. */
  readonly processes: number;
}

/** Runs the probe as the model's command, to its end. */
async function runProbe(page: Page, home: string): Promise<Seen> {
  await sendPrompt(page, "Look");
  await waitUnasked(page, page.locator('[data-testid="turn-end"][data-status="completed"]'));
  const { result } = readEvents(home).find(({ type, name }) => type === "tool_finished" && name === "exec") as {
    result?: { stdout: string };
  };
  const [uid = "", ...lines] = (result?.stdout ?? "").trimEnd().split("\n");
  const all = lines.flatMap((line) => {
    const [, pid = "", fd = "", target = ""] = /^(\d+)\/fd\/(\d+) (.*)$/.exec(line) ?? [];
    return pid === "" ? [] : [{ pid, fd: Number(fd), target }];
  });
  return {
    uid,
    status: lines.filter((line) => line.includes(":\t")).map((line) => line.replaceAll(/\s+/g, " ")),
    // find reads folders of /proc itself; an event counter of bubblewrap's own leads nowhere.
    descriptors: all
      .filter(({ fd, target }) => fd > 2 && !target.startsWith("/proc") && target !== "anon_inode:[eventfd]")
      .map(({ pid, fd, target }) => `${pid} ${fd} ${target}`),
    processes: new Set(all.map(({ pid }) => pid)).size,
  };
}

test("a command of the real application sees no descriptor of ours, in no process of its sandbox", async () => {
  const server = await startModel();
  try {
    await withApp({ project: "empty", settings: settingsFor(server.baseUrl) }, async ({ page, home }) => {
      const seen = await runProbe(page, home);
      expect(seen).toMatchObject({ descriptors: [], status: expect.arrayContaining(["Seccomp: 2", "NoNewPrivs: 1"]) });
      expect(seen.processes).toBeGreaterThan(1);
    });
  } finally {
    await server.close();
  }
});

test("as an ordinary user with Chromium's own sandbox: the first screen opens, the page is confined, a command runs in bubblewrap", async () => {
  const user = createOrdinaryUser(process.env["SPINDLE_TEST_ELECTRON"] ?? "");
  const server = await startModel();
  try {
    const folder = user.folder;
    const at = (name: string): string => path.join(folder, name);
    for (const name of ["home", "project", "person"]) mkdirSync(at(name));
    writeFileSync(at("home/settings.json"), JSON.stringify(settingsFor(server.baseUrl)));
    writeFileSync(at("home/projects.json"), JSON.stringify({ [at("project")]: { trusted: true } }));
    mkdirSync(at("tmp"));
    user.own();
    const launched = await launchSpindle({
      electron: user.electron,
      app: user.app,
      flags: [],
      chromiumSandbox: true,
      folder,
      project: at("project"),
      env: { HOME: at("person"), XDG_CONFIG_HOME: at("person"), XDG_CACHE_HOME: at("person") },
    });
    let left: readonly string[] = ["not closed"];
    try {
      await launched.page.getByTestId("composer-input").waitFor();
      const pages = processes(folder, "--type=renderer");
      expect(pages.length).toBeGreaterThan(0);
      expect(pages).toEqual(pages.map(() => ({ Uid: String(user.uid), Seccomp: "2", NoNewPrivs: "1" })));
      expect(await launched.app.evaluate(({ app }) => app.commandLine.hasSwitch("no-sandbox"))).toBe(false);

      const seen = await runProbe(launched.page, launched.home);
      expect(seen).toEqual({
        uid: String(user.uid),
        status: ["CapEff: 0000000000000000", "NoNewPrivs: 1", "Seccomp: 2"],
        descriptors: [],
        processes: expect.any(Number),
      });
      expect({ outside: existsSync(at("person/escaped")), inside: existsSync(at("project/inside")), errors: launched.errors }).toEqual({
        outside: false,
        inside: true,
        errors: [],
      });
    } finally {
      left = await launched.close();
    }
    expect(left).toEqual([]);
  } finally {
    await server.close();
    user.remove();
  }
});

/** Who the processes of a launch of one kind are, as the kernel says. */
function processes(folder: string, kind: string): readonly Readonly<Record<string, string>>[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      const command = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/cmdline`, "utf8") : "";
      if (!command.includes(kind) || !command.includes(folder)) return [];
      const status = readFileSync(`/proc/${name}/status`, "utf8");
      return [
        Object.fromEntries(
          ["Uid", "Seccomp", "NoNewPrivs"].map((key) => [key, new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? ""]),
        ),
      ];
    } catch {
      // Ended meanwhile.
      return [];
    }
  });
}
