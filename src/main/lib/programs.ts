/** The name of a program without its folder and without `.exe`: `/usr/bin/git` is `git`. */
export function programName(program: string): string {
  return program.slice(Math.max(program.lastIndexOf("/"), program.lastIndexOf("\\")) + 1).replace(/\.exe$/i, "");
}

/** Shells: they run a text they are given, by `-c`, as a file or on their input. */
export function isShell(program: string): boolean {
  return /^r?(?:ba|z|k|mk|pdk|da|a|c|tc|fi|po)?sh(?:-?[\d.]+)?$/.test(programName(program));
}

/**
 * Programs that run the program their further words name, with the number of words of their own before it that are no options
 * (`timeout 5 ls`: one).
 */
const wrappers: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    "sudo doas run0 pkexec env xargs command builtin exec nohup time nice ionice setsid stdbuf unbuffer watch parallel strace ltrace perf valgrind gdb lldb unshare nsenter busybox toybox coproc systemd-run systemd-inhibit caffeinate fakeroot proot firejail bwrap dbus-run-session xvfb-run rlwrap entr setarch linux32 linux64 numactl cpulimit catchsegv chronic sem npx bunx pnpx uvx pipx"
      .split(" ")
      .map((name) => [name, 0]),
  ),
  timeout: 1,
  chrt: 1,
  taskset: 1,
  flock: 1,
  chroot: 1,
  prlimit: 0,
  screen: 0,
  tmux: 1,
};

/** The same for programs that do so behind a word of theirs: `poetry run ls`. */
const wrappingChoices: ReadonlySet<string> = new Set([
  "npm exec",
  "npm x",
  "pnpm exec",
  "pnpm dlx",
  "yarn exec",
  "yarn dlx",
  "bun x",
  "poetry run",
  "uv run",
  "uv tool",
  "pipenv run",
  "pipx run",
  "hatch run",
  "rye run",
  "pdm run",
  "conda run",
  "mamba run",
  "bundle exec",
  "mise exec",
  "mise x",
  "asdf exec",
  "direnv exec",
  "nix run",
  "git bisect",
  "git submodule",
]);

/** Programs that run any program in another place: in a container, on another machine, as somebody else. What they run there is not looked at. */
const elsewhere: ReadonlySet<string> = new Set(
  "ssh nerdctl oc lxc incus machinectl vagrant flatpak snap wsl su runuser script expect at batch crontab nix-shell".split(" "),
);

/** Programs that run code given as a word, an option or a file of theirs. */
const interpreters =
  /^(?:node|nodejs|deno|bun|tsx|ts-node|python[\d.]*|pypy[\d.]*|perl[\d.]*|ruby[\d.]*|irb|php[\d.]*|lua[\d.]*|luajit|tclsh[\d.]*|wish|osascript|[gmn]?awk|g?sed|find|fd|fdfind|vim?|nvim|view|ex|ed|emacs|R|Rscript|julia|ghci|runghc|elixir|erl|escript|scala|groovy|kotlin|jshell|swift|dart|octave|guile|racket|sbcl|clojure|bb|jq|rsync|tar|pwsh|powershell|less|more|man|m4)$/;

/** Words of its own that a wrapper has in front of the command it runs; null for a program that is none. */
export function wrapperWords(words: readonly (string | null)[]): number | null {
  const name = programName(words[0] ?? "");
  // With `hasOwn`: a program may be called `constructor`.
  if (Object.hasOwn(wrappers, name)) return wrappers[name] ?? null;
  return wrappingChoices.has(`${name} ${words[1] ?? ""}`) ? 1 : null;
}

export function isInterpreter(program: string): boolean {
  return interpreters.test(programName(program));
}

/** True for a program of which its first words do not say what runs: shells, wrappers, and what runs things elsewhere. */
export function runsAnything(words: readonly string[]): boolean {
  const [program = ""] = words;
  const name = programName(program);
  return isShell(program) || wrapperWords(words) !== null || elsewhere.has(name) || ["eval", "source", ".", "trap", "alias"].includes(name);
}
