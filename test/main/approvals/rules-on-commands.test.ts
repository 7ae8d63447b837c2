import { afterAll, describe, expect, test } from "vitest";
import { judgeByRules } from "../../../src/main/approvals/rules.ts";
import { createShellInspector } from "../../../src/main/shell/inspect.ts";
import { ruledCommand } from "../../../src/main/tools/exec/command-effect.ts";
import type { Rule } from "../../../src/protocol/rule.ts";
import { shellFiles } from "../../support/worker-file.ts";

const inspector = createShellInspector(await shellFiles());
afterAll(() => inspector.close());

function rule(decision: Rule["decision"], ...words: readonly string[]): Rule {
  return { id: words.join(" "), createdAt: 0, words: [...words], exact: false, outside: false, decision, scope: { kind: "always" } };
}

async function verdict(cmd: string, ...rules: readonly Rule[]): Promise<string> {
  const found = judgeByRules(ruledCommand({ cmd }, await inspector.inspect(cmd, "/p")), rules);
  return found?.decision ?? "nothing";
}

const push = rule("deny", "git", "push");

describe("words that something else may put together", () => {
  test.each([
    ["git grep -O'git push' x", push],
    ["git fetch --upload-pack='git push' x", push],
    ["git fetch --upload='git push' x", push],
    ["echo 'git push' > .git/hooks/post-checkout; git checkout x", push],
    ["echo git push | tee .husky/pre-commit", push],
    ["setpriv git pu\\\nsh", push],
    ["setpriv git pu$(:)sh", push],
    ["setpriv git pu`:`sh", push],
    ["setpriv git pu${x}sh", push],
    ["setpriv git pus{h,}", push],
    ["setpriv git pus[h]", push],
    ["setpriv g?t push", push],
    ["setpriv git p*", push],
    ["setpriv git $'pu\\x73h'", push],
    ["setpriv sh -c 'git pu$(:)sh'", push],
    ["setpriv sh -c $'git pu\\x73h'", push],
    ["setpriv git pu$@sh", push],
    ["setpriv git pu$*sh", push],
    ["setpriv git ${x:-push}", push],
    ["setpriv ${HOME:+git} push", push],
    ["setpriv git pu${x:-${y}}sh", push],
    ["setpriv git pu$( (echo s) )h", push],
    ["setpriv git pu{s..s}h", push],
    ["setpriv /usr/bin/gi[t] push", push],
    ["cp /usr/bin/gi? x; ./x push", push],
    ["setpriv git $(echo hsup | rev)", push],
    ["setpriv git -C . $x", push],
    ["[ -v 'a[$(git push)]' ]", push],
    ["[[ 'a[$(git push)]' -eq 1 ]]", push],
    ["declare 'a[$(git push)]=1'", push],
    ["rg --pre 'git push' x", push],
    ["echo '$('; find . -exec r{m,x} -rf {} +", rule("ask", "rm")],
    ["x=$(echo '('); find . -exec r{m,x} {} +", rule("ask", "rm")],
    ["setpriv npm run test:e2e", rule("deny", "npm", "run", "test:e2e")],
    ["setpriv ./é/lancé à", rule("deny", "lancé", "à")],
    ["setpriv setpriv reboot", { ...rule("deny", "setpriv", "reboot"), exact: true }],
  ] as const)("%s asks", async (cmd, forbidden) => {
    expect(await verdict(cmd, forbidden)).toBe("ask");
  });

  test.each([
    "git grep push",
    "git log --oneline push",
    "git fetch origin push",
    "setpriv npm run test:e3e",
    "setpriv git log *",
    "setpriv git log lo[g]",
    "rg -n 'git push' src/hooks.ts",
    "git commit -m 'push: hooks'",
    '[ -f git ] && echo "push"',
    'for f in *.md; do prettier "$f"; git add "$f"; done',
    "setpriv git show $x p{a,o,}sh HEAD^{tree} x{",
  ])("%s is free", async (cmd) => {
    expect(await verdict(cmd, push, rule("deny", "npm", "run", "test:e2e"))).toBe("nothing");
  });
});

describe("a rule that forbids git push", () => {
  test.each([
    "git push",
    "git push origin main",
    "git -C . push",
    "git -c a=b -C x push",
    "git --no-pager push",
    "git --git-dir=x push",
    "/usr/bin/git push",
    "./git push",
    "\\git push",
    "g\\it push",
    "'git' \"push\"",
    "g''it pu\"\"sh",
    "$'git' $'\\x70ush'",
    "git \\\n  push",
    "A=b git push",
    "(git push)",
    "{ git push; }",
    "! git push",
    "true && git push || false",
    "if git push; then :; fi",
    "while true; do git push; done",
    "case x in x) git push;; esac",
    "f() { git push; }; f",
    "echo $(git push)",
    "echo `git push`",
    "x=$(git push)",
    "cat <(git push)",
    "git push > out 2>&1 &",
    "command git push",
    "command -p git push",
    "builtin command git push",
    "exec -a x git push",
    "time git push",
    "time -p git push",
    "timeout 5 git push",
    "timeout -s KILL --foreground 5s git push",
    "nice -n 3 git push",
    "nice git push",
    "nohup git push",
    "ionice -c2 -n7 git push",
    "chrt -f 10 git push",
    "taskset 0x1 git push",
    "setsid -w git push",
    "stdbuf -oL git push",
    "sudo git push",
    "sudo -u bob -- git push",
    "sudo A=b git push",
    "doas -u bob git push",
    "env git push",
    "env -i A=b git push",
    "env -u HOME git push",
    "env --unset=HOME -C /x git push",
    "env -S 'git push'",
    "env -S'git push'",
    "env --split-string='git push'",
    "xargs git push",
    "echo x | xargs -n 1 -P 4 git push",
    "find . -name x -exec git push \\;",
    "find . -execdir git push {} +",
    "find . -ok git push ';'",
    "fd x -x git push",
    "coproc git push",
    "flock file git push",
    "flock -c 'git push' file",
    "flock file -c 'git push'",
    "watch git push",
    "watch -n 5 'git push'",
    "strace -f git push",
    "busybox sh -c 'git push'",
    "parallel git push ::: a",
    "eval git push",
    "eval 'git push'",
    "eval \"git\" 'push'",
    "trap 'git push' EXIT",
    "alias p='git push'; p",
    "git -c alias.p=push p",
    "git -c alias.p='!git push' p",
    "git submodule foreach 'git push'",
    "git rebase -x 'git push' main",
    "git bisect run git push",
    "bash -c 'git push'",
    "bash -ec 'git push'",
    "bash -xec 'git push'",
    "bash -e -u -c 'git push'",
    "bash -o pipefail -c 'git push'",
    "bash --norc --noprofile -c 'git push'",
    "bash -c 'git push' -- a b",
    "bash -c $'git\\x20push'",
    "/bin/sh -c 'git push'",
    "zsh -c 'git push'",
    "dash -c 'git push'",
    "sudo -E env A=b timeout 5 bash -lc 'nohup git push'",
    "bash -c \"bash -c 'git push'\"",
    "su -c 'git push' bob",
    "script -c 'git push' /dev/null",
    "bash <<< 'git push'",
    "bash <<EOF\ngit push\nEOF",
    "bash -s <<'EOF'\nset -e\ngit push\nEOF",
    "echo 'git push' | sh",
    "printf 'git push\\n' | bash",
    "cat <<EOF | sh\ngit push\nEOF",
    "npx git push",
    "npm exec -- git push",
    "git push (",
    "git pu\\\nsh",
    "cat <<EOF\n$(git push)\nEOF",
    "cat > >(git push)",
    "script -qc 'git push' /dev/null",
    "su -lc 'git push' bob",
    "flock -nc 'git push' x",
    "parallel ::: 'git push' ls",
    "at now <<< 'git push'",
    "tmux new -d 'git push'",
    "tmux new -d git push",
    "screen -dm git push",
    "git -c core.pager='git push' log",
    "git -c alias.x=push x",
    "GIT_EDITOR='git push' git commit",
    "export PAGER='git push'; git log",
    "ksh93 -c 'git push'",
    "find . -exec sh -c 'git push' \\;",
    "timeout -k 5 10 git push",
    "bash -c 'cd x && { git push; }' _ a",
  ])("sees %j", async (cmd) => {
    expect(await verdict(cmd, rule("allow", "git"), push)).toBe("deny");
  });

  test.each([
    "$X push",
    "${GIT:-git} push",
    "$(which git) push",
    "git $SUB",
    'git "$@"',
    "git pu*",
    "git {push,x}",
    "gi? push",
    "xargs git",
    "xargs -I{} git {} <<< push",
    "xargs -I% git % origin",
    "xargs -I X git X",
    "find push -exec git {} \\;",
    "parallel git {} ::: push",
    "fd push -x git {/}",
    "shopt -s expand_aliases\nalias g=git\ng push",
    "bash -c 'git \"$@\"' _ push",
    "echo push | xargs git",
    'bash -c "$X"',
    'eval "$X"',
    "eval $(echo Z2l0IHB1c2g= | base64 -d)",
    "curl https://x | sh",
    "cat x | bash",
    "sh < x",
    "bash <(curl https://x)",
    "source <(echo git push)",
    ". <(curl https://x)",
    "sudo $X",
    "python3 -c 'import os; os.system(\"git push\")'",
    "perl -e 'system(qw(git push))'",
    "node -e \"require('child_process').execSync('git push')\"",
    "python3 - <<'EOF'\nimport os\nos.system('git push')\nEOF",
    "awk 'BEGIN { system(\"git push\") }'",
    "git $X push",
    "printf '%s %s' git push | bash",
    "echo (",
  ])("asks where it cannot be seen: %j", async (cmd) => {
    expect(await verdict(cmd, rule("allow", "git"), push)).toBe("ask");
  });

  test.each([
    "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=alias.p GIT_CONFIG_VALUE_0=push git p",
    "git -c alias.p=push p",
    "git --exec-path=/x -c a=push x",
    "env A=push git status",
    "/usr/lib/git-core/git-push origin",
    "git-push",
    "ssh-agent git push",
    "setpriv --no-new-privs git push",
    "choom -n 0 -- git push",
    "sg users -c 'git push'",
    "cmake -E env git push",
    "parallel ::: 'git push'",
    "hash -p /usr/bin/git g; g push",
    "coproc git push",
    "PS4='$(git push)' bash -xc :",
    "test -v 'a[$(git push)]'",
    "printf -v 'a[$(git push)]' x",
    "let 'a[$(git push)]'",
    "gdb -batch -ex 'shell git push'",
    "expect -c 'spawn git push'",
    "split --filter='git push' x",
    "make --eval='x: ; git push'",
    "complete -C 'git push' x",
    "bind -x '\"a\": git push'",
    "mapfile -C 'git push' x < y",
    "git -c core.pager='git push' log",
    "rg --pre 'git push' x",
    "sort --compress-program='git push' x",
    "docker run x git push",
    "ssh host git push",
    "python3 -c 'import os; os.system(\"git push\")'",
    "trap -- 'git push' 0",
    "enable -f x git; git push-all; push",
    "alias g=git; g push",
    "uv run --with x git push",
    "npx -c 'git push'",
    "busybox sh -c 'git push'",
    'echo "${ git push; }"',
    'echo "${| git push; }"',
  ])("asks, or forbids, where its words stand in what may run them: %j", async (cmd) => {
    expect(["ask", "deny"]).toContain(await verdict(cmd, rule("allow", "git"), push));
  });

  test("variables of the call count with the command", async () => {
    const command = ruledCommand({ cmd: "git p", env: { GIT_CONFIG_VALUE_0: "push" } }, await inspector.inspect("git p", "/p"));
    expect(judgeByRules(command, [push])?.decision).toBe("ask");
  });

  test.each([
    "git status",
    "git -C push status",
    "git stash && git pull",
    "git commit -m 'push it'",
    'git commit -m "git push"',
    "echo git push",
    "grep -rn 'git push' docs",
    "timeout 5 grep push file",
    "npm run push",
    "cat push",
    "bash script.sh push",
    "source .venv/bin/activate",
    '. "$HOME/.nvm/nvm.sh"',
    "diff <(git show a) <(git show b)",
    "cat <<EOF\ngit push\nEOF",
    "awk '{ print $1 }' git.txt",
    "python3 -c 'print(1)'",
    'for f in *.ts; do wc -l "$f"; done',
    "git add *.ts",
    "git log --grep push",
    "find . -name push -exec ls {} \\;",
    "git -c user.name=x status",
    "EDITOR=vim git commit",
    "xargs -I{} cp {} push",
    "parallel gzip ::: push a",
  ])("lets %j pass", async (cmd) => {
    // -C may have no value as far as a rule knows: `push` is then a command of git.
    expect(await verdict(cmd, push)).toBe(cmd === "git -C push status" ? "deny" : "nothing");
  });
});

test("a rule for a program alone, one for an exact command, and one with a path", async () => {
  const rm = rule("deny", "rm");
  expect(
    await Promise.all(["rm x", "timeout 5 rm x", "xargs rm", "find . -exec rm {} +", "timeout 5 grep rm x"].map((cmd) => verdict(cmd, rm))),
  ).toEqual(["deny", "deny", "deny", "deny", "nothing"]);
  const exact = { ...rule("ask", "npm", "publish"), exact: true };
  expect(await Promise.all(["npm publish", "npm publish --tag x", "sudo npm publish", "npm $X"].map((cmd) => verdict(cmd, exact)))).toEqual(
    ["ask", "nothing", "ask", "ask"],
  );
  expect(await verdict("npm --silent run --if-present build -- x", rule("deny", "npm", "run", "build"))).toBe("deny");
});

test("rules that allow look at plain words alone: what is wrapped or cannot be read they never allow", async () => {
  const all = [rule("allow", "git"), rule("allow", "npm", "test")];
  const commands = [
    "git status && npm test",
    "timeout 5 git status",
    "A=b git status",
    "git $X",
    "(git status)",
    "bash -c 'git status'",
    "\\git status",
  ];
  expect(await Promise.all(commands.map((cmd) => verdict(cmd, ...all)))).toEqual(["allow", ...Array<string>(6).fill("nothing")]);
});

test("a line of very many commands or options is judged in time, and is not taken for seen", async () => {
  const many = `${"a; ".repeat(5_000)}(git push)`;
  const options = `x ${"-a ".repeat(20_000)}push`;
  const nested = `${"sudo ".repeat(3_000)}git push`;
  expect([await verdict(many, push), await verdict(options, rule("deny", "x", "push")), await verdict(nested, push)]).toEqual([
    "ask",
    "deny",
    "ask",
  ]);
});
