import { z } from "zod";

export const providerIds = ["demo", "openai-responses", "openai-compatible", "anthropic"] as const;
export const approvalModes = ["plan", "ask", "auto"] as const;
export const sandboxLevels = ["read-only", "workspace-write", "full"] as const;
export const reasoningEfforts = ["minimal", "low", "medium", "high"] as const;

export type ProviderId = (typeof providerIds)[number];
/** plan: nothing is written or run. ask: the person decides. auto: whatever the sandbox level allows runs without a question. */
export type ApprovalMode = (typeof approvalModes)[number];
/** What commands and patches may write: nothing, the project and a private temp folder, everything. */
export type SandboxLevel = (typeof sandboxLevels)[number];
export type ReasoningEffort = (typeof reasoningEfforts)[number];

/** Limits of one script. CPU counts only time inside the sandbox, not time waiting for tools. */
export const scriptLimitsSchema = z.strictObject({
  cpuMs: z.number().int().min(50).max(600_000).default(10_000),
  wallMs: z.number().int().min(100).max(86_400_000).default(600_000),
  memoryMb: z.number().int().min(32).max(1_024).default(128),
  maxCalls: z.number().int().min(1).max(1_000_000).default(10_000),
  maxInFlight: z.number().int().min(1).max(10_000).default(100),
});
export type ScriptLimits = z.infer<typeof scriptLimitsSchema>;

export const providerSettingsSchema = z.strictObject({
  baseUrl: z.string().optional(),
  /** Kept in settings.json only when the person wrote it there; the environment is preferred. */
  apiKey: z.string().optional(),
  model: z.string().optional(),
  effort: z.enum(reasoningEfforts).optional(),
  /** A request with no byte for this long has timed out. */
  idleTimeoutMs: z.number().int().min(100).max(3_600_000).default(120_000),
  /** Further tries after a failure that may pass (429, 5xx, cut or refused connection). */
  maxRetries: z.number().int().min(0).max(20).default(4),
});
export type ProviderSettings = z.infer<typeof providerSettingsSchema>;

/** What a window gets in place of a stored key; sent back unchanged it means "keep the stored one". Keys never reach the page. */
export const keptKey = "(stored key)";

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
  script: scriptLimitsSchema.prefault({}),
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
  /** Model requests in one turn before the turn is stopped. */
  maxRequestsPerTurn: z.number().int().min(1).max(1_000).default(100),
  theme: z.enum(["system", "light", "dark"]).default("system"),
});
export type Settings = z.infer<typeof settingsSchema>;
