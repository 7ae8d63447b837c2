import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { GitLab } from "../../support/git-lab.ts";

/** One way by which a folder makes git, or another program that a person starts in it, run a program of its own. */
export interface Vector {
  readonly what: string;
  /** Makes the folder `lab.project` hostile. */
  plant(lab: GitLab): void;
  /** What a person would do that runs the canary. */
  trigger(lab: GitLab): void;
  /** Takes away what lies outside of the folder. */
  clear?(lab: GitLab): void;
  /** `PATH` of the application. */
  path?(lab: GitLab): string;
  /** Whether our git still has an answer; without one, that it runs nothing says little. */
  readonly answer: "status" | "none";
}

const status = (lab: GitLab): void => lab.person(["git", "status"]);
const at = (lab: GitLab, ...names: readonly string[]): string => path.join(lab.project, ...names);

function repository(lab: GitLab, cwd = lab.project): void {
  lab.plain(["init", "-q"], cwd);
  writeFileSync(path.join(cwd, "a.txt"), "one\n");
  lab.plain(["add", "-A"], cwd);
  lab.plain(["commit", "-qm", "Begin"], cwd);
}

/** A file whose content is as committed but whose time is not: git has to look into it, and would write the index. */
function touch(lab: GitLab): void {
  utimesSync(at(lab, "a.txt"), 1_000_000_000, 1_000_000_000);
}

/** A repository with a changed file and with settings. */
function configured(settings: (lab: GitLab) => Readonly<Record<string, string>>, attributes?: string): Vector["plant"] {
  return (lab) => {
    repository(lab);
    if (attributes !== undefined) lab.write({ ".gitattributes": attributes });
    for (const [key, value] of Object.entries(settings(lab))) lab.plain(["config", key, value]);
    lab.write({ "a.txt": "two\n" });
  };
}

const hookNames = ["post-index-change", "pre-commit", "post-checkout", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc"];

function hooks(folder: string, lab: GitLab): void {
  mkdirSync(folder, { recursive: true });
  for (const name of hookNames) symlinkSync(lab.canary, path.join(folder, name));
}

/** A repository without `.git` around it, whose settings name a working tree. */
function bare(lab: GitLab): void {
  repository(lab);
  lab.plain(["config", "core.bare", "false"]);
  lab.plain(["config", "core.worktree", lab.project]);
  lab.plain(["config", "core.fsmonitor", lab.canary]);
  for (const name of readdirSync(at(lab, ".git"))) renameSync(at(lab, ".git", name), at(lab, name));
  rmSync(at(lab, ".git"), { recursive: true });
}

export const vectors: readonly Vector[] = [
  { what: "core.fsmonitor", plant: configured((lab) => ({ "core.fsmonitor": lab.canary })), trigger: status, answer: "status" },
  {
    what: "hooks, post-index-change among them",
    plant(lab) {
      repository(lab);
      rmSync(at(lab, ".git/hooks"), { recursive: true, force: true });
      hooks(at(lab, ".git/hooks"), lab);
      touch(lab);
    },
    trigger: status,
    answer: "status",
  },
  {
    what: "core.hooksPath",
    plant(lab) {
      repository(lab);
      hooks(at(lab, "tools"), lab);
      lab.plain(["config", "core.hooksPath", "tools"]);
      touch(lab);
    },
    trigger: status,
    answer: "status",
  },
  {
    what: "diff.external",
    plant: configured((lab) => ({ "diff.external": lab.canary })),
    trigger: (lab) => lab.person(["git", "diff"]),
    answer: "status",
  },
  {
    what: "a diff driver's command",
    plant: configured((lab) => ({ "diff.evil.command": lab.canary }), "*.txt diff=evil\n"),
    trigger: (lab) => lab.person(["git", "diff"]),
    answer: "status",
  },
  {
    what: "a diff driver's textconv",
    plant: configured((lab) => ({ "diff.evil.textconv": lab.canary, "diff.evil.cachetextconv": "true" }), "*.txt diff=evil\n"),
    trigger: (lab) => lab.person(["git", "diff"]),
    answer: "status",
  },
  ...["evil", 'od"d na=me.with.dots', "EVIL", "[x]"].map((name): Vector => ({
    what: `filter.clean of a driver called ${name}`,
    plant(lab) {
      configured((own) => ({ [`filter.${name}.clean`]: own.canary, [`filter.${name}.required`]: "true" }))(lab);
      // A name with blanks cannot stand in .gitattributes; it is switched off all the same, beside one that can.
      const usable = /\s/.test(name) ? "usable" : name;
      if (usable !== name) lab.plain(["config", "filter.usable.clean", lab.canary]);
      lab.write({ ".gitattributes": `*.txt filter=${usable}\n`, "a.txt": "two\n" });
    },
    trigger: (lab) => lab.person(["git", "diff"]),
    answer: "status",
  })),
  {
    what: "filter.process",
    plant: configured((lab) => ({ "filter.evil.process": lab.canary, "filter.evil.required": "true" }), "*.txt filter=evil\n"),
    trigger: (lab) => lab.person(["git", "diff"]),
    answer: "status",
  },
  {
    what: "filter.smudge",
    plant: configured((lab) => ({ "filter.evil.smudge": lab.canary }), "*.txt filter=evil\n"),
    trigger: (lab) => lab.person(["git", "checkout", "-f", "--", "a.txt"]),
    answer: "status",
  },
  {
    what: "a driver of the person that is a program in the folder",
    plant(lab) {
      repository(lab);
      lab.plain(["config", "--global", "filter.own.clean", "./tool"]);
      lab.write({ ".gitattributes": "*.txt filter=own\n", "a.txt": "two\n" });
      symlinkSync(lab.canary, at(lab, "tool"));
    },
    trigger: (lab) => lab.person(["git", "diff"]),
    answer: "status",
  },
  {
    what: "include.path",
    plant(lab) {
      configured(() => ({ "include.path": "../more" }), "*.txt filter=evil\n")(lab);
      lab.write({ more: `[core]\n\tfsmonitor = ${lab.canary}\n[filter "evil"]\n\tclean = ${lab.canary}\n` });
    },
    trigger: status,
    answer: "status",
  },
  {
    what: "includeIf",
    plant(lab) {
      configured((own) => ({ [`includeIf.gitdir:${own.project}/.path`]: "../more" }), "*.txt filter=evil\n")(lab);
      lab.write({ more: `[core]\n\tfsmonitor = ${lab.canary}\n[filter "evil"]\n\tclean = ${lab.canary}\n` });
    },
    trigger: status,
    answer: "status",
  },
  {
    what: "settings of a worktree",
    plant(lab) {
      configured(() => ({ "extensions.worktreeConfig": "true" }), "*.txt filter=evil\n")(lab);
      lab.plain(["config", "--worktree", "core.fsmonitor", lab.canary]);
      lab.plain(["config", "--worktree", "filter.evil.clean", lab.canary]);
    },
    trigger: status,
    answer: "status",
  },
  {
    what: "an alias",
    plant: configured((lab) => ({ "alias.st": `!${lab.canary}`, "alias.status": `!${lab.canary}`, "alias.diff": `!${lab.canary}` })),
    trigger: (lab) => lab.person(["git", "st"]),
    answer: "status",
  },
  {
    what: "core.pager and pager.status",
    plant: configured((lab) => ({ "core.pager": lab.canary, "pager.status": lab.canary, "pager.diff": lab.canary })),
    trigger: (lab) => lab.person(["git", "status"], { terminal: true }),
    answer: "status",
  },
  {
    what: "core.editor",
    plant: configured((lab) => ({ "core.editor": lab.canary, "sequence.editor": lab.canary })),
    trigger: (lab) => lab.person(["git", "commit", "-a"]),
    answer: "status",
  },
  {
    what: "core.sshCommand of a remote",
    plant: configured((lab) => ({
      "core.sshCommand": lab.canary,
      "remote.origin.url": "ssh://nowhere.invalid/x",
      "remote.origin.fetch": "+refs/heads/*:refs/remotes/origin/*",
    })),
    trigger: (lab) => lab.person(["git", "fetch"]),
    answer: "status",
  },
  {
    what: "a missing object that is to be fetched from a remote that is a command",
    plant(lab) {
      configured((own) => ({
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.url": `ext::${own.canary} %S`,
        "remote.origin.promisor": "true",
        "remote.origin.partialCloneFilter": "blob:none",
        "protocol.ext.allow": "always",
        "protocol.allow": "always",
      }))(lab);
      const blob = lab.plain(["rev-parse", "HEAD:a.txt"]).trim();
      rmSync(at(lab, ".git/objects", blob.slice(0, 2), blob.slice(2)));
    },
    trigger: (lab) => lab.person(["git", "diff", "HEAD"]),
    answer: "status",
  },
  {
    what: "a submodule with settings of its own",
    plant(lab) {
      const other = path.join(lab.home, "other");
      mkdirSync(other);
      repository(lab, other);
      repository(lab);
      lab.plain(["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other, "sub"]);
      lab.plain(["commit", "-qam", "Submodule"]);
      lab.plain(["config", "core.fsmonitor", lab.canary], at(lab, "sub"));
      lab.plain(["config", "filter.evil.clean", lab.canary], at(lab, "sub"));
      lab.write({ "sub/.gitattributes": "*.txt filter=evil\n", "sub/a.txt": "two\n" });
    },
    trigger: status,
    answer: "status",
  },
  {
    what: "a repository inside that was never added",
    plant(lab) {
      repository(lab);
      mkdirSync(at(lab, "inner"));
      repository(lab, at(lab, "inner"));
      lab.plain(["config", "core.fsmonitor", lab.canary], at(lab, "inner"));
    },
    trigger: (lab) => lab.person(["git", "status"], { cwd: at(lab, "inner") }),
    answer: "status",
  },
  {
    what: "a worktree whose repository lies elsewhere",
    plant(lab) {
      const other = path.join(lab.home, "other");
      mkdirSync(other);
      repository(lab, other);
      lab.plain(["config", "core.fsmonitor", lab.canary], other);
      lab.plain(["config", "filter.evil.clean", lab.canary], other);
      lab.plain(["worktree", "add", "-q", "-f", "-b", "w", lab.project], other);
      lab.write({ ".gitattributes": "*.txt filter=evil\n", "a.txt": "two\n" });
    },
    trigger: status,
    answer: "status",
  },
  {
    what: "a .git that is a link",
    plant(lab) {
      const other = path.join(lab.home, "other");
      mkdirSync(other);
      repository(lab, other);
      lab.plain(["config", "core.fsmonitor", lab.canary], other);
      symlinkSync(path.join(other, ".git"), at(lab, ".git"));
    },
    trigger: status,
    answer: "status",
  },
  {
    what: "a git in the folder, first on PATH",
    plant(lab) {
      repository(lab);
      for (const folder of ["bin", "node_modules/.bin"]) {
        mkdirSync(at(lab, folder), { recursive: true });
        symlinkSync(lab.canary, at(lab, folder, "git"));
      }
      symlinkSync(lab.canary, at(lab, "git"));
    },
    path: (lab) => ["", ".", "bin", at(lab, "bin"), at(lab, "node_modules/.bin"), lab.project, lab.env["PATH"]].join(":"),
    trigger: (lab) => lab.person(["git", "status"], { path: `${at(lab, "bin")}:${lab.env["PATH"]}` }),
    answer: "status",
  },
  {
    what: "a folder that is the inside of a repository",
    plant: bare,
    trigger: status,
    answer: "none",
  },
  {
    what: "a folder that is the inside of a repository, with an empty .git",
    plant(lab) {
      bare(lab);
      mkdirSync(at(lab, ".git"));
    },
    trigger: status,
    answer: "none",
  },
  {
    what: "a repository above",
    plant(lab) {
      lab.plain(["init", "-q"], lab.base);
      lab.plain(["config", "core.fsmonitor", lab.canary], lab.base);
      mkdirSync(at(lab, ".git"));
    },
    trigger: status,
    clear: (lab) => rmSync(path.join(lab.base, ".git"), { recursive: true }),
    answer: "none",
  },
  {
    what: "files that other programs run: .envrc, .npmrc, tasks of editors, package scripts",
    plant(lab) {
      repository(lab);
      lab.write({
        ".envrc": `${lab.canary} envrc\n`,
        ".npmrc": `script-shell=${lab.canary}\n`,
        ".vscode/tasks.json": JSON.stringify({ tasks: [{ label: "x", command: lab.canary, runOptions: { runOn: "folderOpen" } }] }),
        ".bashrc": `${lab.canary} bashrc\n`,
        ".spindle/settings.json": JSON.stringify({ command: lab.canary }),
        "package.json": JSON.stringify({ scripts: { preinstall: lab.canary, test: lab.canary } }),
        Makefile: `all:\n\t${lab.canary}\n`,
      });
    },
    trigger: (lab) => lab.person(["sh", ".envrc"]),
    answer: "status",
  },
  // Only root can give files away.
  ...(process.getuid?.() === 0
    ? [
        {
          what: "a repository of another user",
          plant(lab: GitLab) {
            configured((own) => ({ "core.fsmonitor": own.canary }))(lab);
            for (const name of readdirSync(lab.project, { recursive: true })) lchownSync(at(lab, String(name)), 12_345, 12_345);
            chownSync(lab.project, 12_345, 12_345);
            chmodSync(lab.project, 0o755);
          },
          trigger: (lab: GitLab) => lab.person(["git", "-c", "safe.directory=*", "status"]),
          answer: "none" as const,
        },
      ]
    : []),
];
