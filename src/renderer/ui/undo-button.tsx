import { Redo2, Undo2 } from "lucide-react";
import { Button, type ButtonProps } from "./button.tsx";

/** Undo, or Redo where it is undone. `what` completes the accessible name: "Undo the changes of this turn". */
export function UndoButton({
  undone,
  what,
  variant = "ghost",
  size = "md",
  ...rest
}: ButtonProps & { readonly undone: boolean; readonly what: string }) {
  const word = undone ? "Redo" : "Undo";
  return (
    <Button variant={variant} size={size} aria-label={`${word} ${what}`} data-undone={undone} {...rest}>
      {undone ? <Redo2 size={13} aria-hidden /> : <Undo2 size={13} aria-hidden />}
      {word}
    </Button>
  );
}
