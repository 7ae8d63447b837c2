import { contextBridge, ipcRenderer, webUtils } from "electron";
import { callChannel, portChannel } from "../protocol/channels.ts";
import type { Bridge } from "../protocol/ipc.ts";

// A port cannot cross the bridge, which copies; a message of the page to itself can carry it.
ipcRenderer.on(portChannel, ({ ports }) => window.postMessage(portChannel, window.location.origin, [...ports]));

/** All the page gets: calls of the contract, the port of its pushes, the path of a dropped file. Main checks the sender and every input. */
const bridge: Bridge = {
  call: (name, input) => ipcRenderer.invoke(callChannel, name, input),
  connect: () => ipcRenderer.send(portChannel),
  pathOf: (file) => (file instanceof File ? webUtils.getPathForFile(file) : ""),
};

contextBridge.exposeInMainWorld("spindle", bridge);
