import type { RulePattern } from "../../protocol/rule.ts";
import { runsNamedProgram } from "./run-options.ts";
import { isInterpreter, programName, runsAnything } from "../lib/programs.ts";

/** Programs whose second word chooses what they do. */
const choosing: ReadonlySet<string> = new Set(
  "git npm pnpm yarn bun deno cargo go make just task gh glab pip pip3 uv poetry pdm hatch dotnet gradle gradlew mvn mvnw bundle rake composer terraform tofu systemctl apt apt-get brew rustup docker podman kubectl helm".split(
    " ",
  ),
);
/** Second words that only announce the third: `npm run build`, `docker compose up`. */
const announcing: ReadonlySet<string> = new Set(["run", "compose", "tool", "script", "workspace", "remote", "stash"]);
/** Choices that run any program their further words name, or write what makes others run one. */
const open: ReadonlySet<string> = new Set(
  "docker run|docker exec|docker compose run|docker compose exec|podman run|podman exec|kubectl exec|kubectl run|kubectl debug|go run|go generate|go tool|git config|git filter-branch|git rebase|git difftool|git mergetool|git grep|git hook|git send-email|git daemon|git instaweb|git for-each-repo|go env|pnpm config|yarn config|npm pkg|pnpm pkg|npm set|npm set-script|pip3 config|poetry config|bundle config|composer config|gh config|rustup run|deno run|deno eval|deno task|bun run|cargo run|dotnet tool|dotnet exec|make -f|npm config|npm explore|pip config|gh alias|gh api|gh extension".split(
    "|",
  ),
);
/** Programs that only read, or make what is empty, and cannot be told to run another (bash's own `test` and `printf` can: `test -v 'a[$(…)]'`): the program alone is a rule that can be overseen. */
const harmless: ReadonlySet<string> = new Set(
  "ls cat head tail wc grep egrep fgrep stat file du df pwd echo which whoami uname date basename dirname realpath readlink diff cmp cut tr nl column md5sum sha1sum sha256sum true false touch mkdir".split(
    " ",
  ),
);

/** The pattern that a person is offered for a command: as wide as is usual for it, and never so wide that it says nothing. */
export function usualPattern(words: readonly string[]): RulePattern {
  const exact: RulePattern = { words: [...words], exact: true };
  const [program = "", choice] = words;
  const name = programName(program);
  if (mustBeExact(words)) return exact;
  if (isInterpreter(program)) return { words: words.slice(0, 3), exact: false };
  if (harmless.has(name)) return { words: [program], exact: false };
  if (!choosing.has(name) || !isChoice(choice)) return exact;
  const count = announcing.has(choice ?? "") ? 3 : 2;
  return count === 3 && !isChoice(words[2]) ? exact : { words: words.slice(0, count), exact: false };
}

/** Modules of Python that run the code or the file which their further words are. */
const runningModules: ReadonlySet<string> = new Set(
  "IPython cProfile code coverage debugpy doctest idlelib ipython memory_profiler pdb profile runpy timeit trace viztracer".split(" "),
);

function isChoice(word: string | undefined): word is string {
  return word !== undefined && /^[A-Za-z][\w:.-]*$/.test(word);
}

/** The choice runs anything; so does a pattern that ends before the choice is made (`git …`, `git -c …`, `docker compose …`). */
function isOpen(words: readonly string[]): boolean {
  const [name = "", choice] = words;
  const unmade = words.join(" ") === "docker compose" || (choosing.has(name) && (choice === undefined || choice.startsWith("-")));
  return unmade || open.has(words.slice(0, 2).join(" ")) || open.has(words.slice(0, 3).join(" "));
}

/** True for commands of which no prefix says what runs. `python -m pytest` does say it. */
export function mustBeExact(words: readonly string[]): boolean {
  const [program = "", option, module_] = words;
  const name = programName(program);
  if (runsAnything(words) || isOpen([name, ...words.slice(1)]) || runsNamedProgram(words, 1)) return true;
  return isInterpreter(program) && !(name.startsWith("py") && option === "-m" && isChoice(module_) && !runningModules.has(module_));
}
