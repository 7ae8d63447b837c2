// A thrown value as JSON for the host: name, message, stack and what tool errors carry.
(function (core) {
  "use strict";
  const { stringify } = JSON;
  const { isArray } = Array;
  const NativeError = Error;
  const NoMemory = InternalError;
  const { parts, messageOf } = core;
  const ToolErrorType = ToolError;
  const callFields = ["code", "tool", "arguments", "line", "hint", "details"];
  const maxText = 8000;
  const maxName = 200;

  function read(object, key) {
    try {
      return object[key];
    } catch (error) {
      if (error instanceof NoMemory) throw error;
      return undefined;
    }
  }

  function isError(value, type) {
    try {
      return value instanceof type;
    } catch {
      return false;
    }
  }

  /** `null` for what has no JSON: a script may have given every object a `toJSON`. */
  function json(value) {
    const made = stringify(value);
    return made === undefined ? "null" : made;
  }

  /** What the engine leaves empty: why `Promise.any` failed. */
  function allMessages(errors) {
    let joined = "All " + errors.length + " promises were rejected: ";
    for (let index = 0; index < errors.length && index < 3; index++) joined += (index > 0 ? "; " : "") + messageOf(errors[index]);
    return errors.length > 3 ? joined + "; …" : joined;
  }

  function noError(value) {
    let shown;
    try {
      shown = parts.inspect(value);
    } catch {
      shown = "a value that cannot be shown";
    }
    return '{"name":"Error","thrown":true,"message":' + json("The script threw " + shown.slice(0, 4000)) + "}";
  }

  function describe(error, depth) {
    const isObject = (typeof error === "object" && error !== null) || typeof error === "function";
    let message = isObject ? read(error, "message") : undefined;
    const stack = isObject ? read(error, "stack") : undefined;
    if (!isObject || typeof message !== "string" || !(typeof stack === "string" || isError(error, NativeError))) return noError(error);
    const errors = read(error, "errors");
    const all = isArray(errors) && errors.length > 0 ? errors : undefined;
    if (message === "" && all !== undefined) message = allMessages(all);
    const name = read(error, "name");
    let made =
      '{"name":' + json(typeof name === "string" ? name.slice(0, maxName) : "Error") + ',"message":' + json(message.slice(0, maxText));
    if (typeof stack === "string") made += ',"stack":' + json(stack.slice(0, maxText));
    const at = read(error, "at");
    if (typeof at === "string") made += ',"at":' + json(at.slice(0, maxName));
    if (isError(error, ToolErrorType)) made += ',"call":' + call(error);
    const cause = all === undefined ? read(error, "cause") : all[0];
    if (cause !== undefined && depth < 3) made += ',"cause":' + describe(cause, depth + 1);
    return made + "}";
  }

  /** What a tool's error carries; field by field, since a script may have put anything there. */
  function call(error) {
    let made = "";
    for (let index = 0; index < callFields.length; index++) {
      const key = callFields[index];
      const value = read(error, key);
      if (value === undefined) continue;
      let field;
      try {
        field = json(value);
      } catch {
        field = "null";
      }
      made += (made === "" ? "" : ",") + '"' + key + '":' + field;
    }
    return "{" + made + "}";
  }

  /** Never throws for a hostile value, only when there is no memory left. */
  parts.describe = (error) => describe(error, 0);
});
