import { FileText, Folder, Image } from "lucide-react";
import { cx } from "./cx.ts";

const marks: Readonly<Record<string, readonly [text: string, color: string]>> = {
  ts: ["TS", "text-accent-text"],
  tsx: ["TS", "text-accent-text"],
  mts: ["TS", "text-accent-text"],
  js: ["JS", "text-warn"],
  jsx: ["JS", "text-warn"],
  mjs: ["JS", "text-warn"],
  cjs: ["JS", "text-warn"],
  json: ["{}", "text-fg3"],
  md: ["M", "text-fg3"],
  css: ["#", "text-accent-text"],
  html: ["<>", "text-warn"],
  py: ["PY", "text-accent-text"],
  rs: ["RS", "text-warn"],
  go: ["GO", "text-accent-text"],
  sql: ["SQ", "text-fg3"],
  sh: ["$", "text-add"],
  yml: ["Y", "text-fg3"],
  yaml: ["Y", "text-fg3"],
};

/** The small sign of a file's kind before its name: two letters for known languages, an icon otherwise. */
export function FileMark({
  name,
  kind = "file",
  className,
}: {
  readonly name: string;
  readonly kind?: "file" | "folder" | "image";
  readonly className?: string;
}) {
  const base = cx("inline-flex w-4 shrink-0 items-center justify-center", className);
  if (kind === "folder") return <Folder size={13} aria-hidden className={cx(base, "text-fg3")} />;
  if (kind === "image") return <Image size={13} aria-hidden className={cx(base, "text-accent-text")} />;
  const mark = marks[name.slice(name.lastIndexOf(".") + 1).toLowerCase()];
  if (mark === undefined) return <FileText size={13} aria-hidden className={cx(base, "text-fg3")} />;
  return (
    <span aria-hidden className={cx(base, "font-mono text-[9px] leading-none font-bold", mark[1])}>
      {mark[0]}
    </span>
  );
}
