import { describe, expect, it } from "vitest";
import { editorCommand, isPlainText } from "../../../src/main/desktop/editor-command.ts";

describe("the command that opens a file", () => {
  it("is split into words, and a path with spaces, quotes and signs of a shell stays one argument", () => {
    const file = `/p/a "b" $(rm -rf x); {line}.ts`;
    expect(editorCommand("code  -g {file}:{line}", file, 12)).toEqual({ program: "code", args: ["-g", `${file}:12`] });
    expect(editorCommand(`"/opt/My Editor/run" '--at line' +{line} {file}`, "/p/a", null)).toEqual({
      program: "/opt/My Editor/run",
      args: ["--at line", "+1", "/p/a"],
    });
  });

  it("gets the file as its last word when it does not name it", () => {
    expect(editorCommand("vim-gui", "/p/a b", 3)).toEqual({ program: "vim-gui", args: ["/p/a b"] });
    expect(editorCommand("x +{line}", "/p/a", 3)).toEqual({ program: "x", args: ["+3", "/p/a"] });
  });

  it.each(["code '-g {file}", "   ", "{file} -g", '"'])("refuses %j with what to do", (setting) => {
    expect(() => editorCommand(setting, "/p/a", 1)).toThrow(expect.objectContaining({ code: "settings_invalid" }));
  });
});

describe("what the system's own program may open", () => {
  it("is text that nothing runs; scripts only where opening does not run them", () => {
    for (const platform of ["linux", "darwin", "win32"] as const) {
      for (const name of ["a.ts", "B.MD", "x/y.json"])
        expect([platform, name, isPlainText(name, platform)]).toEqual([platform, name, true]);
      for (const name of ["a", "a.exe", "a.desktop", "a.html", "a.svg", "a.bat", "a.command", "a.jar", "a.lnk", ".ts", "a.ts.app"])
        expect([platform, name, isPlainText(name, platform)]).toEqual([platform, name, false]);
    }
    expect(
      ["a.js", "a.py", "a.sh"].map((name) => [isPlainText(name, "linux"), isPlainText(name, "win32"), isPlainText(name, "darwin")]),
    ).toEqual(Array.from({ length: 3 }, () => [true, false, false]));
  });
});
