import { z } from "zod";

export const providerIds = ["demo", "openai-responses", "openai-compatible", "anthropic"] as const;
export const approvalModes = ["plan", "ask", "auto"] as const;
export const sandboxLevels = ["read-only", "workspace-write", "full"] as const;
export const reaches = ["nothing", "local-sockets", "network"] as const;
export const reasoningEfforts = ["minimal", "low", "medium", "high"] as const;

export type ProviderId = (typeof providerIds)[number];
/** plan: nothing is written or run. ask: the person decides. auto: whatever the sandbox level allows runs without a question. */
export type ApprovalMode = (typeof approvalModes)[number];
/** What commands and patches may write: nothing, the project and a private temp folder, everything. */
export type SandboxLevel = (typeof sandboxLevels)[number];
/**
 * What sandboxed commands reach besides files. nothing: their own loopback. local-sockets: also unix sockets they make themselves.
 * network: the network of this machine, without unix sockets. Never both: abstract sockets of the desktop would be in reach.
 */
export type Reach = (typeof reaches)[number];
export type ReasoningEffort = (typeof reasoningEfforts)[number];

/** Limits of one script. CPU counts only time inside the sandbox, not time waiting for tools. */
export const scriptLimitsSchema = z.strictObject({
  cpuMs: z.number().int().min(50).max(600_000),
  wallMs: z.number().int().min(100).max(86_400_000),
  memoryMb: z.number().int().min(32).max(1_024),
  maxCalls: z.number().int().min(1).max(1_000_000),
  maxInFlight: z.number().int().min(1).max(10_000),
});
export type ScriptLimits = z.infer<typeof scriptLimitsSchema>;

export const scriptLimitNames = ["cpuMs", "wallMs", "memoryMb", "maxCalls", "maxInFlight"] as const satisfies (keyof ScriptLimits)[];

const { shape: limit } = scriptLimitsSchema;
/** Ceilings where the settings name none; a higher usual limit raises its ceiling. */
const usualMost: ScriptLimits = { cpuMs: 60_000, wallMs: 3_600_000, memoryMb: 512, maxCalls: 100_000, maxInFlight: 1_000 };

/** Scripts: the usual limits of one, what a script may ask for itself, and how many workers there are. */
export const scriptSettingsSchema = z
  .strictObject({
    cpuMs: limit.cpuMs.default(10_000),
    wallMs: limit.wallMs.default(600_000),
    memoryMb: limit.memoryMb.default(128),
    maxCalls: limit.maxCalls.default(10_000),
    maxInFlight: limit.maxInFlight.default(100),
    /** The most a script may ask for in its first line; never below the usual limits. */
    most: scriptLimitsSchema.partial().prefault({}),
    /** Workers kept ready; 0 = by the number of cores. Holds from the next start. */
    workers: z.number().int().min(0).max(16).default(0),
    /** Further workers while all others only wait for tools. Holds from the next start. */
    extraWorkers: z.number().int().min(0).max(16).default(4),
  })
  .transform((given, ctx) => {
    const most = { ...usualMost };
    for (const name of scriptLimitNames) {
      const ceiling = given.most[name];
      most[name] = ceiling ?? Math.max(usualMost[name], given[name]);
      if (most[name] >= given[name]) continue;
      ctx.issues.push({
        code: "custom",
        input: ceiling,
        path: ["most", name],
        message: `${ceiling} is below the usual limit script.${name}, ${given[name]}; raise the one or lower the other`,
      });
    }
    return { ...given, most };
  });
export type ScriptSettings = z.infer<typeof scriptSettingsSchema>;

export const providerSettingsSchema = z.strictObject({
  baseUrl: z.string().optional(),
  /** Kept in settings.json only when the person wrote it there; the environment is preferred. */
  apiKey: z.string().optional(),
  model: z.string().optional(),
  effort: z.enum(reasoningEfforts).optional(),
  /** Tokens the model reads at once: the composer's ring shows how much of it the last request used. */
  contextWindow: z.number().int().min(1_000).max(100_000_000).optional(),
  /** A request with no byte for this long has timed out. */
  idleTimeoutMs: z.number().int().min(100).max(3_600_000).default(120_000),
  /** What the provider takes, in US dollars per million tokens. Only with it a task can have a budget in dollars. */
  price: z.strictObject({ input: z.number().min(0), output: z.number().min(0) }).optional(),
  /** Further tries after a failure that may pass (429, 5xx, cut or refused connection). */
  maxRetries: z.number().int().min(0).max(20).default(4),
});
export type ProviderSettings = z.infer<typeof providerSettingsSchema>;

/** What a window gets in place of a stored key; sent back unchanged it means "keep the stored one". Keys never reach the page. */
export const keptKey = "(stored key)";

/** What keeps tasks from running away; see docs/tasks.md. Times are ms. */
export const taskSettingsSchema = z.strictObject({
  /** Tasks at one provider at once; further ones wait in the queue. */
  perProvider: z.number().int().min(1).max(64).default(4),
  /** How deep tasks may start tasks: 1 = only conversations may. */
  maxDepth: z.number().int().min(1).max(10).default(3),
  /** Tasks one conversation may start in all, those of its tasks included. */
  maxPerConversation: z.number().int().min(1).max(100_000).default(200),
  /** A script that starts more tasks than this is asked about once. */
  askAbove: z.number().int().min(1).max(10_000).default(20),
  /** A running task without a sign of life for this long is marked as stalled. */
  stallMs: z.number().int().min(50).max(86_400_000).default(600_000),
  /** The same error this often in a row stops new starts of the same kind at the same provider for `breakerPauseMs`. */
  breakerErrors: z.number().int().min(2).max(100).default(3),
  breakerPauseMs: z.number().int().min(10).max(3_600_000).default(60_000),
});
export type TaskSettings = z.infer<typeof taskSettingsSchema>;

export const attentionKinds = ["needsYou", "done", "failed"] as const;
/** Why a person's attention is wanted: a question or a late answer, an end, a failure. */
export type AttentionKind = (typeof attentionKinds)[number];

const attention = (desktop: boolean, sound: boolean, badge: boolean) =>
  z
    .strictObject({ desktop: z.boolean().default(desktop), sound: z.boolean().default(sound), badge: z.boolean().default(badge) })
    .prefault({});

/** How Spindle tells a person who looks elsewhere. `badge` counts on the icon. */
export const notificationSettingsSchema = z.strictObject({
  needsYou: attention(true, true, true),
  done: attention(true, false, true),
  failed: attention(true, false, true),
  /** Also while Spindle's window has the focus. */
  whenFocused: z.boolean().default(false),
});
export type NotificationSettings = z.infer<typeof notificationSettingsSchema>;

/** `settings.json` in the data folder. Every field has a default, so an empty object is valid. */
export const settingsSchema = z.strictObject({
  provider: z.enum(providerIds).default("demo"),
  providers: z
    .strictObject({
      demo: providerSettingsSchema.prefault({}),
      "openai-responses": providerSettingsSchema.prefault({}),
      "openai-compatible": providerSettingsSchema.prefault({}),
      anthropic: providerSettingsSchema.prefault({}),
    })
    .prefault({}),
  approval: z.enum(approvalModes).default("ask"),
  sandbox: z.enum(sandboxLevels).default("workspace-write"),
  script: scriptSettingsSchema.prefault({}),
  /** Limits of one `exec` call. */
  exec: z
    .strictObject({
      timeoutMs: z.number().int().min(100).max(86_400_000).default(120_000),
      /** Environment variables handed to commands besides the built-in allow list. */
      allowEnv: z.array(z.string()).default([]),
    })
    .prefault({}),
  /** How many detached tasks run at once; the rest wait in a queue. */
  maxRunningTasks: z.number().int().min(1).max(64).default(4),
  tasks: taskSettingsSchema.prefault({}),
  /** Model requests in one turn before the turn is stopped. */
  maxRequestsPerTurn: z.number().int().min(1).max(1_000).default(100),
  notifications: notificationSettingsSchema.prefault({}),
  theme: z.enum(["system", "light", "dark"]).default("system"),
  appearance: z
    .strictObject({
      /** Colours of added and removed lines. blue-orange: also for who does not tell green from red. */
      diffColors: z.enum(["green-red", "blue-orange"]).default("green-red"),
      /** reduced: nothing moves or fades, whatever the system says. */
      motion: z.enum(["system", "reduced"]).default("system"),
      /** Size of everything in the window; 1 is as designed. */
      zoom: z.number().min(0.7).max(2).default(1),
      /** Size of prompts and answers, px. */
      textSize: z.number().int().min(12).max(20).default(14),
      /** Size of code, changes and terminals, px; their lines keep their height. */
      codeSize: z.number().int().min(10).max(15).default(12),
    })
    .prefault({}),
  /** Opens files: a program and its words with `{file}` and `{line}`, started without a shell. Empty: the system's program. */
  editor: z.string().max(1_000).default(""),
  /** Keys of commands other than the usual ones, by command id: `Mod+Shift+P`; an empty text takes them away. */
  keys: z.record(z.string().max(80), z.string().max(40)).default({}),
});
export type Settings = z.infer<typeof settingsSchema>;
