import { describe, expect, it } from "vitest";
import { personEnvironment, personShell } from "../../../src/main/desktop/person-shell.ts";

describe("the person's own shell", () => {
  it("gets the person's environment without what is ours and without keys that Spindle uses, wherever they stand", () => {
    const env = {
      PATH: "/usr/bin",
      HOME: "/home/p",
      MY_TOKEN: "mine",
      EDITOR: "vim",
      TERM: "dumb",
      TMUX: "/tmp/tmux",
      SPINDLE_HOME: "/data",
      ELECTRON_RUN_AS_NODE: "1",
      NODE_OPTIONS: "--inspect",
      CHROME_DESKTOP: "electron.desktop",
      OPENAI_API_KEY: "sk-used",
      URL: "https://u:sk-used@host",
      GONE: undefined,
    };
    expect(personEnvironment(env, ["sk-used", ""], "1.2.3")).toEqual({
      PATH: "/usr/bin",
      HOME: "/home/p",
      MY_TOKEN: "mine",
      EDITOR: "vim",
      TERM: "xterm-256color",
      COLORTERM: "truecolor",
      TERM_PROGRAM: "Spindle",
      TERM_PROGRAM_VERSION: "1.2.3",
    });
  });

  it("is what SHELL says, else what the system has for the user", () => {
    expect(personShell({ SHELL: "/usr/bin/zsh" })).toBe("/usr/bin/zsh");
    expect(personShell({})).toMatch(/^\//);
    expect(personShell({ SHELL: "not/absolute" })).toMatch(/^\//);
  });
});
