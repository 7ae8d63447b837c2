import { readdirSync, readFileSync } from "node:fs";

/**
 * Descriptors of this process that a child would inherit, besides 0, 1 and 2: what whoever started us left open, or what
 * Electron opens without close-on-exec (measured: 38 in its main process, one of them the application's own data, open
 * for writing). Linux; elsewhere an empty list.
 */
export function inheritedDescriptors(): readonly number[] {
  if (process.platform !== "linux") return [];
  const found: number[] = [];
  for (const name of readdirSync("/proc/self/fd")) {
    const fd = Number(name);
    if (fd <= 2) continue;
    try {
      const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, "utf8"))?.[1] ?? "0";
      if ((parseInt(flags, 8) & closeOnExec) === 0) found.push(fd);
    } catch {
      // The descriptor that read the folder: closed by now.
    }
  }
  return found;
}

const closeOnExec = 0o2000000;

/**
 * Puts a shell in front that closes everything above descriptor 4 and becomes the command: its pid and group stay the
 * same. Only needed where `inheritedDescriptors` found some; costs about 1.5 ms. `bash` because `sh` may know no
 * descriptors above 9; it runs with an empty environment's worth of influence (`-p`: no BASH_ENV, no functions).
 * `exec` is how it becomes the command: `exec -l` for a login shell.
 */
export function withoutInherited(argv: readonly [string, ...string[]], keep: readonly number[], exec = "exec"): [string, ...string[]] {
  const kept = [0, 1, 2, ...keep].join("|");
  const program = `for f in /proc/$$/fd/*; do n=\${f##*/}; case $n in ${kept}|*[!0-9]*) ;; *) eval "exec $n>&-" 2>/dev/null ;; esac; done; ${exec} "$@"`;
  return ["/bin/bash", "-p", "-c", program, "bash", ...argv];
}
