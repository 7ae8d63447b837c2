import { SpindleError } from "../../protocol/error.ts";
import type { Usage } from "../../protocol/event.ts";
import type { TaskUse } from "../../protocol/task.ts";
import type { TaskBudget } from "../../protocol/tools.ts";

/** Dollars per million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
}

/** Counts what one task uses up, and tells when that is more than its budget. What a task's tasks use counts for it too. */
export interface TaskMeter {
  used(): TaskUse;
  /** Text of a model as it arrives, in characters; four of them count as a token until the request has ended. */
  streamed(characters: number): void;
  /** A request has ended, with what the provider counted. */
  request(usage: Usage, price: Price | null): void;
  call(): void;
  printed(bytes: number): void;
  /** A task below gave a sign of life: one of this one, too. */
  alive(): void;
  /** Of tasks below: what is arriving there, in tokens, and what their requests cost in the end. */
  below(arriving: number, tokens: number, usd: number | null): void;
  /** Throws `budget_exceeded` when nothing more may be begun. */
  check(): void;
}

/** `onOver` is called once, with the error a task ends with. */
export function createMeter(options: {
  readonly budget: TaskBudget | null;
  readonly parent: TaskMeter | null;
  /** Of an earlier process. */
  readonly used?: TaskUse;
  readonly onUse: () => void;
  readonly onOver: (error: SpindleError) => void;
}): TaskMeter {
  const { budget, parent } = options;
  let { tokens, calls, usd, bytes } = options.used ?? { tokens: 0, calls: 0, usd: null, bytes: 0 };
  /** Of the request that runs: what its text is worth so far. */
  let arriving = 0;
  let arrivingBelow = 0;
  let over: SpindleError | null = null;

  const exceeded = (): SpindleError | null => {
    const sums = [
      ["tokens", Math.ceil(tokens + arriving + arrivingBelow), budget?.tokens],
      ["calls", calls, budget?.calls],
      ["usd", usd ?? 0, budget?.usd],
    ] as const;
    for (const [name, used, allowed] of sums) {
      if (allowed === undefined || used <= allowed) continue;
      const shown = name === "usd" ? `$${used.toFixed(4)} of $${allowed}` : `${used} of ${allowed} ${name}`;
      return budgetError(`The task used ${shown}.`, { budget: name, used, allowed });
    }
    return null;
  };
  const look = (): void => {
    options.onUse();
    if (over !== null) return;
    over = exceeded();
    if (over !== null) options.onOver(over);
  };
  return {
    used: () => ({ tokens: Math.ceil(tokens + arriving + arrivingBelow), calls, usd, bytes }),
    streamed(characters) {
      arriving += characters / 4;
      parent?.below(characters / 4, 0, null);
      look();
    },
    request(usage, price) {
      const sum = usage.inputTokens + usage.outputTokens;
      const cost = price === null ? null : (usage.inputTokens * price.input + usage.outputTokens * price.output) / 1e6;
      tokens += sum;
      if (cost !== null) usd = (usd ?? 0) + cost;
      parent?.below(-arriving, sum, cost);
      arriving = 0;
      look();
    },
    below(arrives, sum, cost) {
      arrivingBelow += arrives;
      tokens += sum;
      if (cost !== null) usd = (usd ?? 0) + cost;
      parent?.below(arrives, sum, cost);
      look();
    },
    call() {
      calls++;
      parent?.call();
      look();
    },
    printed(count) {
      bytes += count;
      options.onUse();
      parent?.alive();
    },
    alive() {
      options.onUse();
      parent?.alive();
    },
    check() {
      if (over !== null) throw over;
      // What is used up to the last one begins nothing new.
      if (budget?.tokens !== undefined && tokens >= budget.tokens)
        throw budgetError(`The task used ${tokens} of ${budget.tokens} tokens.`, {});
      parent?.check();
    },
  };
}

/** The error of a task that used up its budget. */
export function budgetError(message: string, details: { readonly [key: string]: string | number }): SpindleError {
  return new SpindleError("budget_exceeded", message, {
    hint: "What it had done by then is kept. Start it again with a larger budget.",
    details,
  });
}
