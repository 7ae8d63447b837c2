// Lets Node run the TypeScript files of this project. Node 22.18 and later can by themselves: then nothing happens here.
// Older versions remove the types with oxc-transform while a file is loaded; nothing is written to disk.
import { register } from "node:module";

if (!process.features.typescript) register("./typescript-hooks.mjs", import.meta.url);
