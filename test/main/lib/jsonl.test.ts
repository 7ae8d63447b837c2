import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { openJsonl, readJsonl } from "../../../src/main/lib/jsonl.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();

test.each<{ what: string; text: string; records: readonly unknown[]; repair: object; kept: string; torn: string | null }>([
  {
    what: "a healthy file",
    text: '{"a":1}\n{"b":2}\n',
    records: [{ a: 1 }, { b: 2 }],
    repair: { tornBytes: 0, badLines: 0 },
    kept: '{"a":1}\n{"b":2}\n',
    torn: null,
  },
  { what: "an empty file", text: "", records: [], repair: { tornBytes: 0, badLines: 0 }, kept: "", torn: null },
  {
    what: "a torn last line",
    text: '{"a":1}\n{"b":',
    records: [{ a: 1 }],
    repair: { tornBytes: 5, badLines: 0 },
    kept: '{"a":1}\n',
    torn: '{"b":',
  },
  {
    what: "a last line without its end, though it is JSON",
    text: '{"a":1}\n{"b":2}',
    records: [{ a: 1 }],
    repair: { tornBytes: 7, badLines: 0 },
    kept: '{"a":1}\n',
    torn: '{"b":2}',
  },
  {
    what: "only a torn line, cut inside a character",
    text: '{"é',
    records: [],
    repair: { tornBytes: 4, badLines: 0 },
    kept: "",
    torn: '{"é',
  },
  {
    what: "damaged lines in the middle",
    text: '{"a":1}\n\0\0\0\nno\n\n{"b":2}\n',
    records: [{ a: 1 }, { b: 2 }],
    repair: { tornBytes: 0, badLines: 2 },
    kept: '{"a":1}\n\0\0\0\nno\n\n{"b":2}\n',
    torn: null,
  },
  {
    what: "text with line separators and quotes",
    text: '{"a":"x\\ny\u2028z\\""}\n',
    records: [{ a: 'x\ny\u2028z"' }],
    repair: { tornBytes: 0, badLines: 0 },
    kept: '{"a":"x\\ny\u2028z\\""}\n',
    torn: null,
  },
])("$what is read, repaired and written on behind what is whole", ({ text, records, repair, kept, torn }) => {
  const file = path.join(tempFolder(), "log.jsonl");
  writeFileSync(file, text);
  expect(readJsonl(file)).toEqual({ records, repair });
  expect(readFileSync(file, "utf8")).toBe(text);
  const opened = openJsonl(file);
  expect({ records: opened.records, repair: opened.repair }).toEqual({ records, repair });
  opened.file.append({ c: 3 });
  opened.file.append({ d: "é" }, { sync: true });
  opened.file.close();
  expect({
    text: readFileSync(file, "utf8"),
    torn: existsSync(`${file}.torn`) ? readFileSync(`${file}.torn`, "utf8") : null,
    again: readJsonl(file).repair.tornBytes,
  }).toEqual({ text: `${kept}{"c":3}\n{"d":"é"}\n`, torn, again: 0 });
});

test("a missing file is an empty log; it is made with its folder, for its owner only", () => {
  const file = path.join(tempFolder(), "deep", "er", "log.jsonl");
  expect(readJsonl(file)).toEqual({ records: [], repair: { tornBytes: 0, badLines: 0 } });
  expect(existsSync(file)).toBe(false);
  const opened = openJsonl(file);
  opened.file.close();
  opened.file.close();
  expect({ mode: statSync(file).mode & 0o777, folder: statSync(path.dirname(file)).mode & 0o777 }).toEqual({ mode: 0o600, folder: 0o700 });
  expect(() => opened.file.append({})).toThrow(/closed/);
});

test("every record is on disk when append returns, a long one whole", () => {
  const file = path.join(tempFolder(), "log.jsonl");
  const { file: log } = openJsonl(file);
  const long = "x".repeat(3_000_000);
  for (let n = 0; n < 3; n++) {
    log.append({ n, long });
    expect(readJsonl(file).records).toHaveLength(n + 1);
  }
  log.close();
  expect(readJsonl(file).records.at(-1)).toEqual({ n: 2, long });
});
