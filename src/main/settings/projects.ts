import path from "node:path";
import { z } from "zod";
import { type Reach, reaches } from "../../protocol/settings.ts";
import { isInside } from "../lib/paths.ts";
import { openStateFile } from "./state-file.ts";

const projectSchema = z.strictObject({
  /** Absent: nothing was said. */
  trusted: z.boolean().exactOptional(),
  reach: z.enum(reaches).default("nothing"),
});

/** What the person said about folders, in `projects.json` of the data folder: never in the folder itself, whose authors could say it. */
export interface ProjectsFile {
  /** Folders that something is known about. */
  folders(): readonly string[];
  /** True when the person trusts this folder or one that holds it. */
  isTrusted(root: string): boolean;
  setTrusted(root: string, trusted: boolean): void;
  /** What commands in this folder may reach besides files. */
  reach(root: string): Reach;
  setReach(root: string, reach: Reach): void;
}

/** Opens the facts about folders of a data folder; paths are absolute and real. Its functions throw `settings_invalid` for a damaged file. */
export function openProjects(home: string): ProjectsFile {
  const file = openStateFile(path.join(home, "projects.json"), z.record(z.string(), projectSchema), {});
  const change = (root: string, facts: Partial<z.infer<typeof projectSchema>>): void => {
    file.change((all) => ({ ...all, [root]: { reach: "nothing", ...all[root], ...facts } }));
  };
  return {
    folders: () => Object.keys(file.read()),
    isTrusted: (root) => {
      // What was said of the folder itself counts before what was said of one that holds it.
      const own = file.read()[root]?.trusted;
      return own ?? Object.entries(file.read()).some(([folder, facts]) => facts.trusted === true && isInside(folder, root));
    },
    setTrusted: (root, trusted) => change(root, { trusted }),
    reach: (root) => file.read()[root]?.reach ?? "nothing",
    setReach: (root, reach) => change(root, { reach }),
  };
}
