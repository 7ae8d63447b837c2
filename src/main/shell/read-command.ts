import { commandActions } from "./actions.ts";
import { findPatch } from "./find-patch.ts";
import { hasForcedRm, namesForcedRm } from "./forced-rm.ts";
import type { Inspection } from "./inspect.ts";
import { literalCommands } from "./literal-commands.ts";
import type { ShellParser } from "./parser.ts";
import { plainWords } from "./plain-words.ts";
import { seenCommands, unseen } from "./seen-commands.ts";

/** All that is understood of a command line that would run in `folder`; one parse for all questions. */
export function readCommand(cmd: string, folder: string, parser: ShellParser): Inspection {
  const parsed = parser.parse(cmd);
  const words = plainWords(parsed);
  const seen = seenCommands(parsed, parser);
  const forcedRm = hasForcedRm(literalCommands(parsed, parser));
  return {
    patch: findPatch(parsed),
    words,
    seen,
    actions: commandActions(cmd, words, folder),
    forcedRm,
    mayForceRm: forcedRm || namesForcedRm(cmd) || hasForcedRm(seen.commands.map((one) => one.filter((word) => word !== null))),
  };
}

/** What is understood of a command line that was not, or could not be, parsed. */
export function unreadCommand(cmd: string): Inspection {
  return {
    patch: null,
    words: null,
    seen: unseen,
    actions: [{ type: "unknown", command: cmd }],
    forcedRm: false,
    mayForceRm: namesForcedRm(cmd),
  };
}
