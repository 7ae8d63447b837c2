/** Any JSON value. What crosses the script border, a log line or IPC is one of these. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
