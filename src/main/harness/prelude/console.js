// The script's console, within limits counted here so that a flood never leaves the guest.
(function (core) {
  "use strict";
  const { stringify } = JSON;
  const { create, keys } = Object;
  const { isArray } = Array;
  const { apply } = Reflect;
  const { now } = Date;
  const mapForEach = Map.prototype.forEach;
  const setForEach = Set.prototype.forEach;
  const toText = String;
  const { emit, place, parts, define, isScriptFrame } = core;
  const { inspect, format } = parts;
  const maxLines = 2000;
  const maxChars = 262144;
  const maxLine = 8192;
  const maxRows = 1000;
  const maxColumns = 30;
  const maxCell = 200;

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
    const shownHeads = isArray(columns) ? columns.map(toText) : heads.slice(0, maxColumns);
    const cell = (value) => {
      const shown = inspect(value).split("\n").join(" ");
      return shown.length > maxCell ? shown.slice(0, maxCell) + "…" : shown;
    };
    const grid = [["(index)", ...shownHeads, ...(bare ? ["Values"] : [])]];
    for (const [key, value] of rows.slice(0, maxRows)) {
      const isObject = typeof value === "object" && value !== null;
      const line = [key];
      for (const head of shownHeads) line.push(isObject && Object.hasOwn(value, head) ? cell(value[head]) : "");
      if (bare) line.push(isObject ? "" : cell(value));
      grid.push(line);
    }
    const widths = grid[0].map((_, column) => Math.max(...grid.map((line) => width(line[column]))));
    const row = (line) => "| " + line.map((value, column) => value + " ".repeat(widths[column] - width(value))).join(" | ") + " |";
    const shown = [row(grid[0]), "|" + widths.map((size) => "-".repeat(size + 2)).join("|") + "|"];
    let size = 200 + shown[0].length * 2;
    for (let index = 1; index < grid.length && (index === 1 || size < maxLine); index++) {
      const next = row(grid[index]);
      size += next.length + 1;
      if (index === 1 || size < maxLine) shown.push(next);
    }
    const left = [];
    if (rows.length > shown.length - 2) left.push(rows.length - (shown.length - 2) + " more rows");
    if (!isArray(columns) && heads.length > maxColumns) left.push(heads.length - maxColumns + " more columns");
    if (left.length > 0) shown.push("… " + left.join(", "));
    return shown.join("\n");
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

  /** By label; without a prototype, so that a label may be any text. */
  let counts = create(null);
  let timers = create(null);
  const labelOf = (label) => (label === undefined ? "default" : toText(label));
  const missing = (what, label) => write("warn", () => what + " '" + label + "' does not exist");
  const writeTime = (given, args) => {
    const label = labelOf(given);
    if (timers[label] === undefined) return missing("Timer", label);
    const elapsed = now() - timers[label];
    write("log", () => label + ": " + elapsed + "ms" + (args.length > 0 ? " " + format(args) : ""));
  };
  console.count = (given) => {
    const label = labelOf(given);
    const count = (counts[label] = (counts[label] ?? 0) + 1);
    write("log", () => label + ": " + count);
  };
  console.countReset = (given) => {
    const label = labelOf(given);
    if (counts[label] === undefined) missing("Count for", label);
    else counts[label] = 0;
  };
  console.time = (given) => {
    const label = labelOf(given);
    if (timers[label] === undefined) timers[label] = now();
    else write("warn", () => "Timer '" + label + "' already exists");
  };
  console.timeLog = (label, ...args) => writeTime(label, args);
  console.timeEnd = (label) => {
    writeTime(label, []);
    delete timers[labelOf(label)];
  };

  parts.renew.push(() => {
    lines = chars = dropped = shortened = 0;
    indent = "";
    counts = create(null);
    timers = create(null);
  });
  parts.dropped = () => "[" + dropped + "," + shortened + "]";
  define("console", Object.freeze(console));
});
