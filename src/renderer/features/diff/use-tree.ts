import { useEffect, useState } from "react";
import { asErrorData, call } from "../../lib/api.ts";
import { useApp } from "../../state/app.ts";
import type { ReviewFile } from "./merge-patches.ts";
import { treeFiles } from "./tree-diff.ts";

export interface Tree {
  /** Null while git is asked the first time. */
  readonly files: readonly ReviewFile[] | null;
  /** Files are missing: all together are too long. */
  readonly truncated: boolean;
  /** Why there is nothing to see. */
  readonly error: string | null;
}

const empty: Tree = { files: null, truncated: false, error: null };

/**
 * The working tree of the open project against its last commit, while it is reviewed: asked for when it is shown, when the number of
 * changes is another, when `mark` changes, and when the window is looked at again.
 */
export function useTree(shown: boolean, mark: string): Tree {
  const changes = useApp((state) => state.app?.project?.changes ?? null);
  const [tree, setTree] = useState<Tree>(empty);
  const [looks, setLooks] = useState(0);
  useEffect(() => {
    if (!shown) return;
    const look = () => setLooks((before) => before + 1);
    window.addEventListener("focus", look);
    return () => window.removeEventListener("focus", look);
  }, [shown]);
  useEffect(() => {
    if (!shown) return;
    let current = true;
    call("project.diff", {}).then(
      (found) => {
        if (!current) return;
        setTree(
          found === null
            ? { files: [], truncated: false, error: "Git cannot be asked here: the folder is not trusted, or no repository." }
            : { files: treeFiles(found.diff), truncated: found.truncated, error: null },
        );
      },
      (error: unknown) => {
        if (current) setTree({ files: [], truncated: false, error: asErrorData(error).message });
      },
    );
    return () => {
      current = false;
    };
  }, [shown, changes, mark, looks]);
  return shown ? tree : empty;
}
