// The script's `Promise`: the engine's own, wrapped so that a promise made by hand remembers where it was made. When
// nothing can wake the script any more, the places of those that were waited for name the line of the deadlock.
(function (core) {
  "use strict";
  const NativePromise = Promise;
  const { construct, apply } = Reflect;
  const { defineProperty, freeze, getOwnPropertyNames } = Object;
  const { list, place, parts, callOf, callsMade } = core;
  const { isArray } = Array;
  const then = NativePromise.prototype.then;
  const origin = Symbol("origin");
  const keepAtMost = 256;
  let created = list();
  let createdCount = 0;
  /** Calls given to `all`, `race` … together, as first and last number: they were nearly always made one after the other. */
  let groups = list();
  let groupCount = 0;
  /** Calls before it may belong to what lost a race. */
  let raceEnd = 0;

  /** Drops what is settled; when that is not enough, the oldest. */
  function forget() {
    const kept = list();
    let count = 0;
    for (let index = 0; index < createdCount; index++) if (!created[index].done) kept[count++] = created[index];
    if (count > keepAtMost / 2) {
      const from = count - keepAtMost / 2;
      for (let index = from; index < count; index++) kept[index - from] = kept[index];
      count -= from;
    }
    created = kept;
    createdCount = count;
  }

  function WrappedPromise(run) {
    if (new.target === undefined) throw new TypeError("Promise must be called with new");
    const target = new.target === WrappedPromise ? NativePromise : new.target;
    if (typeof run !== "function") return construct(NativePromise, [run], target);
    const record = { at: place(), done: false, seen: false };
    if (createdCount >= keepAtMost) forget();
    created[createdCount++] = record;
    const executor = (resolve, reject) => {
      try {
        run(
          (value) => {
            record.done = true;
            resolve(value);
          },
          (error) => {
            record.done = true;
            reject(error);
          },
        );
      } catch (error) {
        record.done = true;
        throw error;
      }
    };
    const promise = construct(NativePromise, [executor], target);
    promise[origin] = record;
    return promise;
  }
  defineProperty(WrappedPromise, "name", { value: "Promise" });

  /** Remembers the calls of a list. False when it holds something else, which may wait for calls nobody sees here. */
  function group(items, how) {
    if (!isArray(items)) return false;
    let first = 0;
    let last = items.length - 1;
    while (first <= last && !(numberOf(items[first]) >= 0)) first++;
    while (last > first && !(numberOf(items[last]) >= 0)) last--;
    if (first > last) return items.length === 0;
    if (groupCount < keepAtMost) groups[groupCount++] = { from: numberOf(items[first]), to: numberOf(items[last]), how };
    return first === 0 && last === items.length - 1;
  }

  function numberOf(item) {
    return typeof item === "object" && item !== null ? callOf(item) : NaN;
  }

  function raceIsOver() {
    raceEnd = callsMade();
  }

  const names = getOwnPropertyNames(NativePromise);
  for (let index = 0; index < names.length; index++) {
    const name = names[index];
    const native = NativePromise[name];
    if (typeof native !== "function") continue;
    const races = name === "race" || name === "any";
    const many = races || name === "all" || name === "allSettled";
    const wrapped = function (...args) {
      const whole = !many || group(args[0], name);
      const result = apply(native, this === WrappedPromise ? NativePromise : this, args);
      if (races && !whole) apply(then, result, [raceIsOver, raceIsOver]);
      return result;
    };
    defineProperty(wrapped, "name", { value: name });
    defineProperty(WrappedPromise, name, { value: wrapped, configurable: true });
  }
  defineProperty(WrappedPromise, "withResolvers", {
    value: function withResolvers() {
      let resolve, reject;
      const promise = new WrappedPromise((a, b) => {
        resolve = a;
        reject = b;
      });
      return { promise, resolve, reject };
    },
  });
  defineProperty(WrappedPromise, "prototype", { value: NativePromise.prototype, writable: false });
  // Everything that waits for a promise reads its constructor, and only the engine's own lets `await` take its short way.
  defineProperty(NativePromise.prototype, "constructor", {
    get() {
      const record = this[origin];
      if (record !== undefined) record.seen = true;
      return NativePromise;
    },
    set: undefined,
  });

  parts.renew.push(() => {
    created = list();
    createdCount = 0;
    groups = list();
    groupCount = raceEnd = 0;
  });
  /** Nobody needs to read the error of a call that was raced or settled with others, or of whose group one was read. */
  parts.isHandled = (id, isRead) => {
    for (let index = 0; index < groupCount; index++) {
      const { from, to, how } = groups[index];
      if (id < from || id > to) continue;
      if (how !== "all") return true;
      for (let other = from; other <= to; other++) if (isRead(other)) return true;
    }
    return false;
  };
  parts.isRaced = (id) => {
    if (id < raceEnd) return true;
    for (let index = 0; index < groupCount; index++) {
      const { from, to, how } = groups[index];
      if (id >= from && id <= to && (how === "race" || how === "any")) return true;
    }
    return false;
  };
  core.guest.stuck = () => {
    let places = "";
    for (let index = 0; index < createdCount; index++) {
      const record = created[index];
      if (!record.done && record.seen && record.at !== "") places += record.at + " ";
    }
    return places;
  };

  defineProperty(globalThis, "Promise", { value: WrappedPromise, writable: false, configurable: false });
  freeze(WrappedPromise);
  freeze(NativePromise);
  freeze(NativePromise.prototype);
});
