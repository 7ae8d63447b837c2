import { useCallback, useState } from "react";
import type { Row } from "./rows.ts";

/**
 * The key of each row and of the one behind them, by a function that stays the same while the keys do: the list measures
 * all of its rows anew whenever it gets another one, which is every frame of a streaming answer otherwise.
 */
export function useRowKeys(rows: readonly Row[]): (index: number) => string {
  const [kept, setKept] = useState<readonly string[]>(() => keysOf(rows));
  let keys = kept;
  if (keys.length !== rows.length || rows.some((row, index) => row.key !== kept[index])) {
    keys = keysOf(rows);
    setKept(keys);
  }
  return useCallback((index: number) => keys[index] ?? `tail:${keys.length}`, [keys]);
}

function keysOf(rows: readonly Row[]): readonly string[] {
  return rows.map((row) => row.key);
}
