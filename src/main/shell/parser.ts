import { readFile } from "node:fs/promises";
import type { Tree } from "web-tree-sitter";
import type { ParsedScript, SyntaxNode } from "./syntax.ts";

export interface GrammarFiles {
  /** Absolute path of web-tree-sitter's own WebAssembly. */
  readonly engine: string;
  /** Absolute path of tree-sitter-bash's WebAssembly. */
  readonly grammar: string;
}

/** Reads scripts as bash. */
export interface ShellParser {
  /** The syntax tree of a script, whatever it is. Throws only when memory is at its end: then the thread is of no more use. */
  parse(script: string): ParsedScript;
}

/**
 * Pages of 64 KiB: at the start, as web-tree-sitter's glue has them, and at most (256 MiB). 2 Mi characters need about 130 MiB;
 * some scripts need memory by the square of their length (5,000 pipes take all of it).
 */
const memoryPages = { initial: 512, maximum: 4_096 };

/**
 * Loads the grammar (0.3 s, 34 MB). Once per thread, because web-tree-sitter has one engine per thread; only a thread of its
 * own can be thrown away with the memory it took, and go on after the engine has aborted.
 */
export async function loadShellParser(files: GrammarFiles): Promise<ShellParser> {
  // An ES module in a CommonJS bundle: decision 0001.
  const { Language, Parser } = await import("web-tree-sitter");
  const wasmMemory = new WebAssembly.Memory(memoryPages);
  await Parser.init({ locateFile: () => files.engine, wasmMemory, printErr: () => undefined });
  const parser = new Parser().setLanguage(await Language.load(await readFile(files.grammar)));
  return {
    parse(script) {
      const tree = parser.parse(script);
      // Null only without a language, or when a parse was cancelled.
      if (tree === null) throw new Error("The parser gave no tree.");
      try {
        return { script, root: copyTree(tree), hasError: tree.rootNode.hasError };
      } finally {
        tree.delete();
      }
    },
  };
}

interface Growing extends SyntaxNode {
  readonly children: SyntaxNode[];
}

/** The whole tree as plain data. A cursor does it in one pass; asking a node for its n-th child takes n steps. */
function copyTree(tree: Tree): SyntaxNode {
  const cursor = tree.walk();
  const copy = (): Growing => ({
    type: cursor.nodeType,
    named: cursor.nodeIsNamed,
    start: cursor.startIndex,
    end: cursor.endIndex,
    children: [],
  });
  try {
    const root = copy();
    const parents: Growing[] = [root];
    let isNew = cursor.gotoFirstChild();
    while (parents.length > 0) {
      if (isNew) {
        const node = copy();
        parents.at(-1)?.children.push(node);
        parents.push(node);
        isNew = cursor.gotoFirstChild();
      } else {
        // The node on top has no (more) children: on to its sibling, or up.
        parents.pop();
        if (parents.length === 0) break;
        isNew = cursor.gotoNextSibling();
        if (!isNew) cursor.gotoParent();
      }
    }
    return root;
  } finally {
    cursor.delete();
  }
}
