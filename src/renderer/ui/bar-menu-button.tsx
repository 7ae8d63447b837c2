import { Menu } from "lucide-react";
import { IconButton } from "./button.tsx";

/** Opens a menu of the system below itself; `onOpen` gets the place of its corner, px of the page. */
export function BarMenuButton({
  keys,
  onOpen,
}: {
  readonly keys: string | undefined;
  readonly onOpen: (at: { readonly x: number; readonly y: number }) => void;
}) {
  return (
    <IconButton
      label="Menu"
      keys={keys}
      data-testid="app-menu"
      aria-haspopup="menu"
      onClick={({ currentTarget }) => {
        const { left, bottom } = currentTarget.getBoundingClientRect();
        onOpen({ x: left, y: bottom + 4 });
      }}
    >
      <Menu size={15} aria-hidden />
    </IconButton>
  );
}
