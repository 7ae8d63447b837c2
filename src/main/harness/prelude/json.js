// The return value of a script as JSON. What JSON cannot say gets the defined form documented in docs/harness.md, and
// every such place is reported, so that nothing disappears silently. Copies have no prototype: the script may have put
// setters and `toJSON` on those it can reach.
(function (core) {
  "use strict";
  const { stringify } = JSON;
  const { create, keys, hasOwn, getPrototypeOf, getOwnPropertySymbols } = Object;
  const { isPrototypeOf } = Object.prototype;
  const isEnumerable = Object.prototype.propertyIsEnumerable;
  const { isArray } = Array;
  const { apply, ownKeys } = Reflect;
  const { list } = core;
  const mapForEach = Map.prototype.forEach;
  const setForEach = Set.prototype.forEach;
  const toText = String;
  const MapType = Map;
  const SetType = Set;
  const ErrorType = Error;
  const DateType = Date;
  const IteratorType = Iterator;
  const AsyncIteratorPrototype = getPrototypeOf(getPrototypeOf(async function* () {}.prototype));
  /** Objects around a primitive value: JSON writes the value. */
  const boxes = list();
  [Number, Boolean, String, BigInt, Symbol].forEach((type, index) => {
    boxes[index] = { type, valueOf: type.prototype.valueOf };
  });
  /** What has no content that could be shown. */
  const opaque = list();
  [ArrayBuffer, SharedArrayBuffer, DataView, WeakMap, WeakSet, WeakRef, FinalizationRegistry].forEach((type, index) => {
    opaque[index] = { type, name: type.name };
  });
  const isView = ArrayBuffer.isView;
  const objectPrototype = Object.prototype;
  const maxDepth = 200;
  const maxReports = 20;

  function toJson(value) {
    if (value === undefined) return { json: "null", lossy: "[]" };
    if (isPlain(value)) {
      const json = jsonOf(value);
      // A Proxy may have been plain the first time only.
      if (json !== undefined) return { json, lossy: "[]" };
    }
    const reports = list();
    let lost = 0;
    const ancestors = list();
    const report = (path, what) => {
      if (lost++ < maxReports) reports[reports.length] = (path === "" ? "the value" : path) + ": " + what;
    };
    const copy = convert(value, "", 0, false);
    if (lost > maxReports) reports[maxReports] = lost - maxReports + " more";
    return { json: jsonOf(copy) ?? spell(copy), lossy: jsonOf(reports) ?? spell(reports) };

    /** `given`: what a toJSON has returned, which is not asked for another. */
    function convert(item, path, depth, given) {
      switch (typeof item) {
        case "string":
        case "boolean":
          return item;
        case "number":
          if (item - item !== 0) {
            report(path, toText(item) + " became null");
            return null;
          }
          if (item === 0 && 1 / item < 0) report(path, "-0 became 0");
          return item;
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
        return convertObject(item, path, depth, given);
      } catch (error) {
        if (error instanceof InternalError) throw error;
        report(path, "it threw while it was read");
        return "[threw " + toText(error) + "]";
      } finally {
        ancestors.length--;
      }
    }

    function convertObject(item, path, depth, given) {
      if (!given && typeof item.toJSON === "function") {
        const made = item.toJSON();
        if (made === null && item instanceof DateType) report(path, "an invalid date became null");
        if (made !== item) return convert(made, path, depth + 1, true);
      }
      if (isArray(item)) {
        const copied = list();
        for (let index = 0; index < item.length; index++) copied[index] = convert(item[index], path + "[" + index + "]", depth + 1, false);
        reportExtras(item, path);
        return copied;
      }
      if (item instanceof MapType) {
        report(path, "a Map became an array of [key, value]");
        const entries = list();
        apply(mapForEach, item, [
          (value, key) => {
            const at = path + "[" + entries.length + "]";
            const entry = list();
            entry[0] = convert(key, at + "[0]", depth + 2, false);
            entry[1] = convert(value, at + "[1]", depth + 2, false);
            entries[entries.length] = entry;
          },
        ]);
        return entries;
      }
      if (item instanceof SetType) {
        report(path, "a Set became an array");
        const values = list();
        apply(setForEach, item, [
          (value) => {
            values[values.length] = convert(value, path + "[" + values.length + "]", depth + 1, false);
          },
        ]);
        return values;
      }
      if (item instanceof ErrorType) return convertError(item, path, depth);
      for (let index = 0; index < boxes.length; index++) {
        if (!(item instanceof boxes[index].type)) continue;
        return convert(apply(boxes[index].valueOf, item, []), path, depth + 1, false);
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
        const numbers = list();
        for (let index = 0; index < item.length; index++) numbers[index] = convert(item[index], path + "[" + index + "]", depth + 1, false);
        return numbers;
      }
      for (let index = 0; index < opaque.length; index++) {
        if (!(item instanceof opaque[index].type)) continue;
        report(path, "a " + opaque[index].name + " has no JSON form");
        return "[" + opaque[index].name + "]";
      }
      if ((item instanceof IteratorType || apply(isPrototypeOf, AsyncIteratorPrototype, [item])) && keys(item).length === 0) {
        report(path, "an iterator has no JSON form: [...iterator] makes an array of it");
        return "[iterator]";
      }
      const copied = create(null);
      copyFields(item, keys(item), copied, path, depth);
      reportSymbols(item, path);
      return copied;
    }

    function convertError(item, path, depth) {
      report(path, "an Error became an object with name and message");
      const error = create(null);
      error.name = toText(item.name);
      error.message = toText(item.message);
      copyFields(item, keys(item), error, path, depth);
      const hidden = list();
      if (hasOwn(item, "cause") && !hasOwn(error, "cause")) hidden[hidden.length] = "cause";
      if (hasOwn(item, "errors") && !hasOwn(error, "errors")) hidden[hidden.length] = "errors";
      copyFields(item, hidden, error, path, depth);
      return error;
    }

    function copyFields(item, own, copied, path, depth) {
      for (let index = 0; index < own.length; index++) {
        const key = own[index];
        const value = item[key];
        const at = path === "" ? key : path + "." + key;
        if (value === undefined) report(at, "undefined was left out");
        else copied[key] = convert(value, at, depth + 1, false);
      }
    }

    function reportSymbols(item, path) {
      const symbols = getOwnPropertySymbols(item);
      for (let index = 0; index < symbols.length; index++) {
        if (apply(isEnumerable, item, [symbols[index]])) report(path, "the field " + toText(symbols[index]) + " was left out");
      }
    }

    /** Fields of an array besides its items; its `length` is the first of the names that are no index. */
    function reportExtras(item, path) {
      const own = ownKeys(item);
      for (let index = own.length - 1; index >= 0; index--) {
        const key = own[index];
        if (key === "length") break;
        if (apply(isEnumerable, item, [key])) report(path, "the field " + toText(key) + " of an array was left out");
      }
    }
  }

  /** Undefined when the engine cannot write it: a setter on `Object.prototype[0]` breaks its own list of ancestors. */
  function jsonOf(value) {
    try {
      return stringify(value);
    } catch (error) {
      if (error instanceof InternalError) throw error;
      return undefined;
    }
  }

  /** What `convert` made, as JSON. */
  function spell(copy) {
    if (typeof copy !== "object" || copy === null) return stringify(copy);
    let inner = "";
    if (isArray(copy)) {
      for (let index = 0; index < copy.length; index++) inner += (index > 0 ? "," : "") + spell(copy[index]);
      return "[" + inner + "]";
    }
    const own = keys(copy);
    for (let index = 0; index < own.length; index++)
      inner += (index > 0 ? "," : "") + stringify(own[index]) + ":" + spell(copy[own[index]]);
    return "{" + inner + "}";
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
        return value - value === 0 && (value !== 0 || 1 / value > 0);
      case "object":
        break;
      default:
        return false;
    }
    if (value === null) return true;
    if (depth >= maxDepth) return false;
    if (isArray(value)) {
      if (typeof value.toJSON === "function") return false;
      // One more than its items: `length`.
      if (ownKeys(value).length !== value.length + 1) return false;
      for (let index = 0; index < value.length; index++) if (!plain(value[index], depth + 1)) return false;
      return true;
    }
    const prototype = getPrototypeOf(value);
    if (prototype !== objectPrototype && prototype !== null) return false;
    if (typeof value.toJSON === "function") return false;
    const own = ownKeys(value);
    for (let index = 0; index < own.length; index++) {
      if (typeof own[index] !== "string" || !plain(value[own[index]], depth + 1)) return false;
    }
    return true;
  }

  core.parts.toJson = toJson;
});
