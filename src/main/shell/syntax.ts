/** A node of a script's syntax tree as plain data, so that no tree of the parser outlives the parse. */
export interface SyntaxNode {
  /** Name of the grammar (tree-sitter-bash 0.25.1), or the token itself when not named. */
  readonly type: string;
  /** False for tokens such as `&&` and `"`. */
  readonly named: boolean;
  /** Place in the script, UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  readonly children: readonly SyntaxNode[];
}

/** A script that was parsed. */
export interface ParsedScript {
  readonly script: string;
  readonly root: SyntaxNode;
  /** True when any part of the script is not valid bash for the grammar. */
  readonly hasError: boolean;
}

export function textOf(node: SyntaxNode, script: string): string {
  return script.slice(node.start, node.end);
}

export function namedChildren(node: SyntaxNode): readonly SyntaxNode[] {
  return node.children.filter((child) => child.named);
}

/** Every node from `root` down in the order of the source. Uses no recursion: scripts may be nested 10,000 deep. */
export function* walk(root: SyntaxNode): Generator<SyntaxNode, void, undefined> {
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    yield node;
    for (let at = node.children.length - 1; at >= 0; at--) {
      const child = node.children[at];
      if (child !== undefined) stack.push(child);
    }
  }
}
