import { afterAll, describe, expect, test } from "vitest";
import { createShellInspector } from "../../../src/main/shell/inspect.ts";
import { shellFiles } from "../../support/worker-file.ts";

const inspector = createShellInspector(await shellFiles());
afterAll(() => inspector.close());
const inspect = (cmd: string) => inspector.inspect(cmd, "/p");
const heredoc = (body: string): string => `apply_patch <<'EOF'\n${body}\nEOF`;

describe("all that is understood of a command line", () => {
  test("of a patch call with a folder, of plain words, and of neither", async () => {
    expect([
      await inspect("cd a/b && apply_patch <<'EOF'\nx $Y\n\nEOF"),
      await inspect("cd src && cat a.ts; rm -rf x"),
      await inspect("a > b"),
    ]).toEqual([
      {
        patch: { workdir: "a/b", text: "x $Y" },
        words: null,
        seen: { commands: [["cd", "a/b"], ["apply_patch"]], unread: false, code: false },
        actions: [{ type: "unknown", command: "cd a/b && apply_patch <<'EOF'\nx $Y\n\nEOF" }],
        forcedRm: false,
        mayForceRm: false,
      },
      {
        patch: null,
        words: [
          ["cd", "src"],
          ["cat", "a.ts"],
          ["rm", "-rf", "x"],
        ],
        seen: {
          commands: [
            ["cd", "src"],
            ["cat", "a.ts"],
            ["rm", "-rf", "x"],
          ],
          unread: false,
          code: false,
        },
        actions: [{ type: "unknown", command: "cd src && cat a.ts; rm -rf x" }],
        forcedRm: true,
        mayForceRm: true,
      },
      {
        patch: null,
        words: null,
        seen: { commands: [["a"]], unread: false, code: false },
        actions: [{ type: "unknown", command: "a > b" }],
        forcedRm: false,
        mayForceRm: false,
      },
    ]);
  });

  test("a forced rm is asked about wherever it may run, also in pieces that only bash puts together", async () => {
    const lines = ["r\\m -r\\\nf x", "r''m -f x", "env -S 'rm -rf x'", "$'\\x72m' -f x", "rm x"];
    expect(await Promise.all(lines.map(async (cmd) => (await inspect(cmd)).mayForceRm))).toEqual([true, true, true, true, false]);
  });

  test("places are counted in characters of the script, whatever is in it", async () => {
    expect((await inspect("cat 'ünï 漢 🎉.txt' && rg '🎉' ünï")).words).toEqual([
      ["cat", "ünï 漢 🎉.txt"],
      ["rg", "🎉", "ünï"],
    ]);
    expect((await inspect(heredoc("🎉 漢\n\u{10ffff}\uFEFF"))).patch?.text).toBe("🎉 漢\n\u{10ffff}\uFEFF");
  });

  test("nothing of an empty line, of a NUL, of half a surrogate pair", async () => {
    for (const cmd of ["", "\n", "ls\0", "\0", "ls \ud800", "\udc00\ud800", "'\ud800'", "\u0001", "\uFEFF ls"]) {
      expect(await inspect(cmd)).toMatchObject({ patch: null, forcedRm: false });
    }
    expect((await inspect("")).words).toEqual([]);
    expect((await inspect("rm -f \0")).forcedRm).toBe(false);
  });

  test("a script that runs in many at the same time gets its own answer", async () => {
    const found = await Promise.all(Array.from({ length: 50 }, (_, n) => inspect(`${"a | ".repeat(n * 4)}cat f${n}`)));
    expect(found.map(({ words }) => words?.at(-1))).toEqual(Array.from({ length: 50 }, (_, n) => ["cat", `f${n}`]));
  });
});

describe("long and deep command lines", () => {
  test("a patch of 1 MB is found whole", async () => {
    const body = `*** Begin Patch\n*** Add File: a\n${"+some words of a line $X\n".repeat(42_000)}*** End Patch`;
    expect((await inspect(heredoc(body))).patch?.text.length).toBe(body.length);
  });

  test("1 MB of words keeps the thread free for others", async () => {
    let longest = 0;
    let last = performance.now();
    const watch = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const { words } = await inspect(`ls${" ab".repeat(333_333)}`);
    clearInterval(watch);
    expect(words?.[0]?.length).toBe(333_334);
    // It takes the other thread a second or more.
    expect(longest).toBeLessThan(700);
  }, 120_000);

  const deep = 10_000;
  test.each([
    ["parentheses", `${"( ".repeat(deep)}rm -f x${" )".repeat(deep)}`, true],
    ["open parentheses", `${"(".repeat(deep)}rm -f x`, false],
    ["substitutions", `${"$(".repeat(deep)}rm -f x${")".repeat(deep)}`, true],
    ["quoted substitutions", `${'"$('.repeat(deep)}rm -f x${')"'.repeat(deep)}`, true],
    ["groups", `${"{ ".repeat(deep)}rm -f x${"; }".repeat(deep)}`, true],
    ["conditions", `${"if a; then ".repeat(deep)}rm -f x${"; fi".repeat(deep)}`, true],
    ["defaults", `echo ${"${a:-".repeat(deep)}$(rm -f x)${"}".repeat(deep)}`, true],
    ["quotes", '"'.repeat(2 * deep + 1), false],
    ["lists", `${"a && ".repeat(deep)}rm -f x`, true],
    ["here documents", "cat <<A ".repeat(500), false],
  ])("10,000 %s are followed without overflowing", async (_name, cmd, forcedRm) => {
    expect(await inspect(cmd)).toMatchObject({ patch: null, forcedRm });
  });

  test("16,000 pipes are too much: they take no more than their memory, give it back, and the next line is understood", async () => {
    const before = process.memoryUsage().rss;
    expect(await inspect(`${"a|".repeat(16_000)}rm -f x`)).toMatchObject({ words: null, forcedRm: false, mayForceRm: true });
    expect((await inspect("cat x")).words).toEqual([["cat", "x"]]);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  }, 120_000);

  test("scripts in scripts are followed ten deep and no further", async () => {
    const nested = (depth: number): string =>
      Array.from({ length: depth }).reduce<string>((inner) => `bash -c '${inner.replaceAll("'", `'"'"'`)}'`, "rm -f x");
    expect([(await inspect(nested(6))).forcedRm, (await inspect(nested(10))).forcedRm]).toEqual([true, false]);
  });

  test("more than 2 Mi characters are not looked at, but a forced rm is still seen from afar", async () => {
    const cmd = `rm -rf x ${"a".repeat(2 * 1024 * 1024)}`;
    expect(await inspect(cmd)).toEqual({
      patch: null,
      words: null,
      seen: { commands: [], unread: true, code: false },
      actions: [{ type: "unknown", command: cmd }],
      forcedRm: false,
      mayForceRm: true,
    });
  });
});

describe("the inspector", () => {
  test("frees what it made: memory does not grow with the number of command lines", async () => {
    const cmd = `${"echo 'some words' | ".repeat(200)}cat`;
    const run = async (times: number): Promise<number> => {
      for (let n = 0; n < times; n++) await inspect(cmd);
      return process.memoryUsage().rss;
    };
    const before = await run(100);
    // Each tree is about 0.5 MB: 400 that stay would be 200 MB.
    expect((await run(400)) - before).toBeLessThan(100 * 1024 * 1024);
  }, 120_000);

  test("says when its grammar or its thread is missing, and tries again", async () => {
    const files = await shellFiles();
    const broken = { ...files, grammar: `${files.grammar}.missing` };
    const one = createShellInspector(broken);
    await expect(one.inspect("ls", "/p")).rejects.toMatchObject({ code: "internal", details: { grammar: broken.grammar } });
    broken.grammar = files.grammar;
    broken.worker = `${files.worker}.missing`;
    await expect(one.inspect("ls", "/p")).rejects.toMatchObject({ code: "internal", details: { worker: broken.worker } });
    broken.worker = files.worker;
    expect((await one.inspect("ls", "/p")).words).toEqual([["ls"]]);
    await one.close();
  });

  test("close ends what is being read and leaves no thread", async () => {
    const one = createShellInspector(await shellFiles());
    await one.inspect("ls", "/p");
    const open = [one.inspect(`ls${" ab".repeat(600_000)}`, "/p"), one.inspect("ls", "/p")];
    const ends = Promise.allSettled(open);
    await one.close();
    expect((await ends).map((end) => end.status === "rejected" && end.reason.code)).toEqual(["cancelled", "cancelled"]);
    await expect(one.inspect("ls", "/p")).rejects.toMatchObject({ code: "cancelled" });
  });
});
