// Timers: the script's functions stay here, the worker only knows numbers and delays.
(function (core) {
  "use strict";
  const { apply } = Reflect;
  const { create } = Object;
  const { parts, define, fail } = core;
  const NativePromise = Promise;
  const then = NativePromise.prototype.then;
  const settled = NativePromise.resolve();
  let timers = create(null);
  let next = 1;
  let count = 0;
  /** `+id:delay;` and `-id:0;` since the outbox was pulled. */
  let operations = "";

  define("setTimeout", function setTimeout(run, ms, ...args) {
    if (typeof run !== "function") throw new TypeError("setTimeout needs a function");
    const id = next++;
    const delay = +ms;
    timers[id] = { run, args };
    count++;
    operations += "+" + id + ":" + (delay > 0 ? (delay > 2147483647 ? 2147483647 : delay) : 0) + ";";
    return id;
  });

  define("clearTimeout", function clearTimeout(id) {
    if (timers[id] === undefined) return;
    delete timers[id];
    count--;
    operations += "-" + +id + ":0;";
  });

  define("queueMicrotask", function queueMicrotask(run) {
    if (typeof run !== "function") throw new TypeError("queueMicrotask needs a function");
    apply(then, apply(then, settled, [() => run()]), [undefined, fail]);
  });

  core.guest.fire = (id) => {
    const timer = timers[id];
    if (timer === undefined) return;
    delete timers[id];
    count--;
    try {
      apply(timer.run, undefined, timer.args);
    } catch (error) {
      fail(error);
    }
  };

  parts.openTimers = () => count;
  parts.takeTimers = () => {
    const taken = operations;
    operations = "";
    return taken;
  };
  parts.renew.push(() => {
    timers = create(null);
    count = 0;
    operations = "";
  });
});
