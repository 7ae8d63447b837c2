import { Redo2, Undo2 } from "lucide-react";
import { Button, type ButtonProps } from "./button.tsx";

/** Undo, or Redo where it is undone. `name` says in a word of what ("Undo turn"), `what` in full when the pointer rests on it. */
export function UndoButton({
  undone,
  name,
  what,
  variant = "ghost",
  size = "md",
  ...rest
}: ButtonProps & { readonly undone: boolean; readonly name: string; readonly what: string }) {
  const word = undone ? "Redo" : "Undo";
  return (
    <Button variant={variant} size={size} title={`${word} ${what}`} data-undone={undone} {...rest}>
      {undone ? <Redo2 size={13} aria-hidden /> : <Undo2 size={13} aria-hidden />}
      {word} {name}
    </Button>
  );
}
