/** A piece of streamed content: thoughts or words for the person. */
export interface ContentPiece {
  readonly kind: "thought" | "text";
  readonly text: string;
}

/** Tells `<think>…</think>` at the start of streamed content from the answer behind it. */
export interface ThinkSplitter {
  /** Pieces that are certain by now; what may still be part of a tag is held back. */
  push(delta: string): ContentPiece[];
  /** What was held back. Content of nothing but white space is no content. */
  end(): ContentPiece[];
}

const opening = "<think>";
const closing = "</think>";

/**
 * Local servers without a reasoning parser send a model's thoughts as the beginning of its content. Only a tag at the
 * very start counts: one later is text a person may have asked for. Pure state.
 */
export function createThinkSplitter(): ThinkSplitter {
  let state: "start" | "thought" | "behind" | "text" = "start";
  let held = "";
  let begun = false;

  function thought(text: string): ContentPiece[] {
    const shown = begun ? text : text.trimStart();
    begun ||= shown !== "";
    return shown === "" ? [] : [{ kind: "thought", text: shown }];
  }

  function step(): ContentPiece[] {
    switch (state) {
      case "start": {
        const begin = held.trimStart();
        if (opening.startsWith(begin) && begin !== opening) return [];
        if (!begin.startsWith(opening)) {
          state = "text";
          return step();
        }
        state = "thought";
        held = begin.slice(opening.length);
        return step();
      }
      case "thought": {
        const end = held.indexOf(closing);
        if (end === -1) {
          const keep = openEnd(held, closing);
          const sure = held.slice(0, held.length - keep);
          held = held.slice(held.length - keep);
          return thought(sure);
        }
        const last = thought(held.slice(0, end).trimEnd());
        held = held.slice(end + closing.length);
        state = "behind";
        return [...last, ...step()];
      }
      case "behind":
        held = held.trimStart();
        if (held === "") return [];
        state = "text";
        return step();
      case "text": {
        const text = held;
        held = "";
        return text === "" ? [] : [{ kind: "text", text }];
      }
    }
  }

  return {
    push(delta) {
      held += delta;
      return step();
    },
    end() {
      const rest = held;
      held = "";
      if (state === "thought") return thought(rest);
      return rest.trim() === "" ? [] : [{ kind: "text", text: rest }];
    },
  };
}

/** How many characters at the end of `text` may be the beginning of `tag`. */
function openEnd(text: string, tag: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) if (text.endsWith(tag.slice(0, length))) return length;
  return 0;
}
