// The switches of a packaged application: bits in Electron's executable that whoever starts it cannot turn back. Data
// for packaging (afterPack) and its test; development and end-to-end tests run without, because Playwright needs --inspect.

/**
 * By the names of `FuseV1Options` of @electron/fuses. Left as it comes: WasmTrapHandlers (on: QuickJS is half as fast without).
 * @type {Readonly<Record<string, boolean>>}
 */
export const fuses = {
  // ELECTRON_RUN_AS_NODE would make our signed program a Node for anybody's code. Our own processes are utility processes and threads.
  RunAsNode: false,
  EnableCookieEncryption: true,
  // NODE_OPTIONS and --inspect would run code in the main process.
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  // macOS and Windows; Linux does not look at it (measured: a changed app.asar starts).
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  LoadBrowserProcessSpecificV8Snapshot: false,
  // The window is served from app://, files from nowhere.
  GrantFileProtocolExtraPrivileges: false,
};

/**
 * Sets the switches in an executable of Electron (on macOS: an .app), in place. Throws when it is none.
 * @param {string} executable
 * @param {Readonly<Record<string, boolean>>} [wanted] Default: those of a packaged application.
 */
export async function setFuses(executable, wanted = fuses) {
  const { flipFuses, FuseVersion, FuseV1Options } = await import("@electron/fuses");
  const numbered = Object.fromEntries(
    Object.entries(wanted).map(([name, on]) => {
      const number = FuseV1Options[/** @type {keyof typeof FuseV1Options} */ (name)];
      if (number === undefined) throw new Error(`@electron/fuses knows no fuse ${name}.`);
      return [number, on];
    }),
  );
  await flipFuses(executable, { version: FuseVersion.V1, resetAdHocDarwinSignature: process.platform === "darwin", ...numbered });
}

/**
 * The switches an executable has, by name: on, off, or not there (`null`: removed or newer than this Electron).
 * @param {string} executable
 * @returns {Promise<Record<string, boolean | null>>}
 */
export async function readFuses(executable) {
  const { getCurrentFuseWire, FuseV1Options } = await import("@electron/fuses");
  const wire = /** @type {Record<string, number>} */ (/** @type {unknown} */ (await getCurrentFuseWire(executable)));
  return Object.fromEntries(
    Object.keys(fuses).map((name) => {
      const state = wire[FuseV1Options[/** @type {keyof typeof FuseV1Options} */ (name)]];
      // The characters 0 and 1.
      return [name, state === 0x30 ? false : state === 0x31 ? true : null];
    }),
  );
}
