import { Circle, CircleCheck, CircleDot, CircleMinus, CirclePlus, MoveRight } from "lucide-react";
import { splitPath } from "../../lib/format.ts";
import { assertNever } from "../../../protocol/error.ts";
import type { PatchFile } from "../../../protocol/patch.ts";
import { cx } from "../../ui/cx.ts";
import type { Progress } from "./use-decisions.ts";

const names: Readonly<Record<PatchFile["kind"], string>> = { add: "New file", update: "Changed", delete: "Deleted", move: "Moved" };

/** What happened to a file, as an icon with its word for screen readers. */
export function KindMark({ kind, size = 14 }: { readonly kind: PatchFile["kind"]; readonly size?: number }) {
  return (
    <span className="inline-flex shrink-0" title={names[kind]}>
      <span className="sr-only">{names[kind]}: </span>
      <KindIcon kind={kind} size={size} />
    </span>
  );
}

/** How far the review of a file is, as an icon, with what happened to the file in words; what is not decided shows that alone. */
export function ProgressMark({ kind, progress }: { readonly kind: PatchFile["kind"]; readonly progress: Progress | undefined }) {
  if (progress === undefined || progress.hunks === 0) return <KindMark kind={kind} />;
  const { accepted, hunks } = progress;
  return (
    <span className="inline-flex shrink-0" title={`${names[kind]}, ${accepted} of ${hunks} accepted`}>
      <span className="sr-only">{names[kind]}: </span>
      {accepted === hunks ? (
        <CircleCheck size={14} aria-hidden className="text-add" />
      ) : accepted > 0 ? (
        <CircleDot size={14} aria-hidden className="text-accent" />
      ) : (
        <Circle size={14} aria-hidden className="text-deco" />
      )}
    </span>
  );
}

function KindIcon({ kind, size }: { readonly kind: PatchFile["kind"]; readonly size: number }) {
  switch (kind) {
    case "add":
      return <CirclePlus size={size} aria-hidden className="text-add" />;
    case "update":
      return <CircleDot size={size} aria-hidden className="text-accent" />;
    case "delete":
      return <CircleMinus size={size} aria-hidden className="text-del" />;
    case "move":
      return <MoveRight size={size} aria-hidden className="text-accent" />;
    default:
      return assertNever(kind);
  }
}

/** A path with its folder dimmed. When it does not fit, the folder gives way and the name stays. */
export function FilePath({ path, className }: { readonly path: string; readonly className?: string }) {
  const [folder, name] = splitPath(path);
  return (
    <span className={cx("flex min-w-0 whitespace-nowrap", className)} title={path}>
      <span className="min-w-0 truncate text-fg3">{folder}</span>
      <span className="max-w-full shrink-0 truncate text-fg">{name}</span>
    </span>
  );
}
