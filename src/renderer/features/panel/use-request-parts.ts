import { useEffect, useState } from "react";
import type { ErrorData } from "../../../protocol/error.ts";
import type { ConversationId } from "../../../protocol/ids.ts";
import { asErrorData, call } from "../../lib/api.ts";
import { type RequestPart, requestParts } from "./context-facts.ts";

export interface Request {
  /** Null while main is asked the first time. */
  readonly parts: readonly RequestPart[] | null;
  readonly error: ErrorData | null;
  readonly again: () => void;
}

/** What the next request consists of, asked anew when `mark` changes; what was known stays until the answer comes. */
export function useRequestParts(id: ConversationId, mark: string): Request {
  const [state, setState] = useState<Omit<Request, "again">>({ parts: null, error: null });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let gone = false;
    call("conversations.raw", { id }).then(
      ({ text }) => gone || setState({ parts: requestParts(text), error: null }),
      (error: unknown) => gone || setState(({ parts }) => ({ parts, error: asErrorData(error) })),
    );
    return () => {
      gone = true;
    };
  }, [id, mark, tries]);
  return { ...state, again: () => setTries((before) => before + 1) };
}
