import { describe, expect, it } from "vitest";
import { commandEnvironment } from "../../../src/main/sandbox/command-environment.ts";

describe("the environment of a command", () => {
  it("is an allow list, what the settings add, and quiet defaults; keys and Electron's variables never pass", () => {
    const own = {
      PATH: "/bin",
      HOME: "/h",
      LC_ALL: "C",
      SECRET: "s",
      OPENAI_API_KEY: "k",
      NODE_OPTIONS: "--x",
      ELECTRON_RUN_AS_NODE: "1",
      MINE: "m",
      LD_PRELOAD: "/x.so",
      TERM: "xterm",
    };
    const env = commandEnvironment(own, {
      allow: ["MINE", "OPENAI_API_KEY", "NODE_OPTIONS", "ELECTRON_RUN_AS_NODE", "NOT_SET"],
      extra: { CI: "1" },
    });
    expect(env).toMatchObject({
      PATH: "/bin",
      HOME: "/h",
      LC_ALL: "C",
      MINE: "m",
      CI: "1",
      NO_COLOR: "1",
      TERM: "dumb",
      PAGER: "cat",
      GIT_PAGER: "cat",
    });
    expect(Object.keys(env).filter((name) => /SECRET|API_KEY|NODE_OPTIONS|ELECTRON|LD_/.test(name))).toEqual([]);
  });

  it.each(["LD_PRELOAD", "BASH_ENV", "ENV", "DYLD_INSERT_LIBRARIES"])("refuses %s from a call: it acts before the command", (name) => {
    expect(() => commandEnvironment({}, { allow: [], extra: { [name]: "x" } })).toThrow(
      expect.objectContaining({ code: "invalid_input", hint: expect.stringContaining("inside the command") }),
    );
  });

  it("refuses a NUL in a value: behind it would stand options of the sandbox", () => {
    expect(() => commandEnvironment({}, { allow: [], extra: { A: "x\0--bind\0/\0/" } })).toThrow(
      expect.objectContaining({ code: "invalid_input" }),
    );
  });

  it("refuses a name that is none", () => {
    expect(() => commandEnvironment({}, { allow: [], extra: { "A=B": "x" } })).toThrow(expect.objectContaining({ code: "invalid_input" }));
  });
});
