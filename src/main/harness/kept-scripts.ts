import type { Handle, Snapshot } from "./quickjs.ts";

/** A realm in which a script is parsed already. */
export interface KeptScript {
  readonly snapshot: Snapshot;
  /** The script's function in that realm. */
  readonly script: Handle;
}

/** Shorter scripts are parsed faster than a realm is put back. */
const minLength = 4_096;
const maxKept = 4;
const maxRemembered = 16;

/** What one worker keeps of scripts that come again: their parsed form. A script is kept when it has run twice. */
export interface KeptScripts {
  find(code: string): KeptScript | undefined;
  /** Call it when a script has run. True when it should be kept now. */
  ran(code: string): boolean;
  keep(code: string, kept: KeptScript): void;
  /** Forgets all: the realm they start from has changed. */
  clear(): void;
}

/** One per worker; at most 4 scripts of about 0.6 MB each. */
export function createKeptScripts(): KeptScripts {
  const kept = new Map<string, KeptScript>();
  const ranOnce = new Set<string>();
  const trim = (entries: Map<string, unknown> | Set<string>, most: number): void => {
    for (const key of entries.keys()) {
      if (entries.size <= most) return;
      entries.delete(key);
    }
  };
  return {
    find(code) {
      const found = kept.get(code);
      if (found === undefined) return undefined;
      kept.delete(code);
      kept.set(code, found);
      return found;
    },
    ran(code) {
      if (code.length < minLength || kept.has(code)) return false;
      if (ranOnce.delete(code)) return true;
      ranOnce.add(code);
      trim(ranOnce, maxRemembered);
      return false;
    },
    keep(code, script) {
      kept.set(code, script);
      trim(kept, maxKept);
    },
    clear() {
      kept.clear();
    },
  };
}
