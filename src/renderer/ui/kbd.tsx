import { cx } from "./cx.ts";

/** Keys of a command, for example `Ctrl B`. */
export function Kbd({ children, className }: { readonly children: string; readonly className?: string }) {
  return <kbd className={cx("font-sans text-micro text-fg3", className)}>{children}</kbd>;
}
