import { FlaskConical } from "lucide-react";
import { openDemo, useApp } from "../../state/app.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";

/** A project to play with, copied for the person. `onRun` does what is asked for and says what is under way. */
export function TryDemo({
  disabled,
  onRun,
}: {
  readonly disabled: boolean;
  readonly onRun: (what: string, action: () => Promise<unknown>) => void;
}) {
  const isDemo = useApp((state) => state.app?.settings.provider === "demo");
  return (
    <div data-testid="try-demo" className="mt-2 flex items-start gap-3 rounded-lg border border-line px-4 py-3">
      <FlaskConical size={18} aria-hidden className="mt-0.5 shrink-0 text-fg3" />
      <div className="min-w-0 flex-1">
        <h2 className="flex items-center gap-2 text-ui font-medium text-fg">
          Try the Demo <Badge tone="accent">Demo</Badge>
        </h2>
        <p className="text-small text-fg3">
          A copy of a small shop with a bug to mend.{isDemo ? " Built-in rules answer, not a model: no key, no network." : ""}
        </p>
        <div className="mt-2 flex flex-wrap gap-1.5">
          <Button size="sm" disabled={disabled} data-testid="demo-temporary" onClick={() => onRun("the Demo", () => openDemo("temporary"))}>
            In a temporary folder
          </Button>
          <Button size="sm" disabled={disabled} data-testid="demo-pick" onClick={() => onRun("dialog", () => openDemo("pick"))}>
            Choose a place…
          </Button>
        </div>
      </div>
    </div>
  );
}
