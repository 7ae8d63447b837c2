/** Small views kept; those that were wanted longest ago go first. */
const kept = 200;
/** A view this old is made anew when it is wanted again: the picture may have changed. The old one stays until then. ms. */
const freshMs = 20_000;

interface ShelfParts {
  /** Null for what cannot be shown. */
  make(path: string): Promise<string | null>;
  now(): number;
  onChange(urls: ReadonlyMap<string, string | null>): void;
  /** Told once for each picture, however often it fails. */
  onError(error: unknown): void;
}

/** Keeps small views of pictures by path, and makes them when they are wanted. */
export interface ThumbnailShelf {
  /** The view is to be there; called whenever it comes into sight. */
  want(path: string): void;
}

export function createThumbnailShelf({ make, now, onChange, onError }: ShelfParts): ThumbnailShelf {
  const views = new Map<string, { readonly url: string | null; readonly madeAt: number }>();
  const making = new Set<string>();
  const failed = new Set<string>();
  const tell = (): void => onChange(new Map([...views].map(([path, { url }]) => [path, url])));
  const put = (path: string, url: string | null, madeAt: number): void => {
    views.delete(path);
    views.set(path, { url, madeAt });
    for (const oldest of [...views.keys()].slice(0, Math.max(0, views.size - kept))) views.delete(oldest);
  };
  return {
    want(path) {
      const known = views.get(path);
      if (known !== undefined) put(path, known.url, known.madeAt);
      if (making.has(path) || (known !== undefined && now() - known.madeAt < freshMs)) return;
      making.add(path);
      const startedAt = now();
      make(path)
        .then(
          (url) => {
            failed.delete(path);
            put(path, url, startedAt);
            tell();
          },
          (error: unknown) => {
            if (!failed.has(path)) onError(error);
            failed.add(path);
          },
        )
        .finally(() => making.delete(path));
    },
  };
}
