/** The one IPC channel of calls and the one of pushes. Apart from the contract, so that the preload does not carry zod. */
export const callChannel = "spindle:call";
export const pushChannel = "spindle:push";
