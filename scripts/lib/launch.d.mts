import type { ElectronApplication, Page } from "playwright";

export interface LaunchOptions {
  /** The executable. */
  readonly electron: string;
  readonly flags: readonly string[];
  /** A temporary folder of this launch alone: data folder and Chromium profile go there; leftovers are found by its name. */
  readonly folder: string;
  /** The application: a folder with a package.json. Default: the repository. */
  readonly app?: string;
  /** The folder to open; undefined shows the welcome screen. */
  readonly project?: string;
  /** Chromium keeps its pages in its own sandbox, which root cannot have. Default: false. */
  readonly chromiumSandbox?: boolean;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Launched {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** SPINDLE_HOME of this launch. */
  readonly home: string;
  /** The application's temporary folder: empty once it has closed. */
  readonly temp: string;
  /** What went wrong in the window: uncaught errors and console errors. */
  readonly errors: readonly string[];
  /** What the main process wrote to stderr. */
  stderr(): string;
  /** Closes the application. Resolves to the processes still alive afterwards (they are killed): an empty list is the promise kept. */
  close(): Promise<readonly string[]>;
}

export function launchSpindle(options: LaunchOptions): Promise<Launched>;

/** Every event of every conversation under a data folder, in log order. */
export function readEvents(home: string): readonly { readonly type: string; readonly [key: string]: unknown }[];
