import { expect, test } from "vitest";
import { useSpindle } from "./spindle-process.ts";

const lab = useSpindle();

test("inspect-command --json prints all that is understood on one line, and runs nothing", async () => {
  const { project, run } = lab();
  const found = await run(["inspect-command", "--json", "cd a && apply_patch <<'EOF'\n*** Begin Patch\n+ü\n\nEOF\n"]);
  const plain = await run(["inspect-command", "--json", "cd src && cat 'my file.ts' | head -5"]);
  const rm = await run(["inspect-command", "--json", "touch made; rm -rf made > /dev/null"]);
  expect(
    [found, plain, rm].map(({ code, stdout, stderr }) => ({ code, stderr, lines: stdout.split("\n").length, data: JSON.parse(stdout) })),
  ).toEqual([
    {
      code: 0,
      stderr: "",
      lines: 2,
      data: {
        patch: { workdir: "a", text: "*** Begin Patch\n+ü" },
        words: null,
        actions: [{ type: "unknown", command: "cd a && apply_patch <<'EOF'\n*** Begin Patch\n+ü\n\nEOF\n" }],
        forcedRm: false,
      },
    },
    {
      code: 0,
      stderr: "",
      lines: 2,
      data: {
        patch: null,
        words: [
          ["cd", "src"],
          ["cat", "my file.ts"],
          ["head", "-5"],
        ],
        actions: [{ type: "read", command: "cat 'my file.ts'", name: "my file.ts", path: `${project}/src/my file.ts` }],
        forcedRm: false,
      },
    },
    {
      code: 0,
      stderr: "",
      lines: 2,
      data: { patch: null, words: null, actions: [{ type: "unknown", command: "touch made; rm -rf made > /dev/null" }], forcedRm: true },
    },
  ]);
});

test("inspect-command takes long command lines from standard input, as they are", async () => {
  const { run } = lab();
  const body = `*** Begin Patch\n${"+0123456789\n".repeat(100_000)}*** End Patch`;
  const dash = await run(["inspect-command", "--json", "-"], { stdin: `apply_patch <<'EOF'\n${body}\nEOF\n` });
  const none = await run(["inspect-command", "--json"], { stdin: "ls\n" });
  expect({ dash: JSON.parse(dash.stdout).patch.text === body, none: JSON.parse(none.stdout).words }).toEqual({
    dash: true,
    none: [["ls"]],
  });
});

test("inspect-command tells people in words", async () => {
  const { run } = lab();
  expect((await run(["inspect-command", "rg TODO src; xargs rm -f"])).stdout).toBe(
    `patch     no
words     ["rg","TODO","src"]
words     ["xargs","rm","-f"]
action    searches "TODO" in src
forced rm perhaps (approvals ask)
`,
  );
});

test("inspect-command says what is wrong with its use, exit 2", async () => {
  const { run } = lab();
  const two = await run(["inspect-command", "ls", "-la"]);
  const more = await run(["inspect-command", "--json", "ls", "x"]);
  const dashed = await run(["inspect-command", "--json", "--", "--help"]);
  expect([two, more, dashed].map(({ code, stderr }) => [code, stderr.split("\n")[0]])).toEqual([
    [2, expect.stringContaining("spindle: usage: ")],
    [2, "spindle: usage: inspect-command takes one command line."],
    [0, ""],
  ]);
  expect(JSON.parse(dashed.stdout).words).toEqual([["--help"]]);
});
