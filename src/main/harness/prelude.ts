import consolePart from "./prelude/console.js?raw";
import core from "./prelude/core.js?raw";
import environment from "./prelude/environment.js?raw";
import inspect from "./prelude/inspect.js?raw";
import json from "./prelude/json.js?raw";
import promise from "./prelude/promise.js?raw";
import tasks from "./prelude/tasks.js?raw";
import thrown from "./prelude/thrown.js?raw";
import timers from "./prelude/timers.js?raw";

/** File name of the prelude in stacks; frames of it are never shown. */
export const preludeFile = "spindle:prelude";

/** File name of the script in stacks: one that no data of a project contains. The prelude's `place()` looks for it. */
export const scriptFile = "spindle:script";

/** Source evaluated in every new realm: installs a script's globals and returns the functions the host calls. */
export const preludeSource = `(() => {\nconst core = ${part(core)};\n${[thrown, timers, promise, json, inspect, consolePart, tasks, environment].map((source) => `(${part(source)})(core);`).join("\n")}\nreturn core.guest;\n})()`;

/** Without comments and indentation, which QuickJS would scan again for each realm. */
function part(source: string): string {
  return source
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("//") && !line.startsWith("/*") && !line.startsWith("*"))
    .join("\n")
    .replace(/;$/, "");
}
