import type { SandboxedCommand } from "./sandbox.ts";

/**
 * Tells a failure of the wrapper itself (nothing ran) from a failure of the command, by what the run of a wrapped command
 * gave. Null when the command ran; otherwise the wrapper's own line.
 */
export function sandboxFailure(
  command: SandboxedCommand,
  result: { readonly exitCode: number; readonly stdout: string; readonly stderr: string },
): string | null {
  if (command.wrapper !== true || result.exitCode !== 1 || result.stdout !== "") return null;
  return /^(?:bwrap|landlock|prlimit|sandbox): .*/.exec(result.stderr)?.[0] ?? null;
}
