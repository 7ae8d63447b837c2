import { z } from "zod";
import { errorCodes, SpindleError, toErrorData, type ErrorData } from "../../protocol/error.ts";
import type { Json } from "../../protocol/json.ts";
import type { RunRequest } from "./runner.ts";
import type { TerminalRequest } from "./terminal.ts";

/**
 * What main and the broker say to each other. Everything is plain JSON (bytes as base64), so that the same messages pass
 * Electron's `utilityProcess` and Node's `child_process.fork`.
 */
const requestSchema = z.strictObject({
  argv: z.array(z.string()).min(1),
  cwd: z.string(),
  env: z.record(z.string(), z.string()),
  timeoutMs: z.number(),
  maxBytes: z.number().optional(),
  wholeOutputBytes: z.number().optional(),
  stdin: z.string().optional(),
  fd3: z.string().optional(),
  fd4: z.string().optional(),
  wrapper: z.boolean().optional(),
});

const terminalRequestSchema: z.ZodType<TerminalRequest> = z.strictObject({
  id: z.string(),
  shell: z.string(),
  cwd: z.string(),
  env: z.record(z.string(), z.string()),
  columns: z.number(),
  rows: z.number(),
});

/**
 * Main to broker. `close` is answered by `closed` when every child is dead, `terminalOpen` by `terminalOpened` or
 * `terminalFailed`, `terminalCloseAll` by `terminalsClosed`.
 */
export const toBrokerSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("terminalOpen"), request: terminalRequestSchema }),
  z.strictObject({ type: z.literal("terminalWrite"), id: z.string(), text: z.string() }),
  z.strictObject({ type: z.literal("terminalResize"), id: z.string(), columns: z.number(), rows: z.number() }),
  z.strictObject({ type: z.literal("terminalShown"), id: z.string(), count: z.number() }),
  z.strictObject({ type: z.literal("terminalClose"), id: z.string() }),
  z.strictObject({ type: z.literal("terminalCloseAll") }),
  z.strictObject({ type: z.literal("run"), id: z.number(), watched: z.boolean(), request: requestSchema }),
  z.strictObject({ type: z.literal("cancel"), id: z.number() }),
  z.strictObject({ type: z.literal("expire"), id: z.number() }),
  z.strictObject({ type: z.literal("close") }),
]);
export type ToBroker = z.infer<typeof toBrokerSchema>;

const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), z.record(z.string(), json)]),
);

const resultSchema = z.strictObject({
  exitCode: z.number(),
  signal: z.string().nullable(),
  stdout: z.string(),
  stderr: z.string(),
  output: z.string(),
  durationMs: z.number(),
  timedOut: z.boolean(),
  truncated: z.boolean(),
  omittedBytes: z.number(),
});

const errorSchema = z.strictObject({
  code: z.enum(errorCodes),
  message: z.string(),
  hint: z.string().optional(),
  details: z.record(z.string(), json).optional(),
});

/** Broker to main. Every `run` gets exactly one `done` or `failed`. */
export const fromBrokerSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("terminalOpened"), id: z.string() }),
  z.strictObject({ type: z.literal("terminalFailed"), id: z.string(), error: errorSchema }),
  z.strictObject({ type: z.literal("terminalOutput"), id: z.string(), text: z.string() }),
  z.strictObject({ type: z.literal("terminalEnded"), id: z.string(), exitCode: z.number(), signal: z.string().nullable() }),
  z.strictObject({ type: z.literal("terminalsClosed") }),
  z.strictObject({ type: z.literal("output"), id: z.number(), stream: z.enum(["stdout", "stderr"]), text: z.string() }),
  z.strictObject({ type: z.literal("done"), id: z.number(), result: resultSchema }),
  z.strictObject({ type: z.literal("failed"), id: z.number(), error: errorSchema }),
  z.strictObject({ type: z.literal("closed") }),
]);
export type FromBroker = z.infer<typeof fromBrokerSchema>;

type WireRequest = z.infer<typeof requestSchema>;

/** A request as it travels. */
export function encodeRequest(request: RunRequest): WireRequest {
  const bytes = (value: Uint8Array): string => Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  return {
    argv: [...request.argv],
    cwd: request.cwd,
    env: { ...request.env },
    timeoutMs: request.timeoutMs,
    ...(request.maxBytes === undefined ? {} : { maxBytes: request.maxBytes }),
    ...(request.wholeOutputBytes === undefined ? {} : { wholeOutputBytes: request.wholeOutputBytes }),
    ...(request.wrapper === undefined ? {} : { wrapper: request.wrapper }),
    ...(request.stdin === undefined ? {} : { stdin: bytes(request.stdin) }),
    ...(request.fd3 === undefined ? {} : { fd3: bytes(request.fd3) }),
    ...(request.fd4 === undefined ? {} : { fd4: bytes(request.fd4) }),
  };
}

/** A request as it arrived. */
export function decodeRequest(wire: WireRequest): RunRequest {
  const [program, ...rest] = wire.argv;
  if (program === undefined) throw new SpindleError("command_not_started", "The command is empty.");
  const bytes = (value: string): Uint8Array => Buffer.from(value, "base64");
  return {
    argv: [program, ...rest],
    cwd: wire.cwd,
    env: wire.env,
    timeoutMs: wire.timeoutMs,
    ...(wire.maxBytes === undefined ? {} : { maxBytes: wire.maxBytes }),
    ...(wire.wholeOutputBytes === undefined ? {} : { wholeOutputBytes: wire.wholeOutputBytes }),
    ...(wire.wrapper === undefined ? {} : { wrapper: wire.wrapper }),
    ...(wire.stdin === undefined ? {} : { stdin: bytes(wire.stdin) }),
    ...(wire.fd3 === undefined ? {} : { fd3: bytes(wire.fd3) }),
    ...(wire.fd4 === undefined ? {} : { fd4: bytes(wire.fd4) }),
  };
}

/** An error as it travels; JSON only. */
export function encodeError(error: unknown): z.infer<typeof errorSchema> {
  const data: ErrorData = toErrorData(error);
  return {
    code: data.code,
    message: data.message,
    ...(data.hint === undefined ? {} : { hint: data.hint }),
    ...(data.details === undefined ? {} : { details: { ...data.details } }),
  };
}

/** An error as it arrived. */
export function decodeError(wire: z.infer<typeof errorSchema>): SpindleError {
  return new SpindleError(wire.code, wire.message, {
    ...(wire.hint === undefined ? {} : { hint: wire.hint }),
    ...(wire.details === undefined ? {} : { details: wire.details }),
  });
}
