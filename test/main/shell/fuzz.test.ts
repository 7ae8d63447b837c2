import { expect, test } from "vitest";
import { createShellInspector } from "../../../src/main/shell/inspect.ts";
import { createRandom } from "../../support/random.ts";
import { shellFiles } from "../../support/worker-file.ts";

const count = process.env["SPINDLE_LONG"] === "1" ? 200_000 : 3_000;
const pieces = [
  "'\"`$(){}[]<>|&;\\ \n\t\r#=!*?~^-_/.0aé漢\0\uFEFF".split(""),
  ["🎉", "\ud800", "<<", "<<-", "<<<", "EOF", "\nEOF\n", "'EOF'", "&&", "||", ";;", "$(", "${", "$((", "[[", "]]"],
  "if |then |fi|for |do |done|case |in |esac|function |rm| -f|sudo |env |bash -c |trap |cd |apply_patch|applypatch".split("|"),
  "cat |sed -n |5p|rg |--files|find |-name |git grep |head -n |*** Begin Patch\n|*** End Patch".split("|"),
].flat();

test(`${count} random command lines: never an error, never slow, and answers that fit together`, async () => {
  const inspector = createShellInspector(await shellFiles());
  await inspector.inspect("", "/p");
  const random = createRandom(count);
  const bad: unknown[] = [];
  let slowest = 0;
  for (let n = 0; n < count; n++) {
    const cmd = Array.from({ length: 1 + random.int(random.chance(0.02) ? 2_000 : 30) }, () => pieces[random.int(pieces.length)]).join("");
    const startedAt = performance.now();
    const found = await inspector.inspect(cmd, "/p");
    slowest = Math.max(slowest, performance.now() - startedAt);
    const { patch, words, actions } = found;
    const fits =
      // A patch call is no script of plain words, and its text and folder stand in the command line.
      (patch === null || (words === null && cmd.includes(patch.text) && cmd.includes(patch.workdir ?? ""))) &&
      // No command is without words, and words stand in the command line piece by piece.
      (words ?? []).every((command) => command.length > 0 && !command.some((word) => /[$`]/.test(word) && !/['"\\]/.test(cmd))) &&
      // Unknown stands alone; what is not plain words is unknown.
      (actions.every((action) => action.type !== "unknown") || actions.length === 1) &&
      (words !== null || actions[0]?.type === "unknown") &&
      (!found.forcedRm || found.mayForceRm);
    if (!fits) bad.push({ cmd, found });
  }
  await inspector.close();
  expect(bad).toEqual([]);
  // Milliseconds; a line of 2,000 pieces takes about 30 on one idle core.
  expect(slowest).toBeLessThan(2_000);
}, 900_000);
