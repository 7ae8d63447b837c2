import { SquareArrowOutUpRight } from "lucide-react";
import { IconButton } from "./button.tsx";

/** Opens a file outside of the window; `onOpen` does it. */
export function OpenFileButton({ path, onOpen }: { readonly path: string; readonly onOpen: () => void }) {
  return (
    <IconButton size="sm" label={`Open ${path} in the editor`} data-testid="open-in-editor" onClick={onOpen}>
      <SquareArrowOutUpRight size={12} aria-hidden />
    </IconButton>
  );
}
