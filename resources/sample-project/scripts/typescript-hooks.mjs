// Module hooks for Node before 22.18, see typescript.mjs.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { transform } from "oxc-transform";

export async function load(url, context, nextLoad) {
  if (!url.endsWith(".ts")) return nextLoad(url, context);
  const file = fileURLToPath(url);
  const { code, errors } = await transform(file, await readFile(file, "utf8"), { typescript: { onlyRemoveTypeImports: true } });
  if (errors.length > 0) throw new SyntaxError(`${file}: ${errors[0].message}`);
  return { format: "module", source: code, shortCircuit: true };
}
