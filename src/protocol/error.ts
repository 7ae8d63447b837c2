import type { Json } from "./json.ts";

/**
 * Every code an error of Spindle can carry. A code never changes its meaning; people and scripts may rely on it.
 * Grouped by who can do something about it.
 */
export const errorCodes = [
  // The caller gave something wrong.
  "invalid_input",
  "unknown_tool",
  "empty_prompt",
  "usage",
  // Files and folders.
  "not_found",
  "not_a_file",
  "not_a_folder",
  "permission_denied",
  "outside_project",
  "binary_file",
  "too_large",
  "io_error",
  // Patches.
  "invalid_patch",
  "patch_failed",
  "undo_conflict",
  "still_running",
  // Search.
  "invalid_pattern",
  // Commands.
  "command_not_started",
  "command_failed",
  "sandbox_unavailable",
  // Approvals.
  "denied",
  "untrusted_folder",
  // Scripts.
  "script_syntax",
  "script_error",
  "script_timeout",
  "script_out_of_memory",
  "script_deadlock",
  "script_crashed",
  "too_many_calls",
  // Stopping.
  "cancelled",
  "timeout",
  "interrupted",
  // Tasks.
  "budget_exceeded",
  "too_many_tasks",
  "task_not_running",
  // Providers.
  "no_api_key",
  "unauthorized",
  "rate_limited",
  "provider_error",
  "provider_unreachable",
  "provider_timeout",
  "malformed_stream",
  "stream_cut",
  "context_too_long",
  "unknown_model",
  // Data folder.
  "conversation_not_found",
  "conversation_busy",
  "log_damaged",
  "task_not_found",
  "settings_invalid",
  // Ours.
  "bad_request",
  "internal",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** An error as data: what crosses the gate, IPC, the worker border and the log. */
export interface ErrorData {
  readonly code: ErrorCode;
  /** One sentence a person understands. */
  readonly message: string;
  /** What to do next, when there is something to do. */
  readonly hint?: string;
  /** Facts for programs: paths, lines, limits. */
  readonly details?: { readonly [key: string]: Json };
}

/** The one error class of Spindle. Thrown inside main; becomes `ErrorData` at the gate, at IPC and at the worker border. */
export class SpindleError extends Error {
  override readonly name = "SpindleError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: { readonly [key: string]: Json } | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; details?: { readonly [key: string]: Json }; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
  }
}

/** Turns anything thrown into data. Unknown errors become `internal` with their message kept. */
export function toErrorData(error: unknown): ErrorData {
  if (error instanceof SpindleError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.details === undefined ? {} : { details: error.details }),
    };
  }
  if (error instanceof Error && error.name === "AbortError") return { code: "cancelled", message: "The operation was cancelled." };
  return { code: "internal", message: error instanceof Error ? error.message : String(error) };
}

/** Ends a `switch` over a union; a missing case is a compile error. */
export function assertNever(value: never): never {
  throw new SpindleError("internal", `Unexpected value: ${JSON.stringify(value)}`);
}
