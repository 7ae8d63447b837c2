import { Check, X } from "lucide-react";
import { useReview } from "../../state/review.ts";
import { IconButton } from "../../ui/button.tsx";
import type { Decisions } from "./use-decisions.ts";

/** Accepts or takes back all hunks of a file. */
export function FileActions({ path, decisions }: { readonly path: string; readonly decisions: Decisions }) {
  const busy = useReview((state) => state.busy);
  const hunks = decisions.byPath.get(path) ?? [];
  const progress = decisions.progress.get(path);
  if (hunks.length === 0 || progress === undefined) return null;
  const whyNot = decisions.whyNot(path);
  const done = progress.accepted === progress.hunks;
  return (
    <span className="flex shrink-0 items-center gap-0.5">
      <IconButton
        size="sm"
        label={whyNot ?? `Reject all hunks of ${path}`}
        disabled={busy || whyNot !== null}
        onClick={() => void decisions.reject(hunks)}
        data-testid="file-reject"
      >
        <X size={13} aria-hidden />
      </IconButton>
      <IconButton
        size="sm"
        label={done ? `Accepted: all hunks of ${path}` : `Accept all hunks of ${path}`}
        active={done}
        disabled={busy}
        onClick={() => void decisions.accept(hunks, !done)}
        data-testid="file-accept"
      >
        <Check size={13} aria-hidden />
      </IconButton>
    </span>
  );
}
