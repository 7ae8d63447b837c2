import { useEffect, useState } from "react";

/** The time to the minute, for "5m ago" and day groups. Stands still while the window is hidden. */
export function useMinute(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
