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
  const text = String;
  const then = NativePromise.prototype.then;

  /** An array no script can reach through `Array.prototype`: index access only. */
  const list = () => setPrototypeOf([], null);

  /** How frames of the script begin. In a named runtime every script has another: code of earlier ones has no line here. */
  let scriptFrame = "(spindle:script:";
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
    parts.takeStore();
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
  /** What happened to each call, as bits. */
  let flags = list();
  /** Something looked at the promise: await, then, all, race … all read its `constructor`. */
  const SEEN = 1;
  const REJECTED = 2;
  /** Something read the message or code of its error, or was given it by `catch`. */
  const READ = 4;
  const ABORTED = 8;

  function CallPromise() {}
  CallPromise.prototype = create(NativePromise.prototype, {
    constructor: {
      get() {
        const id = this[callId] - base;
        if (id >= 0) flags[id] |= SEEN;
        return NativePromise;
      },
    },
    // Not `then`: Promise.all calls that for each of its promises.
    catch: {
      value: function (handler) {
        const id = this[callId] - base;
        if (id >= 0) flags[id] |= SEEN | READ;
        return apply(then, this, [undefined, handler]);
      },
    },
    abort: {
      value: function abort() {
        const id = this[callId] - base;
        if (!(id >= 0) || resolvers[id] === undefined || flags[id] & ABORTED) return;
        flags[id] |= ABORTED;
        emit("[1," + id + "]");
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

  function toolError(data, id) {
    const error = new ToolError();
    // Without a stack of its own the engine fills it in where the script awaits: the line a reader wants.
    delete error.stack;
    const number = base + id;
    watch(error, "message", data.message, number, false);
    watch(error, "code", data.code, number, true);
    error.tool = data.tool;
    error.arguments = data.arguments;
    if (data.line !== null) error.line = data.line;
    if (data.hint !== undefined) error.hint = data.hint;
    if (data.details !== undefined) error.details = data.details;
    return error;
  }

  /** An own property whose first read is remembered: an error nobody reads is one nobody knows of. */
  function watch(error, key, value, number, enumerable) {
    defineProperty(error, key, {
      // A script may have given every object a `value`.
      __proto__: null,
      get() {
        if (number >= base) flags[number - base] |= READ;
        return value;
      },
      set(other) {
        value = other;
      },
      enumerable,
      configurable: true,
    });
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

  /** What the script gets of a call is made of its result by `map`. */
  function adopt(promise, map) {
    const id = promise[callId] - base;
    const resolve = resolvers[id];
    if (resolve !== undefined) resolvers[id] = (value) => resolve(map(value));
    return promise;
  }

  function call(name, at, recordHead, input) {
    const id = nextId++;
    const promise = construct(NativePromise, executor, CallPromise);
    const resolve = lastResolve;
    const reject = lastReject;
    promise[callId] = base + id;
    flags[id] = 0;
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
    if (id >= maxCalls) {
      const message = "The script made more than " + maxCalls + " calls.";
      return refuse(id, promise, reject, "too_many_calls", message, name, at, args.slice(0, 200));
    }
    open++;
    resolvers[id] = resolve;
    rejecters[id] = reject;
    if (args.length < bigValue) out += `,[0,${id},"${recordHead}${args}]`;
    else emitLong("[0," + id + ',"' + recordHead, args, "]");
    return promise;
  }

  /** Rejects a call that never leaves the guest. The host maps `at` when it becomes the script's error. */
  function refuse(id, promise, reject, code, message, name, at, args = "") {
    resolvers[id] = rejecters[id] = undefined;
    flags[id] |= REJECTED;
    const error = toolError({ message, code, tool: name, arguments: args, line: null }, id);
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
        flags[id] |= REJECTED;
        reject(toolError(batch[index + 2], id));
      }
    }
  }

  // --- end ----------------------------------------------------------------------------------------------------------
  /** Set by the parts evaluated after this one. */
  const parts = {
    inspect: undefined,
    toJson: undefined,
    dropped: undefined,
    describe: undefined,
    isHandled: undefined,
    isRaced: undefined,
    site: undefined,
    takeTimers: undefined,
    openTimers: undefined,
    takeStore: undefined,
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
    const isRead = (id) => (flags[id] & READ) !== 0;
    return (
      ids((id) => resolvers[id] !== undefined && !(flags[id] & SEEN)) +
      "," +
      ids((id) => flags[id] & REJECTED && !(flags[id] & SEEN)) +
      "," +
      ids((id) => flags[id] & REJECTED && flags[id] & SEEN && !isRead(id) && !parts.isHandled(id, isRead)) +
      "," +
      ids((id) => resolvers[id] !== undefined && parts.isRaced(id)) +
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
    finish("[6,", parts.describe(error), "," + tail() + "]");
  }

  /** The promise of the script's own function. */
  let main;

  /** Starts the script: `script` gives its async function when it is told how to make a tool for a place. */
  function run(script) {
    main = script(parts.site)();
    apply(then, main, [done, fail]);
  }

  /** Forgets the script before: for the next one of a named runtime. What nobody settled stays unsettled. */
  function renew(file) {
    generation++;
    base += nextId;
    nextId = open = pieceCount = 0;
    resolvers = list();
    rejecters = list();
    flags = list();
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
  define("JSON", freeze(JSON));
  define("Reflect", freeze(Reflect));

  return {
    guest: { pull, pullPiece, deliver, run, main: () => main, renew, idle, describe: (error) => parts.describe(error) },
    parts,
    fail,
    tool,
    toolAt,
    adopt,
    emit,
    messageOf,
    place,
    /** The number of a call of this script by its promise; NaN for anything else. */
    callOf: (promise) => promise[callId] - base,
    callsMade: () => nextId,
    isScriptFrame: (line) => line.includes(scriptFrame),
    callsLeft: () => (maxCalls > nextId ? maxCalls - nextId : 0),
    list,
    define,
    setMaxCalls: (count) => {
      maxCalls = count;
    },
  };
})();
