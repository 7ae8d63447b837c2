import { programName } from "../lib/programs.ts";

interface RunOptions {
  /** Whole names; programs take them shortened, too. */
  readonly long?: readonly string[];
  /** Letters that count anywhere in a word such as `-kf`. */
  readonly short?: string;
  /** `NAME=value` sets what it runs. */
  readonly variables?: true;
}

/** Options by which usual programs run another one that these name, or read what to run from a file that these name. */
const options: Readonly<Record<string, RunOptions>> = {
  git: {
    long: ["--upload-pack", "--receive-pack", "--exec", "--ext-diff", "--open-files-in-pager", "--config", "--config-env", "--template"],
  },
  "git clone": { short: "cu" },
  make: { long: ["--file", "--makefile", "--eval", "--directory", "--include-dir"], short: "fCEI", variables: true },
  go: { long: ["--exec", "--toolexec", "--ldflags", "--gccgoflags", "--vettool", "--overlay", "--modfile"] },
  cargo: { long: ["--config"], short: "Z" },
  npm: { long: ["--script-shell", "--node-options", "--shell", "--git"] },
  just: { long: ["--justfile", "--shell", "--shell-arg", "--set", "--working-directory"], short: "fd" },
  task: { long: ["--taskfile", "--dir"], short: "td", variables: true },
  rake: { long: ["--rakefile", "--require", "--execute"], short: "frep" },
  gradle: { long: ["--init-script", "--build-file", "--settings-file", "--project-dir"], short: "IbcpD" },
  mvn: { long: ["--file", "--settings", "--define"], short: "fsD" },
};
const sameAs: Readonly<Record<string, string>> = { gmake: "make", gradlew: "gradle", mvnw: "mvn", pnpm: "npm", yarn: "npm" };

/** True when a word of a command, from `from` on, may have its program run another one: then a prefix does not say what runs. */
export function runsNamedProgram(words: readonly string[], from: number): boolean {
  const name = programName(words[0] ?? "");
  const known = Object.hasOwn(sameAs, name) ? (sameAs[name] ?? name) : name;
  const sets = [known, `${known} ${words[1] ?? ""}`].flatMap((key) => (Object.hasOwn(options, key) ? [options[key] ?? {}] : []));
  return words.slice(from).some((word) => sets.some((set) => isRunOption(word, set, known === "go")));
}

function isRunOption(word: string, { long = [], short = "", variables }: RunOptions, isOneDash: boolean): boolean {
  if (!word.startsWith("-")) return variables === true && /^[A-Za-z_]\w*[:+?]?=/.test(word);
  const [given = ""] = word.split("=");
  // Go takes its options with one dash or two.
  const option = isOneDash && !given.startsWith("--") ? `-${given}` : given;
  if (option.startsWith("--")) return option.length > 2 && long.some((one) => one.startsWith(option));
  const letters = /^-([A-Za-z]+)/.exec(word)?.[1] ?? "";
  return letters.split("").some((letter) => short.includes(letter));
}
