import type { MenuItemConstructorOptions } from "electron";

/** A command of the window, by its id in `command-list.ts`. Keys are the window's own and can be changed: a menu does not have them. */
interface CommandItem {
  readonly label: string;
  readonly command: string;
}
type Item = CommandItem | MenuItemConstructorOptions;

const line: MenuItemConstructorOptions = { type: "separator" };

/**
 * The menus of a platform. macOS gets its application and window menus; elsewhere the bar is hidden until Alt, and Quit stands under
 * File. What reloads or opens the developer tools is left out of packaged applications.
 */
export function menuTemplate(
  platform: NodeJS.Platform,
  options: { readonly packaged: boolean; readonly run: (command: string) => void },
): MenuItemConstructorOptions[] {
  const mac = platform === "darwin";
  const menu = (label: string, items: readonly Item[]): MenuItemConstructorOptions => ({
    label,
    submenu: items.map((item) => ("command" in item ? { label: item.label, click: () => options.run(item.command) } : item)),
  });
  const settings: Item[] = [{ label: "Settings…", command: "settings.open" }, line];
  return [
    ...(mac
      ? [
          menu("Spindle", [
            { role: "about" },
            line,
            ...settings,
            { role: "services" },
            line,
            { role: "hide" },
            { role: "hideOthers" },
            { role: "unhide" },
            line,
            { role: "quit" },
          ]),
        ]
      : []),
    menu(mac ? "File" : "&File", [
      { label: "New Conversation", command: "conversation.new" },
      { label: "Open Folder…", command: "project.open" },
      line,
      ...(mac ? [] : settings),
      mac ? { role: "close" } : { role: "quit" },
    ]),
    menu(mac ? "Edit" : "&Edit", [
      { role: "undo" },
      { role: "redo" },
      line,
      { role: "cut" },
      { role: "copy" },
      { role: "paste" },
      { role: "selectAll" },
      line,
      { label: "Find in the Conversation", command: "conversation.find" },
    ]),
    menu(mac ? "View" : "&View", [
      { label: "All Commands…", command: "palette.open" },
      line,
      { label: "Sidebar", command: "view.sidebar" },
      { label: "Review", command: "view.review" },
      { label: "Terminal", command: "view.terminal" },
      line,
      { label: "Larger", command: "view.larger" },
      { label: "Smaller", command: "view.smaller" },
      { label: "Usual Size", command: "view.usualSize" },
      line,
      { role: "togglefullscreen" },
      ...(options.packaged ? [] : [line, { role: "reload" } as const, { role: "toggleDevTools" } as const]),
    ]),
    menu(mac ? "Conversation" : "&Conversation", [
      { label: "Next", command: "conversation.next" },
      { label: "Previous", command: "conversation.previous" },
      { label: "Next That Needs Me", command: "tasks.nextNeed" },
      line,
      { label: "Stop the Turn", command: "conversation.stop" },
      { label: "Undo the Last Turn", command: "changes.undo" },
      { label: "Redo the Last Turn", command: "changes.redo" },
      line,
      { label: "Copy as Markdown", command: "conversation.copy" },
    ]),
    ...(mac ? [{ role: "windowMenu" } as const] : []),
  ];
}
