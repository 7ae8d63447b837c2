import { singleQuoted } from "./literal-word.ts";
import { namedChildren, type ParsedScript, type SyntaxNode, textOf } from "./syntax.ts";

/** A command line that is nothing but a call of the patch tool. */
export interface PatchCommand {
  /** The argument of `cd` as it stands there; null without a `cd`. To be joined to the folder of the call. */
  readonly workdir: string | null;
  /** The body of the here document, taken as it is, without line ends at its end. */
  readonly text: string;
}

const patchNames: ReadonlySet<string> = new Set(["apply_patch", "applypatch"]);

/**
 * Finds `apply_patch <<'EOF' …` or `cd X && apply_patch <<'EOF' …` when it is all that the script does; else null, and the
 * shell runs it. Nothing in the body or in X is expanded, whatever the quotes say. Rules of Codex 0.169.0, measured; that
 * further words are ignored behind a `cd` and refused without one is chance, and kept. (The grammar drops a lone `-`.)
 */
export function findPatch({ script, root }: ParsedScript): PatchCommand | null {
  const [statement, ...others] = namedChildren(root);
  if (statement?.type !== "redirected_statement" || others.length > 0) return null;
  const [body, redirect, ...more] = statement.children;
  if (body === undefined || redirect?.type !== "heredoc_redirect" || more.length > 0) return null;
  const text = heredocBody(redirect, script);
  if (text === null) return null;
  if (body.type === "command") return wordsOfPatchCall(body, script) === 0 ? { workdir: null, text } : null;
  if (body.type !== "list") return null;
  const [cd, and, call, ...rest] = body.children;
  if (cd === undefined || and?.type !== "&&" || call === undefined || rest.length > 0) return null;
  const workdir = cdFolder(cd, script);
  return workdir !== null && wordsOfPatchCall(call, script) !== null ? { workdir, text } : null;
}

function heredocBody(redirect: SyntaxNode, script: string): string | null {
  const [start, body, end, ...more] = namedChildren(redirect);
  if (start?.type !== "heredoc_start" || body?.type !== "heredoc_body" || end?.type !== "heredoc_end" || more.length > 0) return null;
  return textOf(body, script).replace(/\n+$/, "");
}

/** How many words stand behind the name of the patch tool; null when the command is another one. */
function wordsOfPatchCall(command: SyntaxNode, script: string): number | null {
  const call = named(command, script);
  return call !== null && patchNames.has(call.name) ? call.rest.length : null;
}

function cdFolder(command: SyntaxNode, script: string): string | null {
  const call = named(command, script);
  if (call?.name !== "cd" || call.rest.length !== 1) return null;
  const [folder] = call.rest;
  switch (folder?.type) {
    case "word":
      return textOf(folder, script);
    case "raw_string":
      return singleQuoted(folder, script);
    case "string": {
      // Its first literal part; what is expanded around it is not looked at.
      const content = namedChildren(folder).find((part) => part.type === "string_content");
      return content === undefined ? null : textOf(content, script);
    }
    default:
      return null;
  }
}

/** Name and further words of a command whose name is a bare word; assignments in front of it do not matter. */
function named(command: SyntaxNode, script: string): { readonly name: string; readonly rest: readonly SyntaxNode[] } | null {
  if (command.type !== "command") return null;
  const parts = namedChildren(command);
  const at = parts.findIndex((part) => part.type === "command_name");
  const [word] = at === -1 ? [] : namedChildren(parts[at] as SyntaxNode);
  if (word?.type !== "word") return null;
  return { name: textOf(word, script), rest: parts.slice(at + 1) };
}
