import { contextBridge, ipcRenderer, webUtils } from "electron";
import { callChannel, pushChannel } from "../protocol/channels.ts";
import type { Bridge, PushName, Pushes } from "../protocol/ipc.ts";

const listeners = new Map<string, Set<(value: unknown) => void>>();
ipcRenderer.on(pushChannel, (_event, name: PushName, value: unknown) => {
  for (const listener of listeners.get(name) ?? []) listener(value);
});

/** All the page gets: calls of the contract, pushes, the path of a dropped file. Main checks the sender and every input. */
const bridge: Bridge = {
  call: (name, input) => ipcRenderer.invoke(callChannel, name, input),
  on<N extends PushName>(name: N, listener: (value: Pushes[N]) => void) {
    const receive = (value: unknown): void => listener(value as Pushes[N]);
    const set = listeners.get(name) ?? new Set();
    listeners.set(name, set.add(receive));
    return () => {
      set.delete(receive);
    };
  },
  pathOf: (file) => (file instanceof File ? webUtils.getPathForFile(file) : ""),
};

contextBridge.exposeInMainWorld("spindle", bridge);
