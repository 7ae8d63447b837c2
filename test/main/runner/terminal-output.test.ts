import { describe, expect, it } from "vitest";
import { createTerminalOutput } from "../../../src/main/runner/terminal-output.ts";

function collect() {
  const sent: string[] = [];
  const states: string[] = [];
  const output = createTerminalOutput((text) => sent.push(text), {
    pause: () => states.push("pause"),
    resume: () => states.push("resume"),
  });
  return { sent, states, output };
}

describe("a terminal's output", () => {
  it("is gathered, cut at 64 Ki characters and never inside one", async () => {
    const { sent, output } = collect();
    output.push("a");
    output.push("b");
    output.push(`${"x".repeat(64 * 1024 - 3)}😀tail`);
    expect(sent).toEqual([]);
    await expect.poll(() => sent.length).toBe(2);
    expect(sent[0]).toHaveLength(64 * 1024 - 1);
    expect(sent[1]).toBe("😀tail");
  });

  it("stops its source at 256 Ki that are not shown, once, and starts it again below 64 Ki", () => {
    const { sent, states, output } = collect();
    output.push("x".repeat(300 * 1024));
    output.push("y");
    expect(states).toEqual(["pause"]);
    output.end();
    expect(sent.join("")).toHaveLength(300 * 1024 + 1);
    output.shown(100 * 1024);
    expect(states).toEqual(["pause"]);
    output.shown(150 * 1024);
    expect(states).toEqual(["pause", "resume"]);
    // What was reported too often counts as nothing.
    output.shown(1_000_000);
    output.push("z".repeat(256 * 1024));
    expect(states).toEqual(["pause", "resume"]);
  });
});
