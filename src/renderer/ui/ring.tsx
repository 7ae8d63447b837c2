import { cx } from "./cx.ts";

/**
 * A ring: with `value` (0 to 1) it shows progress, without it turns. Decoration: the row beside it says the state in
 * words. `size` in px.
 */
export function Ring({ value, size = 14, className }: { readonly value?: number; readonly size?: number; readonly className?: string }) {
  const radius = 6;
  const length = 2 * Math.PI * radius;
  const part = value === undefined ? 0.3 : Math.min(1, Math.max(0, value));
  return (
    <svg
      aria-hidden
      width={size}
      height={size}
      viewBox="0 0 16 16"
      className={cx("shrink-0 -rotate-90 text-accent", value === undefined && "animate-[spin_1.1s_linear_infinite]", className)}
    >
      <circle cx="8" cy="8" r={radius} fill="none" strokeWidth="2" className="stroke-strong" />
      <circle
        cx="8"
        cy="8"
        r={radius}
        fill="none"
        strokeWidth="2"
        strokeLinecap="round"
        stroke="currentColor"
        strokeDasharray={`${length * part} ${length}`}
      />
    </svg>
  );
}
