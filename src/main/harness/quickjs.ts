import * as variantModule from "@jitl/quickjs-wasmfile-release-sync";
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type JSContextPointer,
  type JSRuntimePointer,
  type JSValueConstPointer,
  type JSValuePointer,
  type QuickJSEmscriptenModule,
  type QuickJSFFI,
  type QuickJSSyncVariant,
} from "quickjs-emscripten-core";

import { createHeap, type HeapImage } from "./heap.ts";

/** Compiled QuickJS; shared by all workers. */
export type WasmModule = WebAssembly.Module;

type EmscriptenOptions = NonNullable<NonNullable<Parameters<typeof newVariant>[1]>["emscriptenModule"]>;

/** A value inside a realm. Freed with `free`, or with the realm. */
export type Handle = JSValuePointer;

/** The engine cannot go on: `memory` when the guest's memory is full, `broken` when the host itself failed inside it. */
export class EngineError extends Error {
  readonly kind: "memory" | "broken";
  constructor(kind: "memory" | "broken", message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

type EvalResult = { readonly ok: true; readonly value: Handle } | { readonly ok: false; readonly error: Handle };

/** One runtime with one context: what a script lives in. Every method throws `EngineError` when memory or the engine fails. */
export interface Realm {
  evaluate(code: string, file: string): EvalResult;
  call(fn: Handle, ...args: readonly Handle[]): EvalResult;
  property(object: Handle, name: string): Handle;
  number(value: number): Handle;
  /** Decodes binary JSON into a value. */
  decode(bytes: Uint8Array): Handle;
  /** A string without NUL; slow for long text. */
  text(value: string): Handle;
  /** A string value up to its first NUL. */
  string(value: Handle): string;
  toNumber(value: Handle): number;
  /** Binary JSON of a value, copied out. */
  encode(value: Handle | JSValueConstPointer): Uint8Array;
  /** The `stack` of the error a promise was rejected with; undefined while it is not rejected with an error. */
  rejectionStack(promise: Handle): string | undefined;
  /** Runs at most `max` jobs; returns how many ran. Fewer than `max` means none is left. */
  runJobs(max: number): number;
  free(value: Handle): void;
}

/** The memory of an engine at rest: another engine of the same module that gets it has the same realm, handles and all. */
export interface Snapshot {
  readonly runtime: number;
  readonly context: number;
  readonly scratch: number;
  readonly image: HeapImage;
}

export interface Engine {
  readonly memoryMb: number;
  readonly realm: Realm;
  /** Asked while code of the realm runs; true ends it in a way the code cannot catch. */
  shouldStop: () => boolean;
  /** Answers a synchronous call of the guest: binary JSON in and out. It must not throw. */
  onHostCall: (bytes: Uint8Array) => Uint8Array;
  /** The function in the realm that ends up in `onHostCall`, with one argument. */
  hostFunction(): Handle;
  /** Takes the state as it is now; nothing of the guest may be running. */
  snapshot(shared?: boolean): Snapshot;
  /** True when a snapshot can be put into this engine: same module, same places. */
  fits(snapshot: Snapshot): boolean;
  /** Back to a snapshot that fits, whatever a script left behind; what it wrote elsewhere becomes zero. */
  restore(snapshot: Snapshot): void;
  /** How many MB were written since the engine was made or restored, at most: only a new engine gives them back. */
  usedMb(): number;
}

/** A CommonJS bundle that leaves this package outside sees its default export one level deeper. */
const variant = unwrapDefault(variantModule.default);

const strictFlag = 1 << 3;
const rejectedState = 2;
const mib = 1024 * 1024;
/** Kept free before every write of the host: its own small allocations are not checked by the glue code. */
const headroom = 64 * 1024;
/** Fits a worker with `resourceLimits.stackSizeMb` 16: QuickJS's own check fires before the thread's stack ends. */
const guestStackBytes = 256 * 1024;

/**
 * QuickJS (bellard, release-sync, quickjs-emscripten 0.32) by its raw functions, with one realm. Memory is fixed from the
 * start: a memory that grows while jobs run corrupts the wrapper's out-pointers, and `setMemoryLimit` counts only single
 * requests. With `from` the realm is that of the snapshot.
 */
export async function createEngine(wasm: WasmModule, memoryMb: number, from?: Snapshot): Promise<Engine> {
  const pages = memoryMb * 16;
  const wasmMemory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  // An abort is reported as an error; its text on the console helps nobody.
  const own = newVariant(variant, { wasmModule: wasm, wasmMemory, emscriptenModule: { printErr: () => undefined } as EmscriptenOptions });
  const loaded: { module?: QuickJSEmscriptenModule } = {};
  const core = await newQuickJSWASMModuleFromVariant({
    ...own,
    importModuleLoader: async () => {
      const load = await own.importModuleLoader();
      if (typeof load !== "function") throw new EngineError("broken", "QuickJS has no loader.");
      return async (options) => (loaded.module = await load(options));
    },
  });
  const module = loaded.module;
  if (module === undefined) throw new EngineError("broken", "QuickJS did not load.");
  const ffi = core.getFFI() as QuickJSFFI;
  const words = new Int32Array(wasmMemory.buffer);
  const heap = createHeap(
    { memory: wasmMemory.buffer, malloc: (size) => module._malloc(size), free: (at) => module._free(at) },
    from?.image.layout,
  );
  if (from !== undefined) heap.restore(from.image);
  const runtime = (from?.runtime ?? guard(() => ffi.QTS_NewRuntime())) as JSRuntimePointer;
  const context = (from?.context ??
    guard(() => ffi.QTS_NewContext(runtime, 0 as Parameters<QuickJSFFI["QTS_NewContext"]>[1]))) as JSContextPointer;
  /** For arguments and results of the glue. */
  const scratch = from?.scratch ?? module._malloc(64);
  if (from === undefined) {
    ffi.QTS_RuntimeSetMaxStackSize(runtime, guestStackBytes);
    ffi.QTS_RuntimeEnableInterruptHandler(runtime);
  }
  const engine: Engine = {
    memoryMb,
    realm: createRealm({ module, ffi, words, scratch, runtime, context }),
    shouldStop: () => false,
    onHostCall: () => new Uint8Array(),
    hostFunction: () => ffi.QTS_NewFunction(context, "host", 1, false, 1 as Parameters<QuickJSFFI["QTS_NewFunction"]>[4]),
    snapshot: (shared) => ({ runtime, context, scratch, image: heap.image(shared) }),
    fits: (snapshot) => snapshot.runtime === runtime && snapshot.context === context && snapshot.scratch === scratch,
    restore: (snapshot) => heap.restore(snapshot.image),
    usedMb: () => heap.end() / mib,
  };
  module.callbacks = {
    ...module.callbacks,
    shouldInterrupt: () => (engine.shouldStop() ? 1 : 0),
    freeHostRef: () => undefined,
    callFunction: (_asyncify, _context, _self, _count, args) => {
      // Nothing may be thrown through the engine's frames: without an answer the guest sees undefined.
      try {
        const argument = ffi.QTS_ArgvGetJSValueConstPointer(args, 0);
        return engine.realm.decode(engine.onHostCall(engine.realm.encode(argument)));
      } catch {
        return 0 as Handle;
      }
    },
  };
  return engine;
}

interface RealmParts {
  readonly module: QuickJSEmscriptenModule;
  readonly ffi: QuickJSFFI;
  readonly words: Int32Array;
  readonly scratch: number;
  readonly runtime: JSRuntimePointer;
  readonly context: JSContextPointer;
}

function createRealm({ module, ffi, words, scratch, runtime, context }: RealmParts): Realm {
  const undefinedValue = ffi.QTS_GetUndefined();

  /** Room for `size` bytes of the caller plus the glue's own; anything less would be written over address 0. */
  const allocate = (size: number): number => {
    const probe = module._malloc(size + headroom);
    if (probe === 0) throw new EngineError("memory", "The script's memory is full.");
    module._free(probe);
    return module._malloc(size);
  };
  const checked = (value: JSValuePointer): Handle => {
    if (value === 0) throw new EngineError("memory", "The script's memory is full.");
    return value;
  };
  const result = (value: JSValuePointer): EvalResult => {
    const error = ffi.QTS_ResolveException(context, checked(value));
    if (error === 0) return { ok: true, value };
    ffi.QTS_FreeValuePointer(context, value);
    return { ok: false, error };
  };
  const writeText = (value: string): { at: number; size: number } => {
    const size = module.lengthBytesUTF8(value);
    const at = allocate(size + 1);
    module.stringToUTF8(value, at as Parameters<typeof module.stringToUTF8>[1], size + 1);
    return { at, size };
  };
  const take = (outcome: EvalResult): Handle => {
    if (outcome.ok) return outcome.value;
    const message = realm.string(outcome.error);
    ffi.QTS_FreeValuePointer(context, outcome.error);
    throw thrownByEngine(message);
  };

  const realm: Realm = {
    evaluate: (code, file) =>
      guard(() => {
        const source = writeText(code);
        const value = ffi.QTS_Eval(
          context,
          source.at as Parameters<QuickJSFFI["QTS_Eval"]>[1],
          source.size,
          file,
          0 as Parameters<QuickJSFFI["QTS_Eval"]>[4],
          strictFlag as Parameters<QuickJSFFI["QTS_Eval"]>[5],
        );
        module._free(source.at);
        return result(value);
      }),
    call: (fn, ...args) =>
      guard(() => {
        allocate(0);
        for (let index = 0; index < args.length; index++) words[(scratch >> 2) + index] = args[index] ?? 0;
        return result(ffi.QTS_Call(context, fn, undefinedValue, args.length, scratch as Parameters<QuickJSFFI["QTS_Call"]>[4]));
      }),
    property: (object, name) =>
      guard(() => {
        const key = realm.text(name);
        const value = take(result(ffi.QTS_GetProp(context, object, key)));
        realm.free(key);
        return value;
      }),
    number: (value) => guard(() => checked(ffi.QTS_NewFloat64(context, value))),
    decode: (bytes) =>
      guard(() => {
        const at = allocate(bytes.length);
        module.HEAPU8.set(bytes, at);
        const buffer = checked(ffi.QTS_NewArrayBuffer(context, at as Parameters<QuickJSFFI["QTS_NewArrayBuffer"]>[1], bytes.length));
        const value = result(ffi.QTS_bjson_decode(context, buffer));
        realm.free(buffer);
        return take(value);
      }),
    text: (value) =>
      guard(() => {
        const source = writeText(value);
        const handle = checked(ffi.QTS_NewString(context, source.at as Parameters<QuickJSFFI["QTS_NewString"]>[1]));
        module._free(source.at);
        return handle;
      }),
    string: (value) =>
      guard(() => {
        const at = ffi.QTS_GetString(context, value);
        if (at === 0) throw new EngineError("broken", "a value could not be read");
        const text = module.UTF8ToString(at);
        ffi.QTS_FreeCString(context, at);
        return text;
      }),
    toNumber: (value) => guard(() => ffi.QTS_GetFloat64(context, value)),
    encode: (value) =>
      guard(() => {
        allocate(0);
        const encoded = take(result(ffi.QTS_bjson_encode(context, value)));
        const size = ffi.QTS_GetArrayBufferLength(context, encoded);
        allocate(size);
        const at: number = ffi.QTS_GetArrayBuffer(context, encoded);
        const copy = module.HEAPU8.slice(at, at + size);
        module._free(at);
        realm.free(encoded);
        return copy;
      }),
    rejectionStack: (promise) =>
      guard(() => {
        if (ffi.QTS_PromiseState(context, promise) !== rejectedState) return undefined;
        const reason = checked(ffi.QTS_PromiseResult(context, promise));
        const stack = realm.property(reason, "stack");
        const text = realm.string(stack);
        realm.free(stack);
        realm.free(reason);
        return text;
      }),
    runJobs: (max) =>
      guard(() => {
        if (ffi.QTS_IsJobPending(runtime) === 0) return 0;
        const value = ffi.QTS_ExecutePendingJob(runtime, max, scratch as Parameters<QuickJSFFI["QTS_ExecutePendingJob"]>[2]);
        const jobContext = words[scratch >> 2] as JSContextPointer | undefined;
        if (jobContext === undefined || jobContext === 0) {
          ffi.QTS_FreeValuePointerRuntime(runtime, value);
          return 0;
        }
        const ran = result(value);
        // An exception here is the interrupt, or a job of the engine that could not even report: `max` means look again.
        const count = ran.ok ? ffi.QTS_GetFloat64(context, ran.value) : max;
        realm.free(ran.ok ? ran.value : ran.error);
        return count;
      }),
    free: (value) => ffi.QTS_FreeValuePointer(context, value),
  };
  return realm;
}

function unwrapDefault(module: QuickJSSyncVariant | { readonly default: QuickJSSyncVariant }): QuickJSSyncVariant {
  return "default" in module ? module.default : module;
}

/** An exception nothing of the script can have caused: lack of memory (then even the error may be missing), or a fault. */
export function thrownByEngine(message: string): EngineError {
  return message === "null" || message.includes("out of memory") ? new EngineError("memory", message) : new EngineError("broken", message);
}

/** A trap, a native stack overflow or an abort inside WASM leaves the instance unusable. */
function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError("broken", error instanceof Error ? error.message : String(error), { cause: error });
  }
}
