import { parseArgs, type ParseArgsConfig } from "node:util";
import { SpindleError } from "../../protocol/error.ts";
import { approvalModes, providerIds, type Reach, reaches, sandboxLevels, type Settings } from "../../protocol/settings.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** Flags and words of a command. */
type ParsedWords<O extends Options> = ReturnType<typeof parseArgs<{ args: string[]; options: O; allowPositionals: true; strict: true }>>;

/** Parses a command's words; wrong ones are `usage` errors, which end the process with exit code 2. */
export function parseWords<O extends Options>(args: readonly string[], options: O): ParsedWords<O> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new SpindleError("usage", error instanceof Error ? error.message : String(error), { hint: "See `spindle --help`." });
  }
}

/** Options shared by the commands that run something. */
export const runOptions = {
  directory: { type: "string", short: "C" },
  json: { type: "boolean", default: false },
  provider: { type: "string" },
  "base-url": { type: "string" },
  model: { type: "string" },
  approval: { type: "string" },
  sandbox: { type: "string" },
  reach: { type: "string" },
} as const satisfies Options;

export interface RunFlags {
  readonly provider?: string | undefined;
  readonly "base-url"?: string | undefined;
  readonly model?: string | undefined;
  readonly approval?: string | undefined;
  readonly sandbox?: string | undefined;
}

/** Flags as a change to the settings, for this process only. Throws `usage` for a value that does not exist. */
export function settingsOverride(flags: RunFlags, defaults: Partial<Pick<Settings, "approval">> = {}): (settings: Settings) => Settings {
  const provider = oneOf("--provider", flags.provider, providerIds);
  const approval = oneOf("--approval", flags.approval, approvalModes);
  const sandbox = oneOf("--sandbox", flags.sandbox, sandboxLevels);
  const baseUrl = flags["base-url"];
  if (baseUrl !== undefined && !URL.canParse(baseUrl))
    throw new SpindleError("usage", `--base-url: ${JSON.stringify(baseUrl)} is not a URL.`);
  return (settings) => {
    const chosen = provider ?? settings.provider;
    const own = {
      ...settings.providers[chosen],
      ...(baseUrl === undefined ? {} : { baseUrl }),
      ...(flags.model === undefined ? {} : { model: flags.model }),
    };
    return {
      ...settings,
      ...defaults,
      provider: chosen,
      providers: { ...settings.providers, [chosen]: own },
      ...(approval === undefined ? {} : { approval }),
      ...(sandbox === undefined ? {} : { sandbox }),
    };
  };
}

/** What commands may reach, when the flag says so; else what was said of the folder holds. Throws `usage`. */
export function reachFlag(flags: { readonly reach?: string | undefined }): Reach | undefined {
  return oneOf("--reach", flags.reach, reaches);
}

function oneOf<T extends string>(flag: string, value: string | undefined, allowed: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  const found = allowed.find((item) => item === value);
  if (found === undefined) throw new SpindleError("usage", `${flag}: ${JSON.stringify(value)} is not one of ${allowed.join(", ")}.`);
  return found;
}
