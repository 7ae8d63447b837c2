import { threadPort } from "../../src/main/lib/thread-port.ts";

/** Takes its port, then has nothing to do for a while, as while V8 compiles for it; only later it listens. */
const port = threadPort();
setTimeout(() => port.on("message", () => port.postMessage("yes")), 500).unref();
