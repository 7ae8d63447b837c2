// The return value of a script as JSON. What JSON cannot say gets the defined form documented in docs/harness.md, and
// every such place is reported, so that nothing disappears silently.
(function (core) {
  "use strict";
  const { stringify } = JSON;
  const { keys, getPrototypeOf } = Object;
  const { isArray } = Array;
  const { apply } = Reflect;
  const mapForEach = Map.prototype.forEach;
  const setForEach = Set.prototype.forEach;
  const toText = String;
  const MapType = Map;
  const SetType = Set;
  const ErrorType = Error;
  const isView = ArrayBuffer.isView;
  const objectPrototype = Object.prototype;
  const maxDepth = 200;
  const maxReports = 20;

  function toJson(value) {
    if (value === undefined) return { json: "null", lossy: "[]" };
    if (isPlain(value)) return { json: stringify(value), lossy: "[]" };
    const reports = [];
    let lost = 0;
    const ancestors = [];
    const report = (path, what) => {
      if (lost++ < maxReports) reports[reports.length] = (path === "" ? "the value" : path) + ": " + what;
    };
    const copy = convert(value, "", 0);
    if (lost > maxReports) reports[maxReports] = lost - maxReports + " more";
    return { json: stringify(copy), lossy: stringify(reports) };

    function convert(item, path, depth) {
      switch (typeof item) {
        case "string":
        case "boolean":
          return item;
        case "number":
          if (item - item === 0) return item;
          report(path, toText(item) + " became null");
          return null;
        case "undefined":
          report(path, "undefined became null");
          return null;
        case "bigint":
          report(path, "a bigint became a string");
          return toText(item);
        case "symbol":
          report(path, "a symbol became a string");
          return toText(item);
        case "function":
          report(path, "a function became a string");
          return "[function " + (typeof item.name === "string" && item.name !== "" ? item.name : "anonymous") + "]";
      }
      if (item === null) return null;
      if (depth >= maxDepth) {
        report(path, "nested deeper than " + maxDepth + " levels");
        return "[too deep]";
      }
      for (let index = 0; index < ancestors.length; index++) {
        if (ancestors[index] !== item) continue;
        report(path, "a cycle was cut");
        return "[circular]";
      }
      ancestors[ancestors.length] = item;
      try {
        return convertObject(item, path, depth);
      } catch (error) {
        if (error instanceof InternalError) throw error;
        report(path, "it threw while it was read");
        return "[threw " + toText(error) + "]";
      } finally {
        ancestors.length--;
      }
    }

    function convertObject(item, path, depth) {
      if (typeof item.toJSON === "function") return convert(item.toJSON(), path, depth + 1);
      if (isArray(item)) {
        const copied = [];
        for (let index = 0; index < item.length; index++) copied[index] = convert(item[index], path + "[" + index + "]", depth + 1);
        return copied;
      }
      if (item instanceof MapType) {
        report(path, "a Map became an array of [key, value]");
        const entries = [];
        apply(mapForEach, item, [
          (value, key) => {
            const at = path + "[" + entries.length + "]";
            entries[entries.length] = [convert(key, at + "[0]", depth + 2), convert(value, at + "[1]", depth + 2)];
          },
        ]);
        return entries;
      }
      if (item instanceof SetType) {
        report(path, "a Set became an array");
        const values = [];
        apply(setForEach, item, [
          (value) => {
            values[values.length] = convert(value, path + "[" + values.length + "]", depth + 1);
          },
        ]);
        return values;
      }
      if (item instanceof ErrorType) {
        report(path, "an Error became an object with name and message");
        const error = { name: toText(item.name), message: toText(item.message) };
        const own = keys(item);
        for (let index = 0; index < own.length; index++) error[own[index]] = convert(item[own[index]], path + "." + own[index], depth + 1);
        return error;
      }
      if (item instanceof Promise) {
        report(path, "a promise is not a value: await is missing");
        return "[promise]";
      }
      if (item instanceof RegExp) {
        report(path, "a regular expression became a string");
        return toText(item);
      }
      if (isView(item) && !(item instanceof DataView)) {
        report(path, "a typed array became an array");
        const numbers = [];
        for (let index = 0; index < item.length; index++) numbers[index] = convert(item[index], path + "[" + index + "]", depth + 1);
        return numbers;
      }
      if (item instanceof ArrayBuffer || item instanceof DataView || item instanceof WeakMap || item instanceof WeakSet) {
        const name = item instanceof ArrayBuffer ? "ArrayBuffer" : item.constructor.name;
        report(path, "a " + name + " has no JSON form");
        return "[" + name + "]";
      }
      const copied = {};
      const own = keys(item);
      for (let index = 0; index < own.length; index++) {
        const key = own[index];
        const value = item[key];
        const at = path === "" ? key : path + "." + key;
        if (value === undefined) {
          report(at, "undefined was left out");
          continue;
        }
        // An assignment to __proto__ would set the prototype.
        if (key === "__proto__") Object.defineProperty(copied, key, { value: convert(value, at, depth + 1), enumerable: true });
        else copied[key] = convert(value, at, depth + 1);
      }
      return copied;
    }
  }

  function isPlain(value) {
    try {
      return plain(value, 0);
    } catch (error) {
      if (error instanceof InternalError) throw error;
      return false;
    }
  }

  /** True for what JSON.stringify keeps exactly; a graph deeper than the limit or with a cycle is not plain. */
  function plain(value, depth) {
    switch (typeof value) {
      case "string":
      case "boolean":
        return true;
      case "number":
        return value - value === 0;
      case "object":
        break;
      default:
        return false;
    }
    if (value === null) return true;
    if (depth >= maxDepth) return false;
    if (isArray(value)) {
      if (typeof value.toJSON === "function") return false;
      for (let index = 0; index < value.length; index++) if (!plain(value[index], depth + 1)) return false;
      return true;
    }
    const prototype = getPrototypeOf(value);
    if (prototype !== objectPrototype && prototype !== null) return false;
    if (typeof value.toJSON === "function") return false;
    const own = keys(value);
    for (let index = 0; index < own.length; index++) if (!plain(value[own[index]], depth + 1)) return false;
    return true;
  }

  core.parts.toJson = toJson;
});
