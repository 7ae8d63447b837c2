import { type ProviderId, providerIds, type Settings, settingsSchema } from "../../../protocol/settings.ts";

/** Settings as a form holds them: numbers are text until they are checked, an empty text means "not set". */
export interface SettingsDraft {
  readonly provider: ProviderId;
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
  readonly effort: string;
  /** Tokens the model takes. */
  readonly contextWindow: string;
  readonly approval: string;
  readonly sandbox: string;
  /** A command with {file} and {line}. */
  readonly editor: string;
  readonly theme: string;
  readonly diffColors: string;
  readonly motion: string;
  readonly zoomPercent: string;
  readonly textSize: string;
  readonly codeSize: string;
  readonly cpuSeconds: string;
  readonly wallSeconds: string;
  readonly memoryMb: string;
  readonly maxCalls: string;
  readonly scriptWorkers: string;
  readonly execSeconds: string;
  readonly maxRunningTasks: string;
}

type ConnectionDraft = Pick<SettingsDraft, "baseUrl" | "apiKey" | "model" | "effort" | "contextWindow">;
/** What was typed for providers that are not the one shown. */
export type OtherConnections = { readonly [id in ProviderId]?: ConnectionDraft };

export type DraftField = keyof SettingsDraft;
export type DraftErrors = { readonly [field in DraftField]?: string };

/** The form for stored settings. Connection fields are those of `provider` (default: the one in use). */
export function draftOf(settings: Settings, provider: ProviderId = settings.provider): SettingsDraft {
  return {
    provider,
    ...connectionOf(settings, provider),
    approval: settings.approval,
    sandbox: settings.sandbox,
    editor: settings.editor,
    theme: settings.theme,
    diffColors: settings.appearance.diffColors,
    motion: settings.appearance.motion,
    zoomPercent: String(Math.round(settings.appearance.zoom * 100)),
    textSize: String(settings.appearance.textSize),
    codeSize: String(settings.appearance.codeSize),
    cpuSeconds: seconds(settings.script.cpuMs),
    wallSeconds: seconds(settings.script.wallMs),
    memoryMb: String(settings.script.memoryMb),
    maxCalls: String(settings.script.maxCalls),
    scriptWorkers: String(settings.script.workers),
    execSeconds: seconds(settings.exec.timeoutMs),
    maxRunningTasks: String(settings.maxRunningTasks),
  };
}

function connectionOf(settings: Settings, provider: ProviderId): ConnectionDraft {
  const { baseUrl = "", apiKey = "", model = "", effort = "", contextWindow } = settings.providers[provider];
  return { baseUrl, apiKey, model, effort, contextWindow: contextWindow === undefined ? "" : String(contextWindow) };
}

/** Shows another provider: with what was typed for it before, else with what is stored. What was typed for the one before is put aside. */
export function lookAt(
  settings: Settings,
  draft: SettingsDraft,
  others: OtherConnections,
  provider: ProviderId,
): { readonly draft: SettingsDraft; readonly others: OtherConnections } {
  if (provider === draft.provider) return { draft, others };
  const { baseUrl, apiKey, model, effort, contextWindow } = draft;
  const { [provider]: kept, ...rest } = others;
  return {
    draft: { ...draft, provider, ...(kept ?? connectionOf(settings, provider)) },
    others: { ...rest, [draft.provider]: { baseUrl, apiKey, model, effort, contextWindow } },
  };
}

/** The settings with what was typed for providers that are not shown, and those of them where it cannot be stored. */
export function withOthers(
  settings: Settings,
  draft: SettingsDraft,
  others: OtherConnections,
): { readonly settings: Settings; readonly wrong: readonly ProviderId[] } {
  let base = settings;
  const wrong: ProviderId[] = [];
  for (const provider of providerIds) {
    const connection = others[provider];
    if (connection === undefined || provider === draft.provider) continue;
    const checked = checkDraft(base, { ...draftOf(base), provider, ...connection });
    if (checked.settings === null) wrong.push(provider);
    else base = { ...base, providers: checked.settings.providers };
  }
  return { settings: base, wrong };
}

/** True when the fields of the connection are not what is stored. */
export function isConnectionChanged(settings: Settings, draft: SettingsDraft): boolean {
  const stored = connectionOf(settings, draft.provider);
  return (
    stored.baseUrl !== draft.baseUrl || stored.apiKey !== draft.apiKey || stored.model !== draft.model || stored.effort !== draft.effort
  );
}

/** Where each field lives in the settings: an error of the schema finds its field by the end of this path. */
const paths: Readonly<Record<DraftField, string>> = {
  provider: "provider",
  baseUrl: "baseUrl",
  apiKey: "apiKey",
  model: "model",
  effort: "effort",
  contextWindow: "contextWindow",
  approval: "approval",
  sandbox: "sandbox",
  editor: "editor",
  theme: "theme",
  diffColors: "appearance.diffColors",
  motion: "appearance.motion",
  zoomPercent: "appearance.zoom",
  textSize: "appearance.textSize",
  codeSize: "appearance.codeSize",
  cpuSeconds: "script.cpuMs",
  wallSeconds: "script.wallMs",
  memoryMb: "script.memoryMb",
  maxCalls: "script.maxCalls",
  scriptWorkers: "script.workers",
  execSeconds: "exec.timeoutMs",
  maxRunningTasks: "maxRunningTasks",
};
const fields: readonly DraftField[] = [
  "provider",
  "baseUrl",
  "apiKey",
  "model",
  "effort",
  "contextWindow",
  "approval",
  "sandbox",
  "editor",
  "theme",
  "diffColors",
  "motion",
  "zoomPercent",
  "textSize",
  "codeSize",
  "cpuSeconds",
  "wallSeconds",
  "memoryMb",
  "maxCalls",
  "scriptWorkers",
  "execSeconds",
  "maxRunningTasks",
];

/** Checks a form with the schema of the settings file. What the form does not show stays as it is in `base`. */
export function checkDraft(base: Settings, draft: SettingsDraft): { readonly settings: Settings | null; readonly errors: DraftErrors } {
  const { baseUrl: _url, apiKey: _key, model: _model, effort: _effort, contextWindow: _window, ...rest } = base.providers[draft.provider];
  const connection = Object.fromEntries(
    Object.entries({ baseUrl: draft.baseUrl, apiKey: draft.apiKey, model: draft.model, effort: draft.effort }).flatMap(([name, value]) =>
      value.trim() === "" ? [] : [[name, value.trim()]],
    ),
  );
  const contextWindow = draft.contextWindow.trim() === "" ? {} : { contextWindow: whole(draft.contextWindow.replaceAll(",", "")) };
  const limits = {
    cpuMs: ms(draft.cpuSeconds),
    wallMs: ms(draft.wallSeconds),
    memoryMb: whole(draft.memoryMb),
    maxCalls: whole(draft.maxCalls),
  };
  const parsed = settingsSchema.safeParse({
    ...base,
    provider: draft.provider,
    providers: { ...base.providers, [draft.provider]: { ...rest, ...connection, ...contextWindow } },
    approval: draft.approval,
    sandbox: draft.sandbox,
    editor: draft.editor.trim(),
    theme: draft.theme,
    appearance: {
      diffColors: draft.diffColors,
      motion: draft.motion,
      zoom: whole(draft.zoomPercent) / 100,
      textSize: whole(draft.textSize),
      codeSize: whole(draft.codeSize),
    },
    script: {
      ...base.script,
      ...limits,
      most: ceilings(base.script.most, limits),
      workers: whole(draft.scriptWorkers),
    },
    exec: { ...base.exec, timeoutMs: ms(draft.execSeconds) },
    maxRunningTasks: whole(draft.maxRunningTasks),
  });
  const errors: { [field in DraftField]?: string } = {};
  const badUrl = draft.baseUrl.trim() === "" || draft.provider === "demo" ? null : urlProblem(draft.baseUrl.trim());
  if (badUrl !== null) errors.baseUrl = badUrl;
  for (const issue of parsed.error?.issues ?? []) {
    const path = issue.path.join(".");
    const field = fields.find((each) => path === paths[each] || path.endsWith(`.${paths[each]}`));
    if (field !== undefined) errors[field] ??= words(field, issue);
  }
  const clean = parsed.success && Object.keys(errors).length === 0;
  return { settings: clean ? parsed.data : null, errors };
}

/** Ceilings are not in the form: a limit above its ceiling raises it. */
function ceilings(most: Settings["script"]["most"], limits: Partial<Settings["script"]["most"]>): Settings["script"]["most"] {
  const raised = Object.entries(limits).filter(([name, value]) => value > most[name as keyof typeof most]);
  return { ...most, ...Object.fromEntries(raised) };
}

interface Issue {
  readonly code: string;
  readonly message: string;
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
}

/** Limits of the schema are in ms; the form speaks of seconds. */
function words(field: DraftField, issue: Issue): string {
  const unit = field.endsWith("Seconds") ? 1_000 : field.endsWith("Percent") ? 0.01 : 1;
  const sign = field.endsWith("Seconds") ? " s" : field.endsWith("Percent") ? " %" : "";
  const limit = (value: number | bigint) =>
    `${Math.round((Number(value) / unit) * 1_000) / 1_000}`.replace(/\B(?=(\d{3})+(?!\d))/g, ",") + sign;
  if (issue.code === "too_small" && issue.minimum !== undefined) return `At least ${limit(issue.minimum)}.`;
  if (issue.code === "too_big" && issue.maximum !== undefined) return `At most ${limit(issue.maximum)}.`;
  if (issue.code === "invalid_type") return field.endsWith("Seconds") ? "A number of seconds." : "A whole number.";
  return issue.message;
}

function urlProblem(text: string): string | null {
  return URL.canParse(text) && /^https?:/i.test(text) ? null : "An address that starts with http:// or https://.";
}

function seconds(value: number): string {
  return String(value / 1_000);
}

function ms(text: string): number {
  return text.trim() === "" ? Number.NaN : Math.round(Number(text) * 1_000);
}

function whole(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}
