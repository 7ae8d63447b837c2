import { SpindleError } from "../../../protocol/error.ts";
import { type Folder, isSameFolder } from "../../lib/folder.ts";

/** A yes is for the folder that was asked about. Throws `denied` when the same words lead to another one now. */
export function assertSame(given: string, now: Folder, cleared: Folder): void {
  if (isSameFolder(now, cleared)) return;
  const places = now.path === cleared.path ? now.path : `${now.path}) than when the command was allowed (${cleared.path}`;
  throw new SpindleError("denied", `${given} is another folder now (${places}).`, {
    hint: "Look at what changed, then ask again.",
    details: { path: now.path },
  });
}
