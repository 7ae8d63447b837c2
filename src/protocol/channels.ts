/** The one IPC channel of calls, and the one over which a page asks for, and gets, the port of its pushes. Apart from the contract, so that the preload does not carry zod. */
export const callChannel = "spindle:call";
export const portChannel = "spindle:port";
/** A page answers once for so many batches of pushes. */
export const takenTogether = 8;
