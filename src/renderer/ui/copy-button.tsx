import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { IconButton } from "./button.tsx";

/** Copies a text; says so for a moment. `text` may be a function, called on the click. */
export function CopyButton({
  text,
  label = "Copy",
  size = "sm",
  className,
}: {
  readonly text: string | (() => string | Promise<string>);
  readonly label?: string;
  readonly size?: "sm" | "md";
  readonly className?: string;
}) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), 1_500);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : await text());
      setState("copied");
    } catch {
      setState("failed");
    }
  };
  return (
    <IconButton
      label={state === "copied" ? "Copied" : state === "failed" ? "Could not copy" : label}
      size={size}
      onClick={() => void copy()}
      {...(className === undefined ? {} : { className })}
    >
      {state === "copied" ? <Check size={13} aria-hidden className="text-add" /> : <Copy size={13} aria-hidden />}
    </IconButton>
  );
}
