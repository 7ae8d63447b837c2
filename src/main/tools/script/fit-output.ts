import { toErrorData } from "../../../protocol/error.ts";
import { modelTokens, truncateForModel } from "../../lib/truncate.ts";
import type { ToolContext } from "../tool.ts";

/** Bytes that `truncateForModel` adds before and between what it keeps, at most. */
const markerBytes = 160;

/**
 * A script's text as a model may read it, at most `modelTokens`: whole, or its head and tail and the path of a file with
 * all of it. When the file cannot be written the text says so; never throws.
 */
export async function fitOutput(text: string, ctx: Pick<ToolContext, "saveOutput">): Promise<string> {
  if (!truncateForModel(text, modelTokens).truncated) return text;
  const note = await keepWhole(text, ctx);
  const room = modelTokens - Math.ceil((Buffer.byteLength(note) + markerBytes) / 4);
  return `${truncateForModel(text, Math.max(room, 0)).text}\n\n${note}`;
}

async function keepWhole(text: string, ctx: Pick<ToolContext, "saveOutput">): Promise<string> {
  try {
    const file = await ctx.saveOutput(text);
    if (file === null) return "[What is missing was not kept: the script ran outside a conversation.]";
    return `[The whole output, ${text.length} characters, is in ${file}; readFile and grepFiles may read it.]`;
  } catch (error) {
    return `[What is missing could not be kept in a file: ${toErrorData(error).message}]`;
  }
}
