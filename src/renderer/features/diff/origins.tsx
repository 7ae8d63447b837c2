import type { FileDiffMetadata } from "@pierre/diffs";
import { jumpToCall } from "../../state/layout.ts";
import type { HunkOrigin } from "./merge-patches.ts";

/** Calls named in the head of a file; more are left to the tooltip of the last. */
const shown = 3;

/** Which calls the hunks of a file come from; a click goes to the call in the conversation. */
export function Origins({ origins, diff }: { readonly origins: readonly HunkOrigin[]; readonly diff: FileDiffMetadata | null }) {
  if (origins.length === 0) return null;
  return (
    <span className="flex shrink-0 items-center gap-1 text-micro text-fg3">
      {origins.slice(-shown).map((origin) => {
        const words = origin.line === null ? nameOf(origin, origins) : `script line ${origin.line}`;
        const hunks = hunksOf(origin, diff);
        const from = origin.line === null ? nameOf(origin, origins) : `line ${origin.line} of script ${scriptOf(origin.callId)}`;
        const title = `${hunks === "" ? "Changed" : hunks} by ${from}: show the call`;
        return (
          <button
            key={origin.callId}
            type="button"
            data-testid="hunk-origin"
            data-call={origin.callId}
            title={title}
            aria-label={`${words}: ${title}`}
            onClick={() => jumpToCall(origin.callId)}
            className="rounded-xs px-1 hover:bg-raise hover:text-fg"
          >
            {words}
          </button>
        );
      })}
    </span>
  );
}

/** `Hunk 2`, `Hunks 1, 3`; empty when the file has one hunk only. */
function hunksOf({ ranges }: HunkOrigin, diff: FileDiffMetadata | null): string {
  const hunks = diff?.hunks ?? [];
  if (hunks.length < 2) return "";
  const numbers = hunks.flatMap((hunk, index) => {
    const end = hunk.additionStart + Math.max(1, hunk.additionCount);
    return ranges.some(([from, to]) => from <= end && to >= hunk.additionStart) ? [index + 1] : [];
  });
  return numbers.length === 0 ? "" : `${numbers.length === 1 ? "Hunk" : "Hunks"} ${numbers.join(", ")}`;
}

/** Patches are counted as the file saw them: ids say nothing to a person. */
function nameOf(origin: HunkOrigin, origins: readonly HunkOrigin[]): string {
  return origins.length === 1 ? "the patch" : `patch ${origins.indexOf(origin) + 1} of ${origins.length}`;
}

function scriptOf(callId: string): string {
  return callId.split(".", 1)[0] ?? callId;
}
