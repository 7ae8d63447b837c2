// The script's `Promise`: the engine's own, wrapped so that a promise made by hand remembers where it was made. When
// nothing can wake the script any more, the places of those that were waited for name the line of the deadlock.
(function (core) {
  "use strict";
  const NativePromise = Promise;
  const { construct, apply } = Reflect;
  const { defineProperty, freeze, getOwnPropertyNames } = Object;
  const { list, place, parts } = core;
  const origin = Symbol("origin");
  const keepAtMost = 256;
  let created = list();
  let createdCount = 0;
  let raced = false;

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

  const names = getOwnPropertyNames(NativePromise);
  for (let index = 0; index < names.length; index++) {
    const name = names[index];
    const native = NativePromise[name];
    if (typeof native !== "function") continue;
    const races = name === "race" || name === "any";
    const wrapped = function (...args) {
      if (races) raced = true;
      return apply(native, this === WrappedPromise ? NativePromise : this, args);
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
    raced = false;
  });
  parts.raced = () => raced;
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
