// Guest side of the harness, evaluated in QuickJS before every script: the promise table, the outbox, timers and how a
// script ends. A script shares this realm and may change any built-in, so nothing here calls through a prototype a
// script can reach, except those frozen below. Records of the outbox are described in `wire.ts`.
(function () {
  "use strict";
  const NativePromise = Promise;
  const NativeError = Error;
  const { construct, apply } = Reflect;
  const { stringify } = JSON;
  const { create, defineProperty, freeze, setPrototypeOf } = Object;
  const { isArray } = Array;
  const text = String;
  const then = NativePromise.prototype.then;

  /** An array no script can reach through `Array.prototype`: index access only. */
  const list = () => setPrototypeOf([], null);

  /** How frames of the script begin. In a named runtime every script has another: code of earlier ones has no line here. */
  let scriptFrame = "(script.ts:";
  /** `line:column` of the innermost frame of the script in a stack, or "" when there is none. */
  function placeIn(stack) {
    const from = stack.indexOf(scriptFrame);
    return from < 0 ? "" : stack.slice(from + scriptFrame.length, stack.indexOf(")", from));
  }

  /** Where the script stands. */
  function place() {
    return placeIn(new NativeError().stack);
  }

  // --- outbox -------------------------------------------------------------------------------------------------------
  const bigValue = 65536;
  let out = "";
  let finished = false;
  let failing = false;
  /** Pieces of an outbox with long values: joined by the host, since joining them here would copy them once more. */
  let pieces = list();
  let pieceCount = 0;

  // A template is one concatenation for the engine, `+` one per part: 0.5 against 1.3 microseconds.
  function emit(record) {
    out += `,${record}`;
  }

  /** `before + value + after` as one record, without copying a long value. */
  function emitLong(before, value, after) {
    if (value.length < bigValue) return emit(before + value + after);
    emit(before);
    pieces[pieceCount++] = out;
    pieces[pieceCount++] = value;
    out = after;
  }

  function pull() {
    const timers = parts.takeTimers();
    if (out === "" && timers === "") return "";
    const all = (finished ? "F" : "-") + (pieceCount > 0 ? "" + pieceCount : "") + "|" + timers + "\n" + out;
    out = "";
    return all;
  }

  /** The pieces that stand before what `pull` gave, one by one and each only once. */
  function pullPiece(index) {
    const piece = pieces[index];
    pieces[index] = "";
    if (index === pieceCount - 1) {
      pieces = list();
      pieceCount = 0;
    }
    return piece;
  }

  // --- calls --------------------------------------------------------------------------------------------------------
  const callId = Symbol("call");
  let maxCalls = 0;
  let nextId = 0;
  /** Calls made by earlier scripts of the runtime: their promises carry numbers below it. */
  let base = 0;
  let generation = 0;
  let open = 0;
  let resolvers = list();
  let rejecters = list();
  /** Whether anything ever looked at the promise of a call: await, then, all, race … all read its `constructor`. */
  let seen = list();
  /** Calls that were rejected; with `seen` false at the end they are reported. */
  let rejected = list();

  function CallPromise() {}
  CallPromise.prototype = create(NativePromise.prototype, {
    constructor: {
      get() {
        const id = this[callId] - base;
        if (id >= 0) seen[id] = true;
        return NativePromise;
      },
    },
    abort: {
      value: function abort() {
        const id = this[callId] - base;
        if (id >= 0 && resolvers[id] !== undefined) emit("[1," + id + "]");
      },
    },
  });
  let lastResolve, lastReject;
  const executor = [
    (resolve, reject) => {
      lastResolve = resolve;
      lastReject = reject;
    },
  ];

  class ToolError extends NativeError {}
  defineProperty(ToolError.prototype, "name", { value: "ToolError", configurable: true, writable: true });

  function toolError(data) {
    const error = new ToolError(data.message);
    // Without a stack of its own the engine fills it in where the script awaits: the line a reader wants.
    delete error.stack;
    error.code = data.code;
    error.tool = data.tool;
    error.arguments = data.arguments;
    if (data.line !== null) error.line = data.line;
    if (data.hint !== undefined) error.hint = data.hint;
    if (data.details !== undefined) error.details = data.details;
    return error;
  }

  /** The function behind `tools.NAME`. It takes the stack itself: every frame above costs as much as the rest. */
  function tool(name) {
    const recordEnd = '",' + stringify(name) + ",";
    return (input) => {
      const at = placeIn(new NativeError().stack);
      return call(name, at, at + recordEnd, input);
    };
  }

  /** The same for one place in the script that the compiler knows: without the stack a call costs half as much. */
  function toolAt(name, at) {
    const recordEnd = '",' + stringify(name) + ",";
    const recordHead = at + recordEnd;
    const made = generation;
    return (input) => (made === generation ? call(name, at, recordHead, input) : call(name, "", recordEnd, input));
  }

  function call(name, at, recordHead, input) {
    const id = nextId++;
    const promise = construct(NativePromise, executor, CallPromise);
    const resolve = lastResolve;
    const reject = lastReject;
    promise[callId] = base + id;
    seen[id] = rejected[id] = false;
    let args = "{}";
    if (input !== undefined) {
      try {
        args = stringify(input);
        if (args === undefined) args = "null";
      } catch (error) {
        return refuse(id, promise, reject, "invalid_input", "The input of tools." + name + " is not JSON: " + messageOf(error), name, at);
      }
    }
    if (finished) return refuse(id, promise, reject, "cancelled", "The script of this call has ended.", name, at);
    if (id >= maxCalls) return refuse(id, promise, reject, "too_many_calls", "The script made more than " + maxCalls + " calls.", name, at);
    open++;
    resolvers[id] = resolve;
    rejecters[id] = reject;
    if (args.length < bigValue) out += `,[0,${id},"${recordHead}${args}]`;
    else emitLong("[0," + id + ',"' + recordHead, args, "]");
    return promise;
  }

  /** Rejects a call that never leaves the guest. The host maps `at` when it becomes the script's error. */
  function refuse(id, promise, reject, code, message, name, at) {
    resolvers[id] = rejecters[id] = undefined;
    rejected[id] = true;
    const error = toolError({ message, code, tool: name, arguments: "", line: null });
    defineProperty(error, "at", { value: at });
    reject(error);
    return promise;
  }

  function messageOf(error) {
    try {
      return text(error !== null && typeof error === "object" && "message" in error ? error.message : error);
    } catch {
      return "unknown error";
    }
  }

  /** Host -> guest: results, errors and nothing else. */
  function deliver(batch) {
    for (let index = 0; index < batch.length; index += 3) {
      const id = batch[index + 1];
      const resolve = resolvers[id];
      if (resolve === undefined) continue;
      const reject = rejecters[id];
      resolvers[id] = rejecters[id] = undefined;
      open--;
      if (batch[index] === 0) resolve(batch[index + 2]);
      else {
        rejected[id] = true;
        reject(toolError(batch[index + 2]));
      }
    }
  }

  // --- end ----------------------------------------------------------------------------------------------------------
  /** Set by the parts evaluated after this one. */
  const parts = {
    inspect: undefined,
    toJson: undefined,
    dropped: undefined,
    raced: undefined,
    site: undefined,
    takeTimers: undefined,
    openTimers: undefined,
    renew: [],
  };

  function ids(condition) {
    let found = "";
    let count = 0;
    for (let id = 0; id < nextId && count < 1000; id++) {
      if (!condition(id)) continue;
      found += (count++ === 0 ? "" : ",") + id;
    }
    return "[" + found + "]";
  }

  function finish(before, value, after) {
    if (finished) return;
    emitLong(before, value, after);
    finished = true;
  }

  function tail() {
    return (
      ids((id) => resolvers[id] !== undefined && !seen[id]) +
      "," +
      ids((id) => rejected[id] && !seen[id]) +
      "," +
      parts.raced() +
      "," +
      parts.dropped()
    );
  }

  function done(value) {
    if (finished) return;
    try {
      const result = parts.toJson(value);
      finish("[5,", result.json, "," + result.lossy + "," + tail() + "]");
    } catch (error) {
      fail(error);
    }
  }

  function fail(error) {
    if (finished) return;
    failing = true;
    finish("[6,", describe(error, 0), "," + tail() + "]");
  }

  function read(object, key) {
    try {
      return object[key];
    } catch {
      return undefined;
    }
  }

  /** What the engine leaves empty: why `Promise.any` failed. */
  function allMessages(errors) {
    let joined = "All " + errors.length + " promises were rejected: ";
    for (let index = 0; index < errors.length && index < 3; index++) joined += (index > 0 ? "; " : "") + messageOf(errors[index]);
    return errors.length > 3 ? joined + "; …" : joined;
  }

  /** A thrown value as JSON: name, message, stack and what tool errors carry. Never throws for a hostile value. */
  function describe(error, depth) {
    const isObject = (typeof error === "object" && error !== null) || typeof error === "function";
    let message = isObject ? read(error, "message") : undefined;
    const stack = isObject ? read(error, "stack") : undefined;
    if (!(isObject && typeof message === "string" && (typeof stack === "string" || error instanceof NativeError))) {
      let shown;
      try {
        shown = parts.inspect(error);
      } catch {
        shown = "a value that cannot be shown";
      }
      return '{"name":"Error","thrown":true,"message":' + stringify("The script threw " + shown.slice(0, 4000)) + "}";
    }
    const errors = read(error, "errors");
    const all = isArray(errors) && errors.length > 0 ? errors : undefined;
    if (message === "" && all !== undefined) message = allMessages(all);
    const name = read(error, "name");
    let json = '{"name":' + stringify(typeof name === "string" ? name : "Error") + ',"message":' + stringify(message.slice(0, 8000));
    if (typeof stack === "string") json += ',"stack":' + stringify(stack.slice(0, 8000));
    const at = read(error, "at");
    if (typeof at === "string") json += ',"at":' + stringify(at);
    if (error instanceof ToolError) {
      const { code, tool, arguments: args, line, hint, details } = error;
      let extra = "";
      try {
        extra = stringify({ code, tool, arguments: args, line, hint, details });
      } catch {
        extra = stringify({ code: text(code), tool: text(tool) });
      }
      json += ',"call":' + extra;
    }
    const cause = all === undefined ? read(error, "cause") : all[0];
    if (cause !== undefined && depth < 3) json += ',"cause":' + describe(cause, depth + 1);
    return json + "}";
  }

  /** Starts the script: `script` gives its async function when it is told how to make a tool for a place. Returns its promise. */
  function run(script) {
    const promise = script(parts.site)();
    apply(then, promise, [done, fail]);
    return promise;
  }

  /** Forgets the script before: for the next one of a named runtime. What nobody settled stays unsettled. */
  function renew(file) {
    generation++;
    base += nextId;
    nextId = open = pieceCount = 0;
    resolvers = list();
    rejecters = list();
    seen = list();
    rejected = list();
    pieces = list();
    out = "";
    finished = failing = false;
    scriptFrame = "(" + file + ":";
    for (let index = 0; index < parts.renew.length; index++) parts.renew[index]();
  }

  /** How many things can still wake the script; -1 when its end could not be written (memory). */
  function idle() {
    return failing && !finished ? -1 : open + parts.openTimers();
  }

  function define(name, value) {
    defineProperty(globalThis, name, { value, writable: false, configurable: false, enumerable: true });
  }

  defineProperty(globalThis, "ToolError", { value: freeze(ToolError), writable: false, configurable: false });
  // What this file itself calls through a prototype or namespace, and what decides how a script ends.
  freeze(CallPromise.prototype);
  freeze(String.prototype);
  freeze(JSON);
  freeze(Reflect);

  return {
    guest: { pull, pullPiece, deliver, run, renew, idle, describe: (error) => describe(error, 0) },
    parts,
    fail,
    tool,
    toolAt,
    emit,
    place,
    isScriptFrame: (line) => line.includes(scriptFrame),
    callsLeft: () => (maxCalls > nextId ? maxCalls - nextId : 0),
    list,
    define,
    setMaxCalls: (count) => {
      maxCalls = count;
    },
  };
})();
