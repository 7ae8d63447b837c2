/** `64 ms`, `1.84 s`, `12.3 s`, `2 m 05 s`, `1 h 02 m`: the length of something finished. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = ms / 1000;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${pad(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`;
}

/** `8 s`, `1 m 03 s`: a running time in whole seconds, for rows that tick. */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${pad(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${pad(Math.floor(seconds / 60) % 60)} m`;
}

/** `0:08`, `4:12`, `1:02:03`: a running time for narrow rows. */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const tail = `${pad(seconds % 60)}`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${tail}`;
  return `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}:${tail}`;
}

/** `812 B`, `2.1 kB`, `48 kB`, `1.3 MB`, in powers of 1000. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = -1;
  do {
    value /= 1000;
    unit++;
  } while (value >= 999.5 && unit < units.length - 1);
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `1 file`, `12,400 files`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}

/** `now`, `5m`, `3h`, `Tue` (this week), `12 Mar`, `12 Mar 2024`: when something last happened, for rows. */
export function formatRelative(time: number, now: number): string {
  const age = now - time;
  if (age < 60_000) return "now";
  if (age < 3_600_000) return `${Math.floor(age / 60_000)}m`;
  const date = new Date(time);
  if (age < 86_400_000 && startOfDay(now) === startOfDay(time)) return `${Math.floor(age / 3_600_000)}h`;
  if (age < 6 * 86_400_000) return date.toLocaleDateString("en-US", { weekday: "short" });
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  return date.toLocaleDateString(
    "en-GB",
    sameYear ? { day: "numeric", month: "short" } : { day: "numeric", month: "short", year: "numeric" },
  );
}

/** `Today`, `Yesterday`, `This week`, `Earlier`: groups of the conversation list. */
export function dayGroup(time: number, now: number): "Today" | "Yesterday" | "This week" | "Earlier" {
  const days = Math.round((startOfDay(now) - startOfDay(time)) / 86_400_000);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  return days < 7 ? "This week" : "Earlier";
}

/** Folder and name of a path with either separator: `src/a.ts` -> [`src/`, `a.ts`]. */
export function splitPath(path: string): readonly [folder: string, name: string] {
  const cut = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1;
  return [path.slice(0, cut), path.slice(cut)];
}

function startOfDay(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

/** `812`, `9,800`, `12.3k`, `240k`: a number of tokens. */
export function formatTokens(count: number): string {
  return count < 10_000 ? count.toLocaleString("en-US") : `${(count / 1000).toFixed(count < 100_000 ? 1 : 0)}k`;
}
