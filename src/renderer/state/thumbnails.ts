import { useEffect } from "react";
import { create } from "zustand";
import { call } from "../lib/api.ts";
import { reportError } from "./notices.ts";
import { createThumbnailShelf } from "./thumbnail-shelf.ts";

/** Edge of a small view in device pixels: 24 px on a dense screen. */
const edge = 48;

/** Small views of pictures by path, as data: addresses; null for what cannot be shown. */
const useThumbnails = create<{ readonly urls: ReadonlyMap<string, string | null> }>()(() => ({ urls: new Map() }));
const shelf = createThumbnailShelf({ make, now: Date.now, onChange: (urls) => useThumbnails.setState({ urls }), onError: reportError });

/** The small view of a picture; null while it is made, and for what cannot be shown. `path` null: none is wanted. */
export function useThumbnail(path: string | null): string | null {
  useEffect(() => {
    if (path !== null) shelf.want(path);
  }, [path]);
  return useThumbnails((state) => (path === null ? null : (state.urls.get(path) ?? null)));
}

async function make(path: string): Promise<string | null> {
  const { bytes } = await call("attachments.picture", { path });
  if (bytes === null) return null;
  // A copy: what came over the bridge may lie in memory that a Blob does not take.
  const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)])).catch(() => null);
  if (bitmap === null) return null;
  const scale = Math.max(edge / bitmap.width, edge / bitmap.height);
  const canvas = document.createElement("canvas");
  canvas.width = edge;
  canvas.height = edge;
  const [width, height] = [bitmap.width * scale, bitmap.height * scale];
  canvas.getContext("2d")?.drawImage(bitmap, (edge - width) / 2, (edge - height) / 2, width, height);
  bitmap.close();
  return canvas.toDataURL("image/png");
}
