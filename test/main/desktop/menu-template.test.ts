import { expect, test } from "vitest";
import { menuTemplate } from "../../../src/main/desktop/menu-template.ts";

type Item = ReturnType<typeof menuTemplate>[number];
const platforms = ["linux", "win32", "darwin"] as const;

/** Chooses every item that is a command and gives the ids, in order. */
function chosen(platform: NodeJS.Platform, packaged: boolean) {
  const ids: string[] = [];
  const template = menuTemplate(platform, { packaged, run: (id) => ids.push(id) });
  const items = template.flatMap(({ submenu }): readonly Item[] => (Array.isArray(submenu) ? submenu : []));
  for (const item of items) (item.click as (() => void) | undefined)?.();
  return { ids, roles: [...template, ...items].flatMap(({ role }) => role ?? []), titles: template.flatMap(({ label }) => label ?? []) };
}

test.each(platforms)("on %s every part has its menu, and its items are commands that are told apart", (platform) => {
  const { ids, roles, titles } = chosen(platform, true);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toContain("settings.open");
  for (const role of ["undo", "copy", "paste", "quit", "togglefullscreen"]) expect(roles).toContain(role);
  expect(roles.filter((role) => /reload|DevTools/i.test(role))).toEqual([]);
  expect(titles).toEqual(
    platform === "darwin" ? ["Spindle", "File", "Edit", "View", "Conversation"] : ["&File", "&Edit", "&View", "&Conversation"],
  );
  expect(roles.includes("windowMenu")).toBe(platform === "darwin");
});

test("developer tools are only in what is not packaged", () => {
  expect(chosen("linux", false).roles).toEqual(expect.arrayContaining(["reload", "toggleDevTools"]));
});
