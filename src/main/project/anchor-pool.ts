import { type Anchor, openAnchor } from "./anchor.ts";

/** The folders of one change, each open when it is needed; a system lets a process have only so many open at a time. */
export interface AnchorPool {
  /** The open folder, good until the next `rest`. `create` makes missing ones. Throws as `openAnchor`. */
  get(folder: string, create: boolean): Promise<Anchor>;
  /** To be called where nothing is in use: closes what is open when that is too much, made durable before when asked for. */
  rest(durable: boolean): Promise<void>;
  /** Makes durable what changed in the folders that are open. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Folders that may stay open, each one descriptor. */
const MOST = 32;

/** `onCreated` is told every folder that was made, outermost first. */
export function createAnchorPool(onCreated: (folder: string) => void): AnchorPool {
  const open = new Map<string, Anchor>();
  const sync = async (): Promise<void> => void (await Promise.all([...open.values()].map((anchor) => anchor.sync())));
  const close = async (): Promise<void> => {
    const anchors = [...open.values()];
    open.clear();
    await Promise.all(anchors.map((anchor) => anchor.close()));
  };
  return {
    async get(folder, create) {
      const known = open.get(folder);
      if (known !== undefined) return known;
      const anchor = await openAnchor(folder, create ? onCreated : undefined);
      open.set(folder, anchor);
      return anchor;
    },
    async rest(durable) {
      if (open.size <= MOST) return;
      if (durable) await sync();
      await close();
    },
    sync,
    close,
  };
}
