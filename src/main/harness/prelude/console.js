// The script's console: values as text a person reads, within limits counted here so that a flood never leaves the guest.
(function (core) {
  "use strict";
  const { stringify } = JSON;
  const { keys, getPrototypeOf } = Object;
  const { isArray } = Array;
  const { apply } = Reflect;
  const mapForEach = Map.prototype.forEach;
  const setForEach = Set.prototype.forEach;
  const toText = String;
  const { emit, place, parts, define, isScriptFrame } = core;
  const maxLines = 2000;
  const maxChars = 262144;
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

  function width(cell) {
    return [...cell].length;
  }

  function table(data, columns) {
    if (typeof data !== "object" || data === null) return inspect(data);
    const rows = [];
    if (data instanceof Map) apply(mapForEach, data, [(value, key) => rows.push([inspect(key), value])]);
    else if (data instanceof Set) apply(setForEach, data, [(value) => rows.push([toText(rows.length), value])]);
    else for (const key of keys(data)) rows.push([key, data[key]]);
    const heads = [];
    let bare = false;
    for (const [, value] of rows) {
      if (typeof value === "object" && value !== null) for (const key of keys(value)) heads.includes(key) || heads.push(key);
      else bare = true;
    }
    const shownHeads = isArray(columns) ? columns.map(toText) : heads.slice(0, 30);
    const cell = (value) => inspect(value).split("\n").join(" ").slice(0, 200);
    const grid = [["(index)", ...shownHeads, ...(bare ? ["Values"] : [])]];
    for (const [key, value] of rows.slice(0, 1000)) {
      const isObject = typeof value === "object" && value !== null;
      const line = [key];
      for (const head of shownHeads) line.push(isObject && Object.hasOwn(value, head) ? cell(value[head]) : "");
      if (bare) line.push(isObject ? "" : cell(value));
      grid.push(line);
    }
    const widths = grid[0].map((_, column) => Math.max(...grid.map((line) => width(line[column]))));
    const row = (line) => "| " + line.map((value, column) => value + " ".repeat(widths[column] - width(value))).join(" | ") + " |";
    return [row(grid[0]), "|" + widths.map((size) => "-".repeat(size + 2)).join("|") + "|", ...grid.slice(1).map(row)].join("\n");
  }

  let lines = 0;
  let chars = 0;
  let dropped = 0;
  let shortened = 0;
  let indent = "";

  function write(level, make) {
    if (lines >= maxLines || chars >= maxChars) {
      dropped++;
      return;
    }
    let shown = make();
    if (indent !== "") shown = indent + shown.split("\n").join("\n" + indent);
    if (shown.length > maxLine) {
      shortened++;
      shown = shown.slice(0, maxLine) + "… " + (shown.length - maxLine) + " more characters";
    }
    lines++;
    chars += shown.length;
    emit('[2,"' + level + '",' + stringify(shown) + ',"' + place() + '"]');
  }

  const console = {};
  for (const level of ["debug", "log", "info", "warn", "error"]) {
    console[level] = { [level]: (...args) => write(level, () => format(args)) }[level];
  }
  console.table = (data, columns) => write("log", () => table(data, columns));
  console.dir = (value) => write("log", () => inspect(value));
  console.trace = (...args) =>
    write("debug", () => "Trace: " + format(args) + "\n" + new Error().stack.split("\n").filter(isScriptFrame).join("\n"));
  console.assert = (condition, ...args) => {
    if (!condition) write("error", () => "Assertion failed" + (args.length > 0 ? ": " + format(args) : ""));
  };
  console.group = (...args) => {
    if (args.length > 0) write("log", () => format(args));
    if (indent.length < 40) indent += "  ";
  };
  console.groupEnd = () => {
    indent = indent.slice(2);
  };

  parts.renew.push(() => {
    lines = chars = dropped = shortened = 0;
    indent = "";
  });
  parts.inspect = inspect;
  parts.dropped = () => "[" + dropped + "," + shortened + "]";
  define("console", Object.freeze(console));
});
