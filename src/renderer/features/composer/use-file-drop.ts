import { useEffect, useState } from "react";

/** What is being dragged over the window: how many things; null when nothing is. */
export type DragState = { readonly count: number } | null;

/**
 * Takes files and folders dropped anywhere on the window. `onFiles` gets them on the drop. Drags without files (text,
 * links) are left alone.
 */
export function useFileDrop(onFiles: (files: readonly File[]) => void): DragState {
  const [drag, setDrag] = useState<DragState>(null);
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!hasFiles(event.dataTransfer)) return;
      // What is below the pointer takes them itself: a row of the sidebar.
      if (event.defaultPrevented) {
        setDrag(null);
        return;
      }
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      const count = event.dataTransfer.items.length;
      setDrag((now) => (now?.count === count ? now : { count }));
    };
    const leave = (event: DragEvent) => {
      // Only leaving the window counts, not going from one element to the next.
      if (event.relatedTarget === null) setDrag(null);
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event.dataTransfer)) return;
      setDrag(null);
      // Something inside the window took it: a row of the sidebar.
      if (event.defaultPrevented) return;
      event.preventDefault();
      onFiles([...event.dataTransfer.files]);
    };
    const end = () => setDrag(null);
    const enter = (event: DragEvent) => {
      if (hasFiles(event.dataTransfer)) event.preventDefault();
    };
    window.addEventListener("dragenter", enter);
    window.addEventListener("dragover", over);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    window.addEventListener("dragend", end);
    return () => {
      window.removeEventListener("dragenter", enter);
      window.removeEventListener("dragover", over);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
      window.removeEventListener("dragend", end);
    };
  }, [onFiles]);
  return drag;
}

function hasFiles(transfer: DataTransfer | null): transfer is DataTransfer {
  return transfer !== null && transfer.types.includes("Files");
}
