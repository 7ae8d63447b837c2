import { ShieldQuestion } from "lucide-react";
import { useState } from "react";
import type { ErrorData } from "../../../protocol/error.ts";
import { asErrorData } from "../../lib/api.ts";
import { setTrusted, useApp } from "../../state/app.ts";
import { Button } from "../../ui/button.tsx";
import { ErrorState } from "../../ui/state-view.tsx";

/** Asks, once per folder, whether its content is trusted; docked above the composer until it is answered by yes. */
export function TrustBar() {
  const project = useApp((state) => state.app?.project ?? null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ErrorData | null>(null);
  if (project === null || project.trusted) return null;
  const trust = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await setTrusted(true);
    } catch (error) {
      setFailure(asErrorData(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <section
      aria-label="Trust"
      data-testid="trust-bar"
      className="mb-2 rounded-xl border border-strong bg-card px-3.5 py-2.5 shadow-composer"
    >
      <div className="flex items-start gap-2.5">
        <ShieldQuestion size={16} aria-hidden className="mt-0.5 shrink-0 text-warn" />
        <div className="min-w-0 flex-1">
          <h2 className="text-ui font-semibold">Do you trust what is in {project.name}?</h2>
          <p className="text-small text-fg2">
            Until you do, no command and no git runs here, since a folder's own files can make programs run its code. Reading and searching
            work.
          </p>
          <p className="selectable mt-0.5 text-micro [overflow-wrap:anywhere] text-fg3">{project.root}</p>
        </div>
        <Button variant="primary" disabled={busy} onClick={() => void trust()} data-testid="trust-folder">
          {busy ? "Saving" : "Trust this folder"}
        </Button>
      </div>
      {failure === null ? null : <ErrorState className="mt-2" code={failure.code} message={failure.message} hint={failure.hint} />}
    </section>
  );
}
