import { dismissNotice, useNotices } from "./state/notices.ts";
import { Button } from "./ui/button.tsx";
import { ErrorState } from "./ui/state-view.tsx";

/** Failures without a place of their own, in the lower right corner. */
export function Notices() {
  const notices = useNotices((state) => state.notices);
  if (notices.length === 0) return null;
  return (
    <aside aria-label="Problems" className="fixed right-4 bottom-4 z-50 flex w-96 max-w-[calc(100vw-32px)] flex-col gap-2">
      {notices.map(({ id, error }) => (
        <div key={id} className="rounded-md bg-card shadow-composer">
          <ErrorState
            code={error.code}
            message={error.message}
            hint={error.hint}
            action={
              <Button size="sm" variant="ghost" className="ml-auto" onClick={() => dismissNotice(id)}>
                Dismiss
              </Button>
            }
          />
        </div>
      ))}
    </aside>
  );
}
