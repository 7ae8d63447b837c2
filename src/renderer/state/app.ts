import { create } from "zustand";
import type { ErrorData } from "../../protocol/error.ts";
import type { AppState, ProjectInfo, ProviderInfo } from "../../protocol/ipc.ts";
import type { Reach, Settings } from "../../protocol/settings.ts";
import { asErrorData, call } from "../lib/api.ts";
import { onFrame } from "../lib/frame.ts";
import { openLayout } from "./layout.ts";

export interface AppStore {
  /** Null until main answered the first time. */
  readonly app: AppState | null;
  /** Why there is no state. */
  readonly error: ErrorData | null;
  readonly settingsOpen: boolean;
}

/** The application: project, settings, providers, sandbox, workers. Change it through the functions below. */
export const useApp = create<AppStore>()(() => ({ app: null, error: null, settingsOpen: false }));

/** Asks main for the state; called at start and after the project changed. */
export async function loadApp(): Promise<void> {
  try {
    const app = await call("app.state", {});
    applyLook(app.settings);
    openLayout(app.project?.root ?? null);
    useApp.setState({ app, error: null });
  } catch (error) {
    useApp.setState({ error: asErrorData(error) });
  }
}

/** Follows the pushes about the application; returns the function that stops. */
export function followApp(): () => void {
  const stops = [
    onFrame("settings", (batch) => {
      const settings = batch.at(-1);
      if (settings === undefined) return;
      applyLook(settings);
      // The provider list says what is missing for the new settings, so it is asked for again.
      void loadApp();
    }),
    onFrame("project", (batch) => patchApp({ project: batch.at(-1) ?? null })),
    onFrame("harness", (batch) => {
      const harness = batch.at(-1);
      if (harness !== undefined) patchApp({ harness });
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Writes settings (`plainKeys`: a new key may go to the file unencrypted); the store has the result when it resolves. Rejects with ApiError. */
export async function updateSettings(change: Partial<Settings>, plainKeys = false): Promise<Settings> {
  const { app } = useApp.getState();
  if (app === null) throw new Error("The application has not started.");
  const settings = await call("settings.update", { settings: { ...app.settings, ...change }, plainKeys });
  applyLook(settings);
  patchApp({ settings });
  await loadApp();
  return settings;
}

/** Lets the person choose a folder; null when they did not. Rejects with ApiError. */
export async function pickProject(): Promise<ProjectInfo | null> {
  const project = await call("project.pick", {});
  if (project !== null) await loadApp();
  return project;
}

/** Opens a folder by its path (recents, a dropped folder). Rejects with ApiError. */
export async function openProject(root: string): Promise<ProjectInfo> {
  const project = await call("project.open", { root });
  await loadApp();
  return project;
}

/** Copies the sample project to a place the person chooses, or a temporary one, and opens it; null when they did not. Rejects with ApiError. */
export async function openDemo(where: "pick" | "temporary"): Promise<ProjectInfo | null> {
  const project = await call("project.demo", { where });
  if (project !== null) await loadApp();
  return project;
}

/** Says whether the open folder is trusted. Rejects with ApiError. */
export async function setTrusted(trusted: boolean): Promise<void> {
  patchApp({ project: await call("project.trust", { trusted }) });
}

/** Says what commands in the open folder may reach besides files. Rejects with ApiError. */
export async function setReach(reach: Reach): Promise<void> {
  patchApp({ project: await call("project.reach", { reach }) });
}

export function openSettings(open: boolean): void {
  useApp.setState({ settingsOpen: open });
}

/** The provider that answers the next turn. */
export function activeProvider(app: AppState | null): ProviderInfo | null {
  return app?.providers.find((provider) => provider.id === app.settings.provider) ?? null;
}

const themeKey = "spindle.theme";

/** Sets `data-theme` and remembers it for the first paint of the next start. */
export function applyTheme(theme: Settings["theme"]): void {
  document.documentElement.dataset["theme"] = theme;
  localStorage.setItem(themeKey, theme);
}

function applyLook({ theme, appearance }: Settings): void {
  applyTheme(theme);
  document.documentElement.dataset["diff"] = appearance.diffColors;
  document.documentElement.dataset["motion"] = appearance.motion;
  document.documentElement.style.setProperty("--text-size", `${appearance.textSize}px`);
  document.documentElement.style.setProperty("--code-size", `${appearance.codeSize}px`);
}

/** The theme of the last run, before main has answered. */
export function rememberedTheme(): Settings["theme"] {
  const theme = localStorage.getItem(themeKey);
  return theme === "light" || theme === "dark" ? theme : "system";
}

function patchApp(change: Partial<AppState>): void {
  if (change.project !== undefined) openLayout(change.project?.root ?? null);
  useApp.setState(({ app }) => (app === null ? {} : { app: { ...app, ...change } }));
}
