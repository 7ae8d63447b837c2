import { Check } from "lucide-react";
import { useReview } from "../../state/review.ts";
import { Button } from "../../ui/button.tsx";
import { focusReviewAfter } from "./focus-review.ts";
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
    <span className="flex shrink-0 items-center gap-1">
      <Button
        size="sm"
        variant="ghost"
        aria-label={`Reject all hunks of ${path}`}
        title={whyNot ?? "Take all hunks of this file back on disk"}
        disabled={busy || whyNot !== null}
        onClick={() => void focusReviewAfter(decisions.reject(hunks))}
        data-testid="file-reject"
      >
        Reject
      </Button>
      <Button
        size="sm"
        variant={done ? "ghost" : "outline"}
        aria-label={done ? `Accepted, take that back: all hunks of ${path}` : `Accept file ${path}: all its hunks`}
        aria-pressed={done}
        disabled={busy}
        onClick={() => void focusReviewAfter(decisions.accept(hunks, !done))}
        data-testid="file-accept"
      >
        {done ? <Check size={13} aria-hidden className="text-add" /> : null}
        {done ? "Accepted" : "Accept file"}
      </Button>
    </span>
  );
}
