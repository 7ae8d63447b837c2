import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFileOpener } from "../../../src/main/desktop/open-file.ts";

let folder = "";
let root = "";
let home = "";
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "spindle-open-")));
  root = path.join(folder, "project");
  home = path.join(folder, "home");
  mkdirSync(root);
  mkdirSync(path.join(home, "tasks", "output"), { recursive: true });
  mkdirSync(path.join(home, "conversations", "c_1", "output"), { recursive: true });
  for (const [name, text] of [
    ["project/a b.ts", "1"],
    ["project/run.sh", "#!/bin/sh"],
    ["project/page.html", ""],
    ["outside.ts", ""],
    ["home/settings.json", "{}"],
    ["home/tasks/output/t_1.log", ""],
    ["home/tasks/ledger.jsonl", ""],
    ["home/conversations/c_1/output/c1.txt", ""],
    ["home/conversations/c_1/log.jsonl", ""],
  ] as const)
    writeFileSync(path.join(folder, name), text);
  chmodSync(path.join(root, "run.sh"), 0o755);
  symlinkSync(path.join(folder, "outside.ts"), path.join(root, "link.ts"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function opener({ editor = "", trusted = true, PATH = process.env["PATH"] ?? "" } = {}) {
  const did: string[] = [];
  const open = createFileOpener({
    home,
    project: () => ({ root, name: "project", branch: null, changes: null, trusted, reach: "nothing" }),
    editor: () => editor,
    env: () => ({ PATH }),
    openPath: (file) => {
      did.push(`open ${file}`);
      return Promise.resolve("");
    },
    showInFolder: (file) => did.push(`show ${file}`),
  });
  return { did, open };
}

const code = (wanted: string) => expect.objectContaining({ code: wanted });

describe.skipIf(process.platform === "win32")("opening a file outside of the window", () => {
  it("hands plain text to the system, and only shows what could be run", async () => {
    const { did, open } = opener();
    expect([await open("a b.ts", 3), await open("run.sh", null), await open("page.html", null)]).toEqual([
      { by: "system" },
      { by: "folder" },
      { by: "folder" },
    ]);
    expect(did).toEqual([`open ${root}/a b.ts`, `show ${root}/run.sh`, `show ${root}/page.html`]);
  });

  it("starts the editor of the settings with the file and the line, without a shell", async () => {
    const script = path.join(folder, "editor");
    writeFileSync(script, `#!/bin/sh\nprintf '%s\\n' "$@" > "${folder}/got"\n`);
    chmodSync(script, 0o755);
    const { open } = opener({ editor: `${script} -g {file}:{line} $HOME` });
    expect(await open("a b.ts", 7)).toEqual({ by: "editor" });
    expect(readFileSync(path.join(folder, "got"), "utf8")).toBe(`-g\n${root}/a b.ts:7\n$HOME\n`);
  });

  it("says when the editor is not there, fails, or is a program of the project", async () => {
    await expect(opener({ editor: "no-such-editor-here" }).open("a b.ts", null)).rejects.toEqual(code("command_not_started"));
    await expect(opener({ editor: "/bin/false" }).open("a b.ts", null)).rejects.toEqual(code("command_failed"));
    await expect(opener({ editor: "run.sh", PATH: root }).open("a b.ts", null)).rejects.toEqual(code("command_not_started"));
    await expect(opener({ editor: path.join(root, "run.sh") }).open("a b.ts", null)).rejects.toEqual(code("command_not_started"));
  });

  it.each([
    ["../outside.ts", "outside_project"],
    ["link.ts", "outside_project"],
    ["gone.ts", "not_found"],
    [".", "not_a_file"],
    ["a\0b", "invalid_input"],
  ])("refuses %j", async (given, wanted) => {
    const { did, open } = opener();
    await expect(open(given, null)).rejects.toEqual(code(wanted));
    expect(did).toEqual([]);
  });

  it("opens kept output, also without trust, and nothing else of the data folder", async () => {
    const { did, open } = opener({ trusted: false });
    await open(path.join(home, "tasks/output/t_1.log"), null);
    await open(path.join(home, "conversations/c_1/output/c1.txt"), null);
    expect(did).toEqual([`open ${home}/tasks/output/t_1.log`, `open ${home}/conversations/c_1/output/c1.txt`]);
    for (const other of ["settings.json", "tasks/ledger.jsonl", "conversations/c_1/log.jsonl"])
      await expect(open(path.join(home, other), null)).rejects.toEqual(code("outside_project"));
    await expect(open("a b.ts", null)).rejects.toEqual(code("untrusted_folder"));
  });
});
