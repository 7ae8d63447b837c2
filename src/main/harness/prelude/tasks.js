// Handles of tasks: `tools.task(id)` and what `tools.spawn` gives. Their methods are calls of the tool `task`, with the
// line of the script that uses them; waiting is an open call and costs no CPU.
(function (core) {
  "use strict";
  const { create, freeze, setPrototypeOf } = Object;
  let known = false;

  function ask(handle, action, more, map) {
    if (!known) throw new TypeError("tools.task does not exist here: this script has no tool of that name.");
    const promise = core.tool("task")({ __proto__: null, id: handle.id, action, ...more });
    return map === undefined ? promise : core.adopt(promise, map);
  }

  const methods = {
    status() {
      return ask(this, "status");
    },
    /** `{ timeout }` in ms, or the number itself; without it as long as the task takes. */
    wait(options) {
      const timeout = typeof options === "number" ? options : (options?.timeout ?? options?.timeoutMs);
      return ask(this, "wait", timeout === undefined ? undefined : { timeoutMs: timeout });
    },
    result() {
      return ask(this, "result", undefined, (value) => value.result);
    },
    message(text) {
      return ask(this, "message", { text });
    },
    cancel() {
      return ask(this, "cancel");
    },
  };
  const prototype = create(Object.prototype);
  for (const name of ["status", "wait", "result", "message", "cancel"])
    Object.defineProperty(prototype, name, { value: freeze(methods[name]), enumerable: false });
  freeze(prototype);
  const handle = (value) => setPrototypeOf(value, prototype);

  /** A tool's function as scripts get it. */
  core.asGiven = (name, made) => {
    if (name === "spawn") return (input) => core.adopt(made(input), handle);
    if (name === "task") return (input) => (typeof input === "string" ? handle({ id: input }) : made(input));
    return made;
  };
  core.knowsTasks = (names) => {
    known = names.includes("task");
  };
});
