import { fields } from "./json-read.ts";

/** A part of a request that some servers do not know. `named` finds it in their refusal. */
export interface Feature {
  readonly name: string;
  readonly named: RegExp;
}

/**
 * Remembers which optional parts a server refused (status 400 or 422 that names the part), so that one try without them
 * follows and later requests leave them out from the start. Lives as long as its provider.
 */
export interface Features {
  has(name: string): boolean;
  /** True when the error names a part that was still in use: it is off from now on and the request may be sent again at once. */
  dropRefused(thrown: unknown): boolean;
}

export function createFeatures(all: readonly Feature[]): Features {
  const on = new Map(all.map((feature) => [feature.name, feature]));
  return {
    has: (name) => on.has(name),
    dropRefused(thrown) {
      const { status, message, error, param } = fields(thrown);
      if (status !== 400 && status !== 422) return false;
      const words = `${String(message)} ${String(param)} ${JSON.stringify(error) ?? ""}`;
      const refused = [...on.values()].find((feature) => feature.named.test(words));
      return refused !== undefined && on.delete(refused.name);
    },
  };
}

/** Sends a request, and again without each part the server refuses by name. Throws what else goes wrong. */
export async function sendWithout<T>(features: Features, send: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!features.dropRefused(error)) throw error;
    }
  }
}
