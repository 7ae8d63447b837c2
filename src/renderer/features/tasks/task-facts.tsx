import type { ReactNode } from "react";
import { isTaskOver, type TaskRow } from "../../../protocol/task.ts";
import { formatBytes, formatElapsed } from "../../lib/format.ts";
import { useNow } from "../../state/now.ts";
import { cx } from "../../ui/cx.ts";
import type { TaskInputView } from "./task-input.ts";
import { TaskMark } from "./task-mark.tsx";
import { deliveryWords, statusName } from "./task-words.ts";

/** Letters of a field that a column of the grid takes; longer ones get a row of their own. */
const factLength = 44;

/** State, times, what it used, where its result is, and the smaller fields of what was asked. */
export function TaskFacts({ row, input }: { readonly row: TaskRow; readonly input: TaskInputView }) {
  const over = isTaskOver(row.status);
  const waitedMs = useWaited(row);
  const long = input.details.filter(([, value]) => value.length > factLength);
  return (
    <dl className="grid grid-cols-[repeat(auto-fit,minmax(150px,1fr))] gap-x-6 gap-y-3">
      <Fact name="State">
        <span className="flex items-center gap-2">
          <TaskMark row={row} /> {statusName(row.status)}
          {row.stalled ? <span className="text-warn">no sign of life</span> : null}
        </span>
      </Fact>
      <Fact name={row.startedAt === null ? (over ? "Waited" : "Waiting for") : over ? "Took" : "Running for"}>
        <Elapsed row={row} />
      </Fact>
      {waitedMs < 1_000 ? null : <Fact name="Of it waited for you">{formatElapsed(waitedMs)}</Fact>}
      <Fact name="Created">{clock(row.createdAt)}</Fact>
      {row.finishedAt === null ? (
        <Fact name="Last sign of life">{clock(row.lastEventAt)}</Fact>
      ) : (
        <Fact name="Ended">{clock(row.finishedAt)}</Fact>
      )}
      <Fact name="Result">{deliveryWords(row)}</Fact>
      <Used row={row} />
      {row.run === 1 ? null : <Fact name="Run">{row.run}</Fact>}
      {over || row.owner === null ? null : <Fact name="Process">{row.owner.pid}</Fact>}
      {input.details.map(([name, value]) =>
        value.length > factLength ? null : (
          <Fact key={name} name={label(name)}>
            {value}
          </Fact>
        ),
      )}
      <Fact name="Task">
        <code className="text-code">{row.taskId}</code>
      </Fact>
      {long.map(([name, value]) => (
        <Fact key={name} name={label(name)} wide>
          {value}
        </Fact>
      ))}
    </dl>
  );
}

/** What it used; where it has a budget, of how much, as a bar. */
function Used({ row }: { readonly row: TaskRow }) {
  const { used, budget, waited } = row;
  const now = useNow(row.finishedAt === null && budget?.wallMs !== undefined);
  const until = row.finishedAt ?? waited.since ?? now;
  const wall = row.startedAt === null ? 0 : Math.max(0, until - row.startedAt - waited.ms);
  return (
    <>
      <Meter name="Tokens" value={used.tokens} limit={budget?.tokens} words={(count) => count.toLocaleString("en-US")} />
      <Meter name="Calls" value={used.calls} limit={budget?.calls} words={(count) => count.toLocaleString("en-US")} />
      {used.usd === null ? null : <Meter name="Money" value={used.usd} limit={budget?.usd} words={(usd) => `$${usd.toFixed(2)}`} />}
      {budget?.wallMs === undefined ? null : <Meter name="Time" value={wall} limit={budget.wallMs} words={formatElapsed} />}
      {used.bytes === 0 ? null : <Fact name="Printed">{formatBytes(used.bytes)}</Fact>}
    </>
  );
}

function Meter({
  name,
  value,
  limit,
  words,
}: {
  readonly name: string;
  readonly value: number;
  readonly limit: number | undefined;
  readonly words: (value: number) => string;
}) {
  if (limit === undefined) return value === 0 ? null : <Fact name={name}>{words(value)}</Fact>;
  const part = Math.min(1, value / limit);
  return (
    <Fact name={`${name}, of its budget`}>
      <span className="tabular">
        {words(value)} of {words(limit)}
      </span>
      <span aria-hidden className="mt-1 block h-1 overflow-hidden rounded-full bg-raise">
        <span className={cx("block h-full", part > 0.9 ? "bg-warn-fill" : "bg-accent")} style={{ width: `${part * 100}%` }} />
      </span>
    </Fact>
  );
}

function Fact({ name, wide, children }: { readonly name: string; readonly wide?: boolean; readonly children: ReactNode }) {
  return (
    <div className={cx("min-w-0", wide === true && "col-span-full")}>
      <dt className="text-micro text-fg3">{name}</dt>
      <dd className="selectable tabular text-ui text-fg [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

/** Time its limits do not count. */
function useWaited({ waited }: TaskRow): number {
  const now = useNow(waited.since !== null);
  return waited.ms + (waited.since === null ? 0 : Math.max(0, now - waited.since));
}

function Elapsed({ row }: { readonly row: TaskRow }) {
  const now = useNow(row.finishedAt === null);
  return formatElapsed((row.finishedAt ?? now) - (row.startedAt ?? row.createdAt));
}

/** `maxTokens` of an input as the page writes its names: `Max tokens`. */
function label(name: string): string {
  const words = name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function clock(time: number): string {
  return new Date(time).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
}
