// Values as text a person reads, like Node's inspect and the console's format strings.
(function (core) {
  "use strict";
  const { stringify } = JSON;
  const { keys, getPrototypeOf } = Object;
  const { isArray } = Array;
  const { apply } = Reflect;
  const mapForEach = Map.prototype.forEach;
  const setForEach = Set.prototype.forEach;
  const toText = String;
  const { parts, isScriptFrame } = core;
  /** Longer lines are cut by the console. */
  const maxLine = 8192;
  const maxDepth = 4;
  const maxItems = 100;

  /** A value as text, like Node's inspect: strings bare at the top and quoted inside. */
  function inspect(value) {
    const ancestors = [];
    let budget = maxLine * 2;
    return show(value, 0, true);

    function show(item, depth, top) {
      const shown = render(item, depth, top);
      budget -= shown.length;
      return shown;
    }

    function render(item, depth, top) {
      switch (typeof item) {
        case "string":
          return top ? item : quote(item);
        case "bigint":
          return toText(item) + "n";
        case "number":
          return item === 0 && 1 / item < 0 ? "-0" : toText(item);
        case "function": {
          const name = item.name;
          return (
            (/^class\b/.test(toText(item)) ? "[class " : "[function ") +
            (typeof name === "string" && name !== "" ? name : "anonymous") +
            "]"
          );
        }
        case "object":
          break;
        default:
          return toText(item);
      }
      if (item === null) return "null";
      if (ancestors.includes(item)) return "[circular]";
      if (budget < 0) return "…";
      ancestors.push(item);
      try {
        return renderObject(item, depth);
      } catch {
        return "[threw while shown]";
      } finally {
        ancestors.pop();
      }
    }

    function renderObject(item, depth) {
      if (item instanceof Error) return renderError(item, depth);
      if (item instanceof Date) return isNaN(item) ? "Invalid Date" : item.toISOString();
      if (item instanceof RegExp) return toText(item);
      if (item instanceof Promise) return "Promise { … } (not awaited)";
      const prototype = getPrototypeOf(item);
      const name = prototype === null ? "" : typeof prototype.constructor === "function" ? prototype.constructor.name : "";
      if (isArray(item)) {
        if (item.length === 0) return "[]";
        return depth > maxDepth
          ? "[Array]"
          : wrap(
              "[",
              items(item.length, (index) => (index in item ? show(item[index], depth + 1, false) : "<empty>")),
              "]",
            );
      }
      if (ArrayBuffer.isView(item) && !(item instanceof DataView))
        return (
          name +
          "(" +
          item.length +
          ") " +
          wrap(
            "[",
            items(item.length, (index) => toText(item[index])),
            "]",
          )
        );
      if (item instanceof Map) {
        if (depth > maxDepth) return "[Map]";
        const entries = [];
        apply(mapForEach, item, [(value, key) => entries.length <= maxItems && entries.push([key, value])]);
        const lines = entries
          .slice(0, maxItems)
          .map((entry) => show(entry[0], depth + 1, false) + " => " + show(entry[1], depth + 1, false));
        return "Map(" + item.size + ") " + wrap("{", more(lines, item.size), "}");
      }
      if (item instanceof Set) {
        if (depth > maxDepth) return "[Set]";
        const values = [];
        apply(setForEach, item, [(value) => values.length < maxItems && values.push(value)]);
        return (
          "Set(" +
          item.size +
          ") " +
          wrap(
            "{",
            more(
              values.map((value) => show(value, depth + 1, false)),
              item.size,
            ),
            "}",
          )
        );
      }
      const prefix = name === "" ? "[null prototype] " : name === "Object" ? "" : name + " ";
      const own = keys(item);
      if (own.length === 0) return prefix + "{}";
      if (depth > maxDepth) return "[" + (name || "Object") + "]";
      const lines = items(own.length, (index) => keyText(own[index]) + ": " + show(item[own[index]], depth + 1, false));
      return prefix + wrap("{", lines, "}");
    }

    function renderError(error, depth) {
      const stack = typeof error.stack === "string" ? error.stack : "";
      const frames = stack.split("\n").filter(isScriptFrame);
      let shown = toText(error.name) + ": " + toText(error.message);
      if (frames.length > 0)
        shown +=
          "\n" +
          frames
            .slice(0, 10)
            .map((line) => "    " + line.trim())
            .join("\n");
      const own = keys(error);
      if (own.length > 0 && depth <= maxDepth)
        shown +=
          " " +
          wrap(
            "{",
            items(own.length, (index) => keyText(own[index]) + ": " + show(error[own[index]], depth + 1, false)),
            "}",
          );
      if (error.cause !== undefined) shown += "\n  caused by " + show(error.cause, depth + 1, false);
      return shown;
    }

    function items(length, one) {
      const lines = [];
      for (let index = 0; index < length && index < maxItems && budget >= 0; index++) lines.push(one(index));
      return more(lines, length);
    }
  }

  function more(lines, length) {
    if (length > lines.length) lines.push("… " + (length - lines.length) + " more");
    return lines;
  }

  function wrap(left, lines, right) {
    if (lines.length === 0) return left + right;
    const flat = lines.join(", ");
    if (flat.length <= 76 && !flat.includes("\n")) return left === "[" ? left + flat + right : left + " " + flat + " " + right;
    return left + "\n" + lines.map((line) => "  " + line.split("\n").join("\n  ")).join(",\n") + "\n" + right;
  }

  function quote(value) {
    return value.includes("'") && !value.includes('"')
      ? stringify(value)
      : "'" + stringify(value).slice(1, -1).split('\\"').join('"').split("'").join("\\'") + "'";
  }

  function keyText(key) {
    return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quote(key);
  }

  /** printf of the console standard: %s %d %i %f %j %o %O %c %%, only when the first argument is a string. */
  function format(args) {
    let at = 0;
    let shown = "";
    if (typeof args[0] === "string" && args[0].includes("%") && args.length > 1) {
      at = 1;
      shown = args[0].replace(/%([sdifjoOc%])/g, (whole, kind) => {
        if (kind === "%") return "%";
        if (at >= args.length) return whole;
        const value = args[at++];
        if (kind === "s") return typeof value === "string" ? value : inspect(value);
        if (kind === "d" || kind === "f") return toText(Number(value));
        if (kind === "i") return toText(parseInt(value));
        if (kind === "j") return toText(stringify(value));
        return kind === "c" ? "" : inspect(value);
      });
      if (at < args.length) shown += " ";
    }
    for (let index = at; index < args.length; index++) shown += (index > at ? " " : "") + inspect(args[index]);
    return shown;
  }

  parts.inspect = inspect;
  parts.format = format;
});
