import { chmodSync, chownSync, mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { hiddenPlaces } from "../../../src/main/sandbox/hidden-places.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();

test("a place is hidden where it leads, and by the folder before it when this user cannot enter that; another user's is left alone", () => {
  const root = tempFolder();
  const at = (name: string): string => path.join(root, name);
  for (const name of ["shut/a/gh", "shut/b", "open/keys", "foreign/x"]) mkdirSync(at(name), { recursive: true });
  symlinkSync("open/keys", at("linked"));
  symlinkSync(at("shut/b"), at("open/into"));
  const places = ["shut/a/gh", "open/into", "linked", "open/keys", "nowhere/x", "foreign/x"].map(at);
  const isRoot = process.geteuid?.() === 0;
  // Root enters everything: an ordinary user's eyes are borrowed.
  if (isRoot) for (const name of ["", "shut", "shut/a", "open"]) chownSync(at(name), 12_345, 12_345);
  for (const name of ["shut", "foreign"]) chmodSync(at(name), 0);
  if (isRoot) process.seteuid?.(12_345);
  try {
    expect(hiddenPlaces(places)).toEqual([...(isRoot ? [] : [at("foreign")]), at("open/keys"), at("shut")]);
  } finally {
    if (isRoot) process.seteuid?.(0);
    for (const name of ["shut", "foreign"]) chmodSync(at(name), 0o755);
  }
});
