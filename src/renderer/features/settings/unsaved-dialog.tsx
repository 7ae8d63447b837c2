import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";

/** What becomes of changes when the settings are left by Escape or by a click beside them. */
export function UnsavedDialog({
  canSave,
  onKeep,
  onDiscard,
  onSave,
}: {
  readonly canSave: boolean;
  /** Goes on with the form. */
  readonly onKeep: () => void;
  readonly onDiscard: () => void;
  readonly onSave: () => void;
}) {
  return (
    <Dialog open onClose={onKeep} title="Save what you changed?" testId="settings-unsaved">
      <div className="flex flex-col gap-4 p-4">
        <p className="text-ui text-fg2">
          {canSave
            ? "Your changes of the settings are not saved."
            : "Your changes are not saved, and some fields need a look before they can be."}
        </p>
        <div className="flex justify-end gap-2">
          <Button variant="ghost" onClick={onKeep}>
            Go on editing
          </Button>
          <Button variant="danger" onClick={onDiscard} data-testid="settings-discard">
            Discard
          </Button>
          {canSave ? (
            <Button variant="primary" onClick={onSave} data-testid="settings-unsaved-save">
              Save
            </Button>
          ) : null}
        </div>
      </div>
    </Dialog>
  );
}
