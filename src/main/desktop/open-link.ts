import { type BrowserWindow, dialog, shell } from "electron";

/** Opens a web link after the person said yes to the very address: a model's text must not reach the network by itself. */
export async function openLink(window: BrowserWindow, given: string): Promise<boolean> {
  if (!URL.canParse(given)) return false;
  const url = new URL(given);
  if (!["http:", "https:", "mailto:"].includes(url.protocol)) return false;
  const { response } = await dialog.showMessageBox(window, {
    type: "question",
    message: "Open this link in your browser?",
    detail: url.href,
    buttons: ["Open", "Cancel"],
    defaultId: 1,
    cancelId: 1,
  });
  if (response !== 0) return false;
  await shell.openExternal(url.href);
  return true;
}
