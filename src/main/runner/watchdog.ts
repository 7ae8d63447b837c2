import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";

/** Kills what a runner left behind when the runner's own process dies by whatever means. */
export interface Watchdog {
  /**
   * Call it before a child is spawned: from then on the watchdog finds the child, though nobody knows its group yet, by a
   * variable that only this child has. Resolves when the watchdog has been told; never rejects.
   */
  announce(): Promise<Announced>;
  /** The child leads the group `group`. */
  add(child: Announced, group: number): void;
  /** The child could not be started. */
  forget(child: Announced): void;
  /** The group is dead. */
  remove(group: number): void;
  /** A terminal with this shell is open: it gets the time to end by the hang-up before it is killed. */
  addTerminal(shell: number): void;
  removeTerminal(shell: number): void;
  close(): Promise<void>;
}

/** A child that is about to be spawned. */
export interface Announced {
  readonly number: number;
  /** Goes into the child's environment; a sandbox takes it off again. */
  readonly env: Readonly<Record<string, string>>;
}

const variable = "SPINDLE_COMMAND";

/**
 * Reads lines until its input ends: `s N` (child N is about to start), `a N PID` (it leads the group PID), `f N` (it did not
 * start), `d PID` (the group is dead), `t PID` and `u PID` (a terminal's shell is there, is dead). The input ends when this process closes it or dies, even by SIGKILL: then the folder
 * (`$1`) is removed (again, when a mkfifo still puts names into it) and the groups that are still listed are killed. Who died between `s` and `a` left a child that is in no
 * list: it is looked for by its variable (`$2` and N), for 2 s, because it may not have become its program yet. Linux only:
 * nobody else has /proc.
 */
const program = `trap '' HUP INT TERM
groups=' '
starts=' '
shells=' '
while read -r what id group; do
  case $what in
    s) starts="$starts$id " ;;
    a|f) starts="\${starts%% $id *} \${starts#* $id }" ;;
    t) shells="$shells$id " ;;
    u) shells="\${shells%% $id *} \${shells#* $id }" ;;
    d) case $groups in *" $id "*) groups="\${groups%% $id *} \${groups#* $id }" ;; esac ;;
  esac
  case $what in a) groups="$groups$group " ;; esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
if [ "$shells" != ' ' ]; then
  for shell in $shells; do kill -s HUP -- "-$shell"; done
  sleep 0.2
  for shell in $shells; do kill -s KILL -- "-$shell"; done
fi
looks=0
until [ -z "$1" ] || rm -rf -- "$1" || [ $looks -ge 10 ]; do
  looks=$((looks + 1))
  sleep 0.05
done
looks=0
while [ "$starts" != ' ' ] && [ -e /proc/self/environ ] && [ $looks -lt 40 ]; do
  for start in $starts; do
    for file in $(grep -lF -- "$2$start." /proc/[0-9]*/environ); do
      pid=\${file#/proc/}
      kill -s KILL -- "-\${pid%/environ}" "\${pid%/environ}"
    done
  done
  looks=$((looks + 1))
  sleep 0.05
done`;

/** Starts a watchdog that removes `folder`, when there is one: one small `sh` in a process group of its own, which does not keep this process alive. */
export function startWatchdog(folder: string | null): Watchdog {
  const mark = `${randomBytes(12).toString("hex")}.`;
  const child = spawn("/bin/sh", ["-c", program, "sh", folder ?? "", `${variable}=${mark}`], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: { PATH: "/usr/bin:/bin" },
    cwd: "/",
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    // Without /bin/sh there is no watchdog; children still die with everything but a SIGKILL of this process.
    child.once("error", () => resolve());
  });
  child.stdin.on("error", () => undefined);
  child.unref();
  if ("unref" in child.stdin && typeof child.stdin.unref === "function") child.stdin.unref();
  let last = 0;
  return {
    announce() {
      const number = ++last;
      const announced: Announced = { number, env: { [variable]: `${mark}${number}.` } };
      // An error means that there is no watchdog (any more): nothing to wait for.
      return new Promise((resolve) => child.stdin.write(`s ${number}\n`, () => resolve(announced)));
    },
    add: ({ number }, group) => void child.stdin.write(`a ${number} ${group}\n`),
    forget: ({ number }) => void child.stdin.write(`f ${number}\n`),
    remove: (group) => void child.stdin.write(`d ${group}\n`),
    addTerminal: (shell) => void child.stdin.write(`t ${shell}\n`),
    removeTerminal: (shell) => void child.stdin.write(`u ${shell}\n`),
    async close() {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}
