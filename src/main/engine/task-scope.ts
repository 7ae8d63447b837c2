import { SpindleError } from "../../protocol/error.ts";
import { type ApprovalMode, approvalModes, type SandboxLevel, sandboxLevels } from "../../protocol/settings.ts";
import type { TaskScope } from "../../protocol/task.ts";
import type { SpawnInput } from "../../protocol/tools.ts";

/** The stricter of two approval modes. */
export function leastApproval(a: ApprovalMode, b: ApprovalMode): ApprovalMode {
  return approvalModes.indexOf(a) <= approvalModes.indexOf(b) ? a : b;
}

/** The stricter of two sandbox levels. */
export function leastSandbox(a: SandboxLevel, b: SandboxLevel): SandboxLevel {
  return sandboxLevels.indexOf(a) <= sandboxLevels.indexOf(b) ? a : b;
}

/**
 * What a new task may do: what its starter may, or less where its options say so. `from.sandbox` is the level the gate
 * allowed for the spawn itself. Throws `invalid_input` for a tool that does not exist.
 */
export function scopeOf(input: SpawnInput, from: TaskScope, toolNames: readonly string[]): TaskScope {
  if (input.kind === "ask" || input.kind === "exec") return from;
  const wanted = input.kind === "agent" ? input.tools : undefined;
  const unknown = wanted?.find((name) => !toolNames.includes(name));
  if (unknown !== undefined)
    throw new SpindleError("invalid_input", `spawn: there is no tool named ${JSON.stringify(unknown)}.`, {
      hint: `The tools are ${toolNames.join(", ")}.`,
    });
  return {
    approval: leastApproval(from.approval, input.approval ?? from.approval),
    sandbox: leastSandbox(from.sandbox, input.sandbox ?? from.sandbox),
    tools: wanted === undefined ? from.tools : wanted.filter((name) => from.tools?.includes(name) ?? true),
  };
}
