// A virtual display for machines without one.
import { spawn } from "node:child_process";
import { SetupError } from "./say.mjs";

/** True when windows would have nowhere to go. */
export function lacksDisplay() {
  return process.platform === "linux" && !process.env["DISPLAY"] && !process.env["WAYLAND_DISPLAY"];
}

/**
 * Starts Xvfb on a free display. The caller must call `stop`; it also ends with this process.
 * @returns {Promise<{ display: string, stop: () => void }>}
 */
export function startDisplay() {
  return new Promise((resolve, reject) => {
    // -displayfd lets the server choose a free number, so parallel runs never meet.
    // A session of its own: a Ctrl-C in the terminal must not take the display away before the application has closed.
    const server = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1680x1050x24", "-nolisten", "tcp"], {
      stdio: ["ignore", "ignore", "pipe", "pipe"],
      detached: true,
    });
    const stop = () => void server.kill("SIGTERM");
    process.once("exit", stop);
    let errors = "";
    server.stderr?.setEncoding("utf8").on("data", (text) => (errors += text));
    const timer = setTimeout(() => (stop(), reject(new SetupError(`Xvfb did not come up within 15 s. ${errors.trim()}`))), 15_000);
    const settle = (/** @type {() => void} */ then) => {
      clearTimeout(timer);
      then();
    };
    server.on("error", (error) => settle(() => reject(new SetupError(`Xvfb could not be started: ${error.message}`))));
    server.on("exit", (code) => settle(() => reject(new SetupError(`Xvfb ended with code ${code}. ${errors.trim()}`))));
    let number = "";
    server.stdio[3]?.on("data", (chunk) => {
      number += String(chunk);
      if (!number.includes("\n")) return;
      settle(() => {
        // Neither the server nor its pipes may keep a finished script alive.
        server.unref();
        /** @type {import("node:net").Socket} */ (server.stdio[3]).destroy();
        /** @type {import("node:net").Socket | null} */ (server.stderr)?.unref();
        resolve({ display: `:${number.trim()}`, stop: () => (process.removeListener("exit", stop), stop()) });
      });
    });
  });
}
