import { z } from "zod";
import { approvalModes, sandboxLevels } from "./settings.ts";

/**
 * The public names and shapes of the tools. The gate validates with these, the declarations a model reads are generated
 * from them, and a script's `tools.*` takes exactly these. Descriptions are for the model.
 */
const path = z.string().min(1).describe("Path, relative to the project or absolute.");

export const readFileInput = z.strictObject({
  path,
  offset: z.number().int().min(1).optional().describe("First line, 1-based. Default 1."),
  limit: z.number().int().min(1).optional().describe("Lines at most. Default 2000."),
  mode: z
    .enum(["slice", "indentation"])
    .optional()
    .describe("slice (default): a range of lines. indentation: the block around an anchor line."),
  indentation: z
    .strictObject({
      anchorLine: z.number().int().min(1).optional().describe("Line the block is grown from. Default: offset."),
      maxLevels: z.number().int().min(0).optional().describe("Levels of indentation to go up; 0 = no limit (default)."),
      includeSiblings: z.boolean().optional().describe("Also blocks of the same indentation. Default false."),
      includeHeader: z.boolean().optional().describe("Also comments right above the block. Default true."),
      maxLines: z.number().int().min(1).optional().describe("Lines at most. Default: limit."),
    })
    .optional(),
});

export const listDirInput = z.strictObject({
  path: path.optional().describe("Folder. Default: the project."),
  depth: z.number().int().min(1).optional().describe("1 = direct children. Default 2."),
  offset: z.number().int().min(1).optional().describe("First entry, 1-based. Default 1."),
  limit: z.number().int().min(1).optional().describe("Entries at most. Default 25 for a direct call, 2000 in a script."),
});

export const grepFilesInput = z.strictObject({
  pattern: z.string().describe("Regular expression (ripgrep syntax)."),
  path: path.optional().describe("File or folder to search. Default: the project."),
  include: z.string().min(1).optional().describe("Glob of files to search, for example *.ts"),
  limit: z.number().int().min(1).max(2000).optional().describe("Files at most. Default 100."),
  context: z.number().int().min(0).max(20).optional().describe("Lines of context around each match. Default 0."),
});

export const applyPatchInput = z.strictObject({
  patch: z.string().describe("The patch: *** Begin Patch … *** End Patch."),
  workdir: z.string().min(1).optional().describe("Folder that paths in the patch are relative to. Default: the project."),
});

export const execInput = z.strictObject({
  cmd: z.string().min(1).describe("Command line for bash."),
  workdir: z.string().min(1).optional().describe("Folder to run in. Default: the project."),
  timeoutMs: z.number().int().min(1).max(86_400_000).optional().describe("Killed after this long. Default 120000."),
  env: z.record(z.string(), z.string()).optional().describe("Further environment variables."),
  arg0: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("What the command line sees as $0, and bash calls itself in its messages. Default: bash."),
  justification: z.string().optional().describe("Why it is needed; shown to the person who approves."),
  escalated: z.boolean().optional().describe("Ask to run outside the sandbox. Needs a justification."),
});

export const taskBudgetSchema = z.strictObject({
  wallMs: z.number().int().min(100).max(86_400_000).optional(),
  tokens: z.number().int().min(1).optional(),
  calls: z.number().int().min(1).optional(),
  usd: z.number().positive().optional(),
});
export type TaskBudget = z.infer<typeof taskBudgetSchema>;

const spawnCommon = {
  title: z.string().min(1).max(120).optional().describe("What the sidebar shows."),
  notify: z
    .enum(["wake", "next_turn", "silent"])
    .optional()
    .describe("wake (default): the result starts a turn when the conversation is idle."),
  timeoutMs: z
    .number()
    .int()
    .min(100)
    .max(86_400_000)
    .optional()
    .describe("Stopped after this long; a late answer of ask is still kept. Default 3600000."),
  budget: taskBudgetSchema.optional().describe("What it may use up, tasks it starts included; more than that stops it."),
  retry: z
    .strictObject({ attempts: z.number().int().min(1).max(10), backoffMs: z.number().int().min(0).max(600_000).optional() })
    .optional()
    .describe("Tries in all when it fails in a way that may pass. Default 1; backoffMs (1000) doubles."),
};
/** What calls of a task may do; never more than its starter may. */
const scopeCommon = {
  approval: z.enum(approvalModes).optional().describe("Less approval than yours."),
  sandbox: z.enum(sandboxLevels).optional().describe("Less than your sandbox level."),
};

export const spawnInput = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("ask"),
    question: z.string().min(1).describe("One question for an expert model, with all it needs to know."),
    files: z.array(z.string().min(1)).optional().describe("Files whose text is sent along."),
    model: z.string().min(1).optional().describe("Model to ask. Default: the conversation's."),
    system: z.string().min(1).optional().describe("Who answers, in place of the usual words."),
    ...spawnCommon,
  }),
  z.strictObject({
    kind: z.literal("agent"),
    prompt: z.string().min(1).describe("What the agent shall do, in a conversation of its own."),
    model: z.string().min(1).optional().describe("Model. Default: the conversation's."),
    system: z.string().min(1).optional().describe("Added to its system prompt."),
    tools: z.array(z.string().min(1)).min(1).optional().describe("Names of the tools it has. Default: yours."),
    ...scopeCommon,
    ...spawnCommon,
  }),
  z.strictObject({
    kind: z.literal("exec"),
    cmd: z.string().min(1).describe("Long command line for bash."),
    workdir: z.string().min(1).optional().describe("Folder to run in. Default: the project."),
    env: z.record(z.string(), z.string()).optional().describe("Further environment variables."),
    ...spawnCommon,
  }),
  z.strictObject({
    kind: z.literal("script"),
    code: z.string().min(1).describe("TypeScript, as for `script`."),
    ...scopeCommon,
    ...spawnCommon,
  }),
]);

export const taskInput = z.strictObject({
  id: z.string().min(1).describe("Id that spawn gave."),
  action: z
    .enum(["status", "wait", "result", "message", "cancel"])
    .describe(
      "wait: until it is over or timeoutMs passed, then its status. result: waits and gives what it returned. message: a word to a running agent. cancel: with all tasks it started.",
    ),
  timeoutMs: z.number().int().min(0).max(86_400_000).optional().describe("For wait. Default: 60000 for a direct call, no end in a script."),
  text: z.string().min(1).optional().describe("For message."),
});

export const scriptInput = z.strictObject({
  code: z.string().describe("The body of an async TypeScript function."),
});

export type ReadFileInput = z.infer<typeof readFileInput>;
export type ListDirInput = z.infer<typeof listDirInput>;
export type GrepFilesInput = z.infer<typeof grepFilesInput>;
export type ApplyPatchInput = z.infer<typeof applyPatchInput>;
export type ExecInput = z.infer<typeof execInput>;
export type TaskToolInput = z.infer<typeof taskInput>;
export type SpawnInput = z.infer<typeof spawnInput>;

/** Results as scripts get them. Models get a text made of them. */
export const readFileResult = z.object({
  path: z.string().describe("As given."),
  text: z.string().describe("The lines, joined by \\n, without numbers."),
  startLine: z.number().int(),
  endLine: z.number().int(),
  totalLines: z.number().int(),
  truncated: z.boolean().describe("True when more lines follow, or a line was cut."),
});
export const listDirResult = z.object({
  path: z.string(),
  entries: z.array(
    z.object({
      path: z.string().describe("Relative to the listed folder."),
      kind: z.enum(["file", "dir", "symlink", "other"]),
      depth: z.number().int(),
    }),
  ),
  truncated: z.boolean(),
  unreadable: z.array(z.string()).optional().describe("Subfolders that could not be read; absent when there are none."),
});
export const grepFilesResult = z.object({
  files: z.array(z.string()).describe("Files with matches, newest first; paths relative to the project."),
  matches: z.array(
    z.object({
      path: z.string(),
      line: z.number().int(),
      text: z.string(),
      before: z.array(z.string()).optional(),
      after: z.array(z.string()).optional(),
    }),
  ),
  matchCount: z.number().int(),
  truncated: z.boolean(),
  notes: z.array(z.string()).optional().describe("What could not be searched; absent when all was."),
});
const patchedFiles = z.array(
  z.object({ path: z.string(), kind: z.enum(["add", "update", "delete", "move"]), added: z.number().int(), removed: z.number().int() }),
);
export const applyPatchResult = z.object({
  files: patchedFiles,
  added: z.number().int(),
  removed: z.number().int(),
  leftOut: z.number().int().optional().describe("Only when the person left parts of the patch out: how many."),
});
export const execResult = z.object({
  exitCode: z.number().int().describe("128+n after signal n, 124 after a timeout; -1 with backgroundTask."),
  signal: z.string().nullable(),
  stdout: z.string(),
  stderr: z.string(),
  output: z.string().describe("stdout and stderr in order of arrival."),
  durationMs: z.number(),
  timedOut: z.boolean(),
  truncated: z.boolean(),
  backgroundTask: z
    .string()
    .exactOptional()
    .describe("The person moved the command to the background: it runs on as this task, with the output so far here."),
  files: patchedFiles.exactOptional().describe("Only when the command was a call of apply_patch that was applied."),
  editedCmd: z.string().exactOptional().describe("Only when the person changed the command before it ran: what ran instead."),
});
export const spawnResult = z.object({
  id: z.string(),
  kind: z.enum(["ask", "agent", "exec", "script"]),
  title: z.string(),
  editedCmd: z.string().optional().describe("Only when the person changed the command before it ran: what runs instead."),
});

/** What `task` gives: where a task stands, with its result when that was asked for. */
export const taskResult = z.object({
  id: z.string(),
  kind: z.enum(["ask", "agent", "exec", "script"]),
  title: z.string(),
  status: z.string().describe("queued, running, needs_you, succeeded, failed, cancelled, timed_out or interrupted."),
  over: z.boolean(),
  lastLine: z.string(),
  elapsedMs: z.number(),
  used: z.object({ tokens: z.number(), calls: z.number() }),
  waitsFor: z.string().optional().describe("Why it is still queued."),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  result: z.unknown().optional().describe("Only for result."),
  stopped: z.array(z.string()).optional().describe("Only for cancel."),
});
export type TaskToolResult = z.infer<typeof taskResult>;

export type ListDirResult = z.infer<typeof listDirResult>;
export type GrepFilesResult = z.infer<typeof grepFilesResult>;
export type ExecResult = z.infer<typeof execResult>;
