import type { Json } from "../../protocol/json.ts";

/**
 * QuickJS's binary JSON (version 5, the bellard engine 0.32): the wire into and out of a guest. It carries every string
 * byte-exact (NUL, lone surrogates), keeps `__proto__` an own property and is several times faster than JSON text.
 * The engine proves at start that it speaks this dialect (`Guest` self-test); otherwise JSON text is used.
 */
export interface BjsonWriter {
  /** Encodes one value. The bytes are valid until the next `encode`; `take` gives them away. */
  encode(value: Json | undefined): Uint8Array;
  /** The bytes of the last `encode` with a buffer of their own, ready to be transferred. */
  take(): Uint8Array<ArrayBuffer>;
}

const version = 5;
const enum Tag {
  Null = 1,
  Undefined = 2,
  False = 3,
  True = 4,
  Int32 = 5,
  Float64 = 6,
  String = 7,
  Object = 8,
  Array = 9,
}

/** Below this many bytes `take` copies, so that the working buffer is kept. */
const copyBelow = 16 * 1024;
const initialSize = 64 * 1024;
const maxDepth = 2_000;

/** Made once per sender: keeps a working buffer. Throws `RangeError` for values nested deeper than 2,000 levels. */
export function createBjsonWriter(): BjsonWriter {
  let bytes = Buffer.allocUnsafeSlow(initialSize);
  let at = 0;
  let atoms = new Map<string, number>();
  let whole = bytes.subarray(0, 0);

  const reserve = (extra: number): void => {
    if (at + extra <= bytes.length) return;
    const bigger = Buffer.allocUnsafeSlow(Math.max(bytes.length * 2, at + extra + 1024));
    bytes.copy(bigger, 0, 0, at);
    bytes = bigger;
  };
  const leb = (value: number): void => {
    while (value > 0x7f) {
      bytes[at++] = (value & 0x7f) | 0x80;
      value >>>= 7;
    }
    bytes[at++] = value;
  };
  const text = (value: string): void => {
    const length = value.length;
    const narrow = isLatin1(value);
    reserve(5 + (narrow ? length : length * 2));
    leb(((length << 1) | (narrow ? 0 : 1)) >>> 0);
    at += bytes.write(value, at, narrow ? "latin1" : "utf16le");
  };
  const write = (value: Json | undefined, depth: number): void => {
    reserve(16);
    switch (typeof value) {
      case "string":
        bytes[at++] = Tag.String;
        return text(value);
      case "number":
        if (Number.isInteger(value) && value >= -0x80000000 && value <= 0x7fffffff && !Object.is(value, -0)) {
          bytes[at++] = Tag.Int32;
          return leb(((value << 1) ^ (value >> 31)) >>> 0);
        }
        bytes[at++] = Tag.Float64;
        at = bytes.writeDoubleLE(value, at);
        return;
      case "boolean":
        bytes[at++] = value ? Tag.True : Tag.False;
        return;
      case "object":
        break;
      default:
        bytes[at++] = Tag.Undefined;
        return;
    }
    if (value === null) {
      bytes[at++] = Tag.Null;
      return;
    }
    if (depth > maxDepth) throw new RangeError("the value is nested too deeply");
    if (isJsonArray(value)) {
      bytes[at++] = Tag.Array;
      leb(value.length);
      for (let index = 0; index < value.length; index++) write(value[index], depth + 1);
      return;
    }
    const keys = Object.keys(value).filter((key) => value[key] !== undefined);
    bytes[at++] = Tag.Object;
    leb(keys.length);
    for (const key of keys) {
      let atom = atoms.get(key);
      if (atom === undefined) atoms.set(key, (atom = atoms.size + 1));
      reserve(6);
      leb((atom << 1) >>> 0);
      write(value[key], depth + 1);
    }
  };

  return {
    encode(value) {
      at = 0;
      if (atoms.size > 0) atoms = new Map();
      write(value, 0);
      const bodyEnd = at;
      // The atom table stands before the body, but is known only after it: write it behind and rotate.
      reserve(8);
      bytes[at++] = version;
      leb(atoms.size);
      for (const key of atoms.keys()) text(key);
      const headLength = at - bodyEnd;
      reserve(headLength);
      const head = Buffer.from(bytes.subarray(bodyEnd, at));
      bytes.copyWithin(headLength, 0, bodyEnd);
      bytes.set(head, 0);
      whole = bytes.subarray(0, at);
      return whole;
    },
    take() {
      if (whole.length < copyBelow) return new Uint8Array(whole);
      const given = whole as Buffer<ArrayBuffer>;
      bytes = Buffer.allocUnsafeSlow(initialSize);
      return given;
    },
  };
}

/** Decodes what a guest encoded. Only JSON kinds are known; anything else throws `RangeError`. */
export function decodeBjson(input: Uint8Array): Json | undefined {
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  let at = 0;
  const fail = (): never => {
    throw new RangeError("Not the binary JSON that was expected.");
  };
  const byte = (): number => {
    const value = bytes[at++];
    return value === undefined ? fail() : value;
  };
  const leb = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const part = byte();
      value |= (part & 0x7f) << shift;
      if (part < 0x80) return value >>> 0;
    }
    return fail();
  };
  const text = (): string => {
    const head = leb();
    const length = head >>> 1;
    const size = head & 1 ? length * 2 : length;
    if (at + size > bytes.length) fail();
    const value = bytes.toString(head & 1 ? "utf16le" : "latin1", at, at + size);
    at += size;
    return value;
  };
  if (byte() !== version) fail();
  const atoms: string[] = [];
  for (let left = leb(); left > 0; left--) atoms.push(text());
  const key = (): string => {
    const atom = leb();
    return atom & 1 ? String(atom >>> 1) : (atoms[(atom >>> 1) - 1] ?? fail());
  };
  const read = (): Json | undefined => {
    switch (byte()) {
      case Tag.Null:
        return null;
      case Tag.Undefined:
        return undefined;
      case Tag.False:
        return false;
      case Tag.True:
        return true;
      case Tag.Int32: {
        const value = leb();
        return (value >>> 1) ^ -(value & 1);
      }
      case Tag.Float64:
        at += 8;
        return at > bytes.length ? fail() : bytes.readDoubleLE(at - 8);
      case Tag.String:
        return text();
      case Tag.Object: {
        const entries: [string, Json][] = [];
        for (let left = leb(); left > 0; left--) entries.push([key(), read() ?? null]);
        return Object.fromEntries(entries);
      }
      case Tag.Array: {
        const items: Json[] = [];
        for (let left = leb(); left > 0; left--) items.push(read() ?? null);
        return items;
      }
      default:
        return fail();
    }
  };
  return read();
}

/** Narrows to an array: `Array.isArray` does not narrow readonly arrays. */
function isJsonArray(value: readonly Json[] | { readonly [key: string]: Json }): value is readonly Json[] {
  return Array.isArray(value);
}

function isLatin1(value: string): boolean {
  if (value.length < 48) {
    for (let index = 0; index < value.length; index++) if (value.charCodeAt(index) > 0xff) return false;
    return true;
  }
  // The byte count of UTF-8 equals the length for ASCII only; that test is far faster than looking at each character.
  return Buffer.byteLength(value, "utf8") === value.length || !/[^\0-\xff]/.test(value);
}
