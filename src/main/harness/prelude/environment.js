// Per script: `tools`, `context` and the limits, set just before the script runs.
(function (core) {
  "use strict";
  const { create, freeze, hasOwn, isFrozen, keys, defineProperty } = Object;
  const { tool, toolAt, asGiven, define } = core;

  /** Names that look alike: same letters without case and separators, or few edits away. */
  function closest(wanted, names) {
    const bare = (name) => name.replace(/[^A-Za-z0-9]/g, "").toLowerCase();
    const goal = bare(wanted);
    let best;
    let bestDistance = Math.max(2, Math.floor(goal.length / 3)) + 1;
    for (const name of names) {
      const other = bare(name);
      const distance = other === goal ? 0 : other.startsWith(goal) || goal.startsWith(other) ? 1 : edits(goal, other);
      if (distance < bestDistance) {
        best = name;
        bestDistance = distance;
      }
    }
    return best;
  }

  function edits(a, b) {
    if (a.length > 60 || b.length > 60) return 99;
    let row = Array.from({ length: b.length + 1 }, (_, index) => index);
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      row = next;
    }
    return row[b.length];
  }

  /** Without recursion: the input of `spindle run` may be nested as deeply as JSON can be. */
  function deepFreeze(value) {
    const waiting = core.list();
    let count = 0;
    waiting[count++] = value;
    while (count > 0) {
      const item = waiting[--count];
      if (typeof item !== "object" || item === null || isFrozen(item)) continue;
      freeze(item);
      const own = keys(item);
      for (let index = 0; index < own.length; index++) waiting[count++] = item[own[index]];
    }
    return value;
  }

  /** Read by protocols of the language (await, JSON, inspect) on any object: absent, not an unknown tool. */
  const quiet = ["then", "toJSON", "constructor", "valueOf", "toString", "__proto__", "nodeType", "$$typeof", "asymmetricMatch"];

  /** Scripts start from the same memory: without a seed all of them would draw the same numbers. Algorithm: sfc32. */
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const next = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t >>> 0;
  };
  const random = () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
  defineProperty(Math, "random", { value: random, writable: true, configurable: true });

  function seedRandom(seed) {
    a = seed[0] | 0;
    b = seed[1] | 0;
    c = seed[2] | 0;
    d = seed[3] | 0;
    for (let index = 0; index < 12; index++) next();
  }

  // --- helpers ------------------------------------------------------------------------------------------------------
  const { isArray } = Array;
  const { apply } = Reflect;
  const objectToString = Object.prototype.toString;
  const RegExpType = RegExp;
  let host;
  core.guest.setHost = (given) => {
    host = given;
  };

  /** Calls a function of the worker thread and waits for it: `[true, result]` or `[false, message]`. */
  function helper(name, count) {
    const helped = (...args) => {
      const sent = [name];
      for (let index = 0; index < args.length && index < count; index++) sent[index + 1] = sendable(args[index]);
      const answer = host(sent);
      if (isArray(answer) && answer[0]) return answer[1];
      const wrong = notJson(sent);
      if (wrong !== "") throw new TypeError("helpers." + name + ": " + wrong);
      // Without an answer, arguments or result had no room (a Proxy is the only other thing that cannot be sent).
      if (!isArray(answer))
        throw new RangeError("helpers." + name + ": too large for what is left of the script's memory (or given a Proxy); take less text.");
      throw new TypeError("helpers." + name + ": " + answer[1]);
    };
    defineProperty(helped, "name", { value: name });
    return helped;
  }

  /** Which argument is no JSON, and where in it; "" when all of them are. */
  function notJson(sent) {
    for (let index = 1; index < sent.length; index++) {
      const wrong = findWrong(sent[index], "", []);
      if (wrong === undefined) continue;
      const where = wrong.path === "" ? " is " + wrong.what : " has " + wrong.what + " at " + wrong.path;
      return "argument " + index + where + "; only plain JSON can be given. JSON.parse(JSON.stringify(value)) makes it plain.";
    }
    return "";
  }

  function findWrong(value, path, ancestors) {
    if (typeof value === "function" || typeof value === "symbol" || typeof value === "bigint") return { path, what: "a " + typeof value };
    if (typeof value !== "object" || value === null) return undefined;
    if (ancestors.includes(value)) return { path, what: "a cycle" };
    if (ancestors.length > 1000) return { path: "", what: "nested too deeply" };
    if (!isArray(value)) {
      const kind = apply(objectToString, value, []).slice(8, -1);
      if (kind !== "Object") return { path, what: (/^[AEIOU]/.test(kind) ? "an " : "a ") + kind };
    }
    ancestors.push(value);
    for (const key of keys(value)) {
      const wrong = findWrong(value[key], isArray(value) ? path + "[" + key + "]" : path === "" ? key : path + "." + key, ancestors);
      if (wrong !== undefined) return wrong;
    }
    ancestors.pop();
    return undefined;
  }

  function sendable(value) {
    if (value instanceof RegExpType) return { source: value.source, flags: value.flags };
    if (typeof value === "object" && value !== null && value.pattern instanceof RegExpType)
      return { ...value, pattern: sendable(value.pattern) };
    return value;
  }
  define("helpers", freeze({ search: helper("search", 3), lines: helper("lines", 2), query: helper("query", 2), diff: helper("diff", 3) }));

  // --- store --------------------------------------------------------------------------------------------------------
  const { stringify, parse } = JSON;
  const maxValue = 262144;
  const maxTotal = 4194304;

  /** Keys written since the outbox was pulled: of many values in a row only the last leaves the guest. */
  let dirty = create(null);
  let someDirty = false;
  let texts = create(null);
  let total = 0;

  function textOf(key, value) {
    if (value === undefined) return undefined;
    let json;
    try {
      json = stringify(value);
    } catch (error) {
      throw new TypeError("The value for " + stringify(key) + " is not JSON: " + core.messageOf(error));
    }
    if (json === undefined) throw new TypeError("The value for " + stringify(key) + " is not JSON: it is a " + typeof value + ".");
    return json;
  }

  function keep(key, json) {
    if (typeof key !== "string" || key === "") throw new TypeError("A key of the store is a string.");
    const grown = total - (texts[key] === undefined ? 0 : texts[key].length) + (json === undefined ? 0 : json.length);
    if (json !== undefined && json.length > maxValue)
      throw new RangeError("A value of the store may have " + maxValue + " characters of JSON; this one has " + json.length + ".");
    if (grown > maxTotal) throw new RangeError("The store may have " + maxTotal + " characters of JSON in all.");
    total = grown;
    if (json === undefined) delete texts[key];
    else texts[key] = json;
    dirty[key] = someDirty = true;
  }

  core.parts.takeStore = () => {
    if (!someDirty) return;
    const written = keys(dirty);
    dirty = create(null);
    someDirty = false;
    for (let index = 0; index < written.length; index++) {
      const key = written[index];
      core.emit("[3," + stringify(key) + (texts[key] === undefined ? "]" : "," + stringify(texts[key]) + "]"));
    }
  };

  /** Values that outlive the script, kept as JSON text: what comes out is always a copy. */
  function openStore(entries) {
    texts = create(null);
    total = 0;
    const own = keys(entries);
    for (let index = 0; index < own.length; index++) {
      const key = own[index];
      texts[key] = entries[key];
      total += texts[key].length;
    }
  }
  const store = freeze({
    get: (key) => (texts[key] === undefined ? undefined : parse(texts[key])),
    set: (key, value) => keep(key, textOf(key, value)),
    delete: (key) => keep(key, undefined),
    keys: () => keys(texts),
  });

  /** Once for a list of tools; the state after it serves every script with the same list. */
  core.guest.prepare = (names) => {
    const unknown = new Proxy(freeze(create(null)), {
      get(_, name) {
        if (typeof name !== "string" || quiet.includes(name)) return undefined;
        const near = closest(name, names);
        throw new TypeError(
          "tools." +
            name +
            " does not exist." +
            (near === undefined ? "" : " Did you mean tools." + near + "?") +
            " Known tools: " +
            names.join(", ") +
            ".",
        );
      },
    });
    const tools = create(unknown);
    core.knowsTasks(names);
    for (const name of names) {
      const made = asGiven(name, tool(name));
      defineProperty(made, "name", { value: name });
      defineProperty(tools, name, { value: freeze(made), enumerable: true });
    }
    define("tools", freeze(tools));
    core.parts.site = (name, at) => (hasOwn(tools, name) ? asGiven(name, toolAt(name, at)) : (...args) => tools[name](...args));
  };

  /** What is left of the limits, as it is when it is read. */
  function liveBudget(given) {
    const left = (which) => host(["@left"])[1][which];
    const budget = { ...given };
    defineProperty(budget, "cpuMs", { get: () => left(0), enumerable: true });
    defineProperty(budget, "wallMs", { get: () => left(1), enumerable: true });
    defineProperty(budget, "calls", { get: core.callsLeft, enumerable: true });
    return freeze(budget);
  }

  let context;
  let hasStore = false;
  defineProperty(globalThis, "context", {
    get: () => context,
    set() {
      throw new TypeError("'context' is read-only");
    },
    enumerable: true,
  });

  /** For each script. */
  core.guest.start = (config) => {
    core.setMaxCalls(config.maxCalls);
    seedRandom(config.seed);
    context = config.context;
    if (typeof context === "object" && context !== null && typeof context.budget === "object") {
      const { budget } = context;
      delete context.budget;
      context = { ...deepFreeze(context), budget: liveBudget(budget) };
    }
    deepFreeze(context);
    if (config.store === null) return;
    if (!hasStore) define("store", store);
    hasStore = true;
    openStore(config.store);
  };
  core.parts.renew.push(() => {
    dirty = create(null);
    someDirty = false;
  });
});
