import type { ErrorCode } from "../../protocol/error.ts";
import type { ProviderId, TaskSettings } from "../../protocol/settings.ts";
import type { TaskKind } from "../../protocol/task.ts";

/** Why no task of a kind may start right now, and until when (Unix ms). */
export interface Block {
  readonly reason: string;
  readonly until: number;
}

/** Keeps tasks from hammering what does not work: a provider that limits, and errors that come again and again. */
export interface Guard {
  /** Null when a task may start. */
  blocked(kind: TaskKind, provider: ProviderId | null): Block | null;
  /** The provider answered 429; `delayMs` when it said how long to wait. Each one in a row doubles the pause, up to 2 minutes. */
  limited(provider: ProviderId, delayMs?: number): void;
  /** The provider answered a request. */
  answered(provider: ProviderId): void;
  begun(kind: TaskKind, provider: ProviderId | null): void;
  /** A task ended: with an error thrown on the way, well (null), or in a way that says nothing (undefined: stopped, or failed by its own account). Errors of its own input say nothing either. */
  ended(kind: TaskKind, provider: ProviderId | null, code: ErrorCode | null | undefined): void;
}

/** Errors of one task's own input: the next one may be right, whatever the provider does. */
const ownErrors: ReadonlySet<ErrorCode> = new Set([
  "invalid_input",
  "not_found",
  "not_a_file",
  "outside_project",
  "permission_denied",
  "denied",
  "too_large",
]);
const firstPauseMs = 2_000;
const maxPauseMs = 120_000;

export function createGuard(settings: () => TaskSettings, now: () => number): Guard {
  const limits = new Map<ProviderId, { count: number; until: number }>();
  const breakers = new Map<string, { code: ErrorCode; count: number; until: number; trying: boolean }>();
  const keyOf = (kind: TaskKind, provider: ProviderId | null): string => `${kind}/${provider ?? ""}`;
  return {
    blocked(kind, provider) {
      const limit = provider === null ? undefined : limits.get(provider);
      if (limit !== undefined && limit.until > now())
        return { reason: `${provider} limits requests; next start in ${seconds(limit.until - now())}`, until: limit.until };
      const breaker = breakers.get(keyOf(kind, provider));
      if (breaker !== undefined && breaker.until > now())
        return {
          reason: `the last ${breaker.count} tasks of this kind failed with ${breaker.code}; one more is tried in ${seconds(breaker.until - now())}`,
          until: breaker.until,
        };
      if (breaker?.trying === true)
        return {
          reason: `the last ${breaker.count} tasks of this kind failed with ${breaker.code}; one is being tried`,
          until: now() + 1_000,
        };
      return null;
    },
    limited(provider, delayMs) {
      const known = limits.get(provider);
      const count = (known?.count ?? 0) + 1;
      const pause = delayMs ?? Math.min(maxPauseMs, firstPauseMs * 2 ** (count - 1));
      limits.set(provider, { count, until: Math.max(known?.until ?? 0, now() + pause) });
    },
    answered(provider) {
      const known = limits.get(provider);
      // A pause that was asked for lasts; another one does not begin longer.
      if (known !== undefined) known.count = 0;
      // The task that is tried has its answer: the others need not wait until all of its work is done.
      for (const [key, { trying }] of breakers) if (trying && key.endsWith(`/${provider}`)) breakers.delete(key);
    },
    begun(kind, provider) {
      const breaker = breakers.get(keyOf(kind, provider));
      if (breaker !== undefined && breaker.until > 0) breaker.trying = true;
    },
    ended(kind, provider, code) {
      const key = keyOf(kind, provider);
      if (code === undefined || (code !== null && ownErrors.has(code))) {
        const breaker = breakers.get(key);
        if (breaker !== undefined) breaker.trying = false;
        return;
      }
      if (code === null) {
        breakers.delete(key);
        return;
      }
      const known = breakers.get(key);
      const count = known?.code === code ? known.count + 1 : 1;
      const { breakerErrors, breakerPauseMs } = settings();
      breakers.set(key, { code, count, until: count >= breakerErrors ? now() + breakerPauseMs : 0, trying: false });
    },
  };
}

function seconds(ms: number): string {
  return `${Math.max(1, Math.ceil(ms / 1_000))} s`;
}
