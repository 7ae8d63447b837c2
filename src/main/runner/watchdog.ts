import { spawn } from "node:child_process";

/** Kills what a runner left behind when the runner's own process dies by whatever means. */
export interface Watchdog {
  add(group: number): void;
  remove(group: number): void;
  close(): Promise<void>;
}

/**
 * Reads `a PID` and `d PID` lines until its input ends. It ends when this process closes it or dies, even by SIGKILL: then
 * the groups that are still listed are killed and the folder (`$1`) is removed.
 */
const program = `trap '' HUP INT TERM
groups=' '
while read -r what group; do
  case $what in
    a) groups="$groups$group " ;;
    d) case $groups in *" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;; esac ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
rm -rf -- "$1"`;

/** Starts a watchdog: one small `sh` in a process group of its own, which does not keep this process alive. */
export function startWatchdog(folder: string): Watchdog {
  const child = spawn("/bin/sh", ["-c", program, "sh", folder], {
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
  return {
    add: (group) => void child.stdin.write(`a ${group}\n`),
    remove: (group) => void child.stdin.write(`d ${group}\n`),
    async close() {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}
