import path from "node:path";
import { toErrorData } from "../protocol/error.ts";
import { execCommand } from "./cli/exec.ts";
import { inspectCommand } from "./cli/inspect-command.ts";
import { conversationsCommand } from "./cli/list-and-show.ts";
import { rulesCommand } from "./cli/rules.ts";
import { runCommand } from "./cli/run.ts";
import { tasksCommand } from "./cli/tasks.ts";
import { undoCommand } from "./cli/undo.ts";
import { readVersion } from "./lib/version.ts";
import { runApplyPatchCli } from "./tools/apply-patch/cli.ts";

const help = `spindle: a coding agent whose model writes one script instead of fifty tool calls

  spindle exec "PROMPT" [-C DIR] [--json] [--provider openai-responses|openai-compatible|anthropic|demo]
               [--base-url URL] [--model M] [--approval plan|ask|auto] [--sandbox read-only|workspace-write|full]
               [--reach nothing|local-sockets|network]
      One conversation turn without a window. Exit 0 finished, 1 failed, 2 usage, 130 interrupted.
  spindle run FILE.ts [-C DIR] [--json] [--input JSON] [--approval …] [--sandbox …] [--reach …]
      One script through the harness, without a model. -C names the folder and thereby trusts it for this run; without it,
      commands and changes need a folder that the window was told to trust. The same holds for exec.
  spindle apply-patch [PATCH]
      The patch tool in the current directory; the patch comes from standard input when it is not given.
  spindle undo CONVERSATION [--call ID | --script ID | --turn ID] [--redo] [--force] [--json]
      Puts files back as they were before the patches of a conversation or a part of it. Refuses, and says which lines, where a
      file changed since. Exit 0 done, 1 refused, 2 usage.
  spindle inspect-command [--json] [CMD]
      What Spindle understands of a command line: patch call, plain words, what it reads, forced rm. Runs nothing; the
      command line comes from standard input when it is not given or is a dash.
  spindle rules list | add allow|ask|deny WORDS… [--exact] [--everywhere] | remove ID  [-C DIR] [--json]
      What commands may do without a question, what always asks, what never runs. For the project in DIR unless --everywhere.
  spindle conversations list | show ID | export ID [--markdown|--json]
  spindle tasks list | show ID | cancel ID | wait ID [--timeout SECONDS] [--json]
      cancel stops the task with all tasks it started and names them. wait ends with the task: exit 0 succeeded, 1 it did not,
      124 not over within the time given, 130 interrupted.

  SPINDLE_HOME overrides the data folder (default ~/.spindle); settings are in settings.json there.
`;

async function main(argv: readonly string[]): Promise<number> {
  const [command, ...args] = argv;
  if (
    command !== "apply-patch" &&
    args.slice(0, args.includes("--") ? args.indexOf("--") : undefined).some((word) => word === "--help" || word === "-h")
  ) {
    process.stdout.write(help);
    return 0;
  }
  switch (command) {
    case "exec":
      return execCommand(args);
    case "run":
      return runCommand(args);
    case "undo":
      return undoCommand(args);
    case "rules":
      return rulesCommand(args);
    case "conversations":
      return conversationsCommand(args);
    case "tasks":
      return tasksCommand(args);
    case "apply-patch": {
      const { exitCode, stdout, stderr } = await runApplyPatchCli({ args, stdin: process.stdin, cwd: process.cwd() });
      process.stdout.write(stdout);
      process.stderr.write(stderr);
      return exitCode;
    }
    case "inspect-command":
      return inspectCommand(args, process.stdin);
    case "--help":
    case "-h":
    case "help":
      process.stdout.write(help);
      return 0;
    case "--version":
      process.stdout.write(`${readVersion(path.resolve(__dirname, "../.."))}\n`);
      return 0;
    default:
      process.stderr.write(
        command === undefined ? help : `spindle: there is no command ${JSON.stringify(command)}. See \`spindle --help\`.\n`,
      );
      return 2;
  }
}

/** A reader that closed the pipe (`| head`) ends the output, not the work. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const data = toErrorData(error);
    // `run --json` always ends with its promised last line.
    if (process.argv[2] === "run" && process.argv.includes("--json")) {
      process.stdout.write(`${JSON.stringify({ type: "script_finished", seq: 1, time: Date.now(), ok: false, error: data })}\n`);
    } else if (process.argv.includes("--json"))
      process.stdout.write(`${JSON.stringify({ type: "error", seq: 0, time: Date.now(), code: data.code, message: data.message })}\n`);
    process.stderr.write(`spindle: ${data.code}: ${data.message}\n${data.hint === undefined ? "" : `${data.hint}\n`}`);
    process.exitCode = data.code === "usage" || data.code === "empty_prompt" ? 2 : 1;
  },
);
