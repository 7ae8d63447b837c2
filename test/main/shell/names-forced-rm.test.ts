import { describe, expect, it } from "vitest";
import { namesForcedRm } from "../../../src/main/shell/forced-rm.ts";

describe("the coarse look for a forced rm", () => {
  it.each([
    "rm -rf build",
    "rm -f x",
    "rm x -f",
    "rm --force x",
    "rm -rvf x",
    "/bin/rm -f x",
    "\\rm -f x",
    "'rm' '-f' x",
    "sudo -u x rm -rf /",
    "xargs rm -f",
    "a && rm -rf b",
    "for f in *; do rm -f $f; done",
    "$(rm -rf x)",
    "bash -c 'rm -rf x'",
    "timeout 5 rm \\\n -rf x",
    "X=1 rm -rf x",
    "find . -exec rm -f {} +",
    "(rm -fr x)",
  ])("finds it in %j", (cmd) => {
    expect(namesForcedRm(cmd)).toBe(true);
  });

  it.each([
    "rm x",
    "rm -r build",
    "rm -i x; ls -f",
    "npm run rm-files -f",
    "git rm-something -f",
    "grep -rf patterns",
    "rm -- -f",
    "echo farm -f",
    "docker run --rm -f x",
  ])("lets %j pass", (cmd) => {
    expect(namesForcedRm(cmd)).toBe(false);
  });
});
