import { SpindleError } from "../../../protocol/error.ts";
import type { SandboxLevel } from "../../../protocol/settings.ts";
import type { Folder } from "../../lib/folder.ts";

/**
 * A yes is for the folder that was asked about. Throws `denied` when the same words lead to another one now: to another path, or,
 * outside the sandbox, to another folder at the same path (in it, a build that makes its folder anew is no harm). One that was not
 * there yet when it was asked about may have been made since.
 */
export function assertSame(given: string, now: Folder, cleared: Folder, level: SandboxLevel): void {
  const isSame = now.path === cleared.path && (level !== "full" || cleared.id === null || now.id === cleared.id);
  if (isSame) return;
  const places = now.path === cleared.path ? now.path : `${now.path}) than when the command was allowed (${cleared.path}`;
  throw new SpindleError("denied", `${given} is another folder now (${places}).`, {
    hint: "Look at what changed, then ask again.",
    details: { path: now.path },
  });
}
