import { createLocalRunner } from "../../../src/main/runner/local-runner.ts";
import { atMost, type Report } from "../lib/figures.ts";
import { peakResidentMb, residentMb } from "../lib/process-state.ts";

const bytes = 1_073_741_824;

/** A command that prints 1 GB while somebody watches: what it holds in memory, and how long after its exit the result comes. */
export async function flood(report: Report): Promise<void> {
  const runner = createLocalRunner();
  try {
    const request = { cwd: "/", env: { PATH: process.env["PATH"] ?? "" }, timeoutMs: 300_000 };
    const never = new AbortController().signal;
    await runner.run({ ...request, argv: ["bash", "-c", "head -c 50000000 /dev/zero"] }, never, () => undefined);
    const before = residentMb();
    let late = Number.NaN;
    const peak = await peakResidentMb(async () => {
      // The last thing it does is to say what time it is.
      const result = await runner.run(
        { ...request, argv: ["bash", "-c", `head -c ${bytes} /dev/zero; date +%s%N >&2`] },
        never,
        () => undefined,
      );
      late = Date.now() - Number(result.stderr) / 1e6;
      if (result.omittedBytes < bytes - 2 ** 21) throw new Error("The command did not print 1 GB.");
    });
    report(atMost("1 GB of output: growth of resident memory", peak - before, 64, "MB"));
    report(atMost("1 GB of output: result after the command's exit", late, 300, "ms"));
  } finally {
    await runner.close();
  }
}
