import { useState } from "react";
import type { AppState } from "../../../protocol/ipc.ts";
import { openSettings, useApp } from "../../state/app.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Select } from "../../ui/select.tsx";
import { ErrorState } from "../../ui/state-view.tsx";
import { AccessSection } from "./access-section.tsx";
import { approvalChoices, diffColorChoices, motionChoices, sandboxChoices, themeChoices } from "./choices.ts";
import { ConnectionSection } from "./connection-section.tsx";
import { FileSection } from "./file-section.tsx";
import { FormRow, FormSection, SettingsSearch } from "./form-row.tsx";
import { KeysSection } from "./keys-section.tsx";
import { NotificationsSection } from "./notifications-section.tsx";
import { type DraftField, isConnectionChanged } from "./settings-draft.ts";
import { UnsavedDialog } from "./unsaved-dialog.tsx";
import { type SettingsFormState, useSettingsForm } from "./use-settings-form.ts";

/** The settings, as a form over `settings.json`. Nothing is written before Save; Escape asks when something was changed. */
export function SettingsDialog() {
  const open = useApp((state) => state.settingsOpen);
  const app = useApp((state) => state.app);
  return !open || app === null ? null : <SettingsWindow app={app} />;
}

function SettingsWindow({ app }: { readonly app: AppState }) {
  const form = useSettingsForm(app.settings);
  const [asking, setAsking] = useState(false);
  const close = () => openSettings(false);
  const save = () => {
    setAsking(false);
    void form.save().then((saved) => saved && close());
  };
  return (
    <Dialog
      open
      onClose={() => (form.changed ? setAsking(true) : close())}
      title="Settings"
      description={`Spindle ${app.version}`}
      wide
      tall
      testId="settings"
    >
      <SettingsForm app={app} form={form} onSave={save} onCancel={close} />
      {asking ? <UnsavedDialog canSave={form.settings !== null} onKeep={() => setAsking(false)} onDiscard={close} onSave={save} /> : null}
    </Dialog>
  );
}

function SettingsForm({
  app,
  form,
  onSave,
  onCancel,
}: {
  readonly app: AppState;
  readonly form: SettingsFormState;
  readonly onSave: () => void;
  readonly onCancel: () => void;
}) {
  const [query, setQuery] = useState("");
  const { draft, errors, change } = form;
  const number = (field: DraftField, name: string, detail: string) => (
    <FormRow name={name} detail={detail} error={errors[field]}>
      {(ids) => (
        <TextField
          {...ids}
          inputMode="decimal"
          className="tabular max-w-32 text-right"
          value={draft[field]}
          onChange={(event) => change({ [field]: event.target.value })}
          data-testid={`settings-${field}`}
        />
      )}
    </FormRow>
  );
  return (
    <form
      className="flex h-full flex-col"
      onSubmit={(event) => {
        event.preventDefault();
        onSave();
      }}
    >
      <div className="shrink-0 border-b border-line px-5 py-2">
        <TextField
          type="search"
          aria-label="Search the settings"
          placeholder="Search the settings"
          value={query}
          data-testid="settings-search"
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            // Enter would save the form and close it.
            if (event.key === "Enter") event.preventDefault();
          }}
        />
      </div>
      <SettingsSearch value={query.trim().toLowerCase()}>
        <div className="min-h-0 flex-1 overflow-y-auto">
          <ConnectionSection
            draft={draft}
            errors={errors}
            providers={app.providers}
            keys={app.keys}
            plainKeys={form.plainKeys}
            onPlainKeys={form.setPlainKeys}
            changed={isConnectionChanged(app.settings, draft)}
            onChange={change}
            onProvider={form.look}
          />
          <FormSection title="Safety">
            <FormRow name="Approvals" error={errors.approval}>
              {() => (
                <Select
                  label="Approvals"
                  value={draft.approval}
                  choices={approvalChoices}
                  onChange={(approval) => change({ approval })}
                  testId="settings-approval"
                />
              )}
            </FormRow>
            <FormRow name="Sandbox" detail={app.sandbox.detail} error={errors.sandbox}>
              {() => (
                <Select
                  label="Sandbox"
                  value={draft.sandbox}
                  choices={sandboxChoices}
                  onChange={(sandbox) => change({ sandbox })}
                  testId="settings-sandbox"
                />
              )}
            </FormRow>
          </FormSection>
          <AccessSection />
          <FormSection title="Limits">
            {number("cpuSeconds", "Script time, seconds", "Time a script computes; waiting for tools is not counted.")}
            {number("wallSeconds", "Script duration, seconds", "From start to end, waiting included.")}
            {number("memoryMb", "Script memory, MB", "32 to 1,024.")}
            {number("maxCalls", "Calls of one script", "Tool calls before the script is stopped.")}
            {number("scriptWorkers", "Script workers", "0: by the number of cores. Holds from the next start.")}
            {number("execSeconds", "Command timeout, seconds", "Of one exec call that names none.")}
            {number("maxRunningTasks", "Tasks at once", "Further background tasks wait in a queue.")}
          </FormSection>
          <NotificationsSection value={form.notifications} onChange={form.setNotifications} />
          <FormSection title="Editor">
            <FormRow
              name="Command that opens files"
              detail="Like code -g {file}:{line}. Started without a shell. Empty: the system’s program for the file."
              error={errors.editor}
            >
              {(ids) => (
                <TextField
                  {...ids}
                  value={draft.editor}
                  placeholder="The system’s program"
                  spellCheck={false}
                  onChange={(event) => change({ editor: event.target.value })}
                  data-testid="settings-editor"
                />
              )}
            </FormRow>
          </FormSection>
          <FormSection title="Appearance">
            <FormRow name="Theme" error={errors.theme}>
              {() => (
                <Select
                  label="Theme"
                  value={draft.theme}
                  choices={themeChoices}
                  onChange={(theme) => change({ theme })}
                  testId="settings-theme"
                />
              )}
            </FormRow>
            <FormRow name="Colours of changes" error={errors.diffColors}>
              {() => (
                <Select
                  label="Colours of changes"
                  value={draft.diffColors}
                  choices={diffColorChoices}
                  onChange={(diffColors) => change({ diffColors })}
                  testId="settings-diff-colors"
                />
              )}
            </FormRow>
            <FormRow name="Motion" error={errors.motion}>
              {() => <Select label="Motion" value={draft.motion} choices={motionChoices} onChange={(motion) => change({ motion })} />}
            </FormRow>
            {number("zoomPercent", "Size, percent", "Of everything in the window: fonts, rows, icons.")}
            {number("textSize", "Size of text", "Of prompts and answers. 14 is usual.")}
            {number("codeSize", "Size of code", "Of code, changes and terminals that are opened from now on. 12 is usual.")}
          </FormSection>
          <KeysSection keys={form.keys} onChange={form.setKeys} />
          <FileSection file={app.settingsFile} />
        </div>
      </SettingsSearch>
      <div className="flex shrink-0 flex-col gap-2 border-t border-line px-5 py-3">
        {form.failure === null ? null : <ErrorState code={form.failure.code} message={form.failure.message} hint={form.failure.hint} />}
        <div className="flex items-center justify-end gap-2">
          <span role="status" className="mr-auto text-small text-fg3">
            {saveHint(form, app.providers)}
          </span>
          <Button onClick={onCancel}>Cancel</Button>
          <Button variant="primary" type="submit" disabled={form.settings === null || form.saving} data-testid="settings-save">
            {form.saving ? "Saving" : "Save"}
          </Button>
        </div>
      </div>
    </form>
  );
}

function saveHint({ errors, wrong }: SettingsFormState, providers: AppState["providers"]): string {
  const [first] = wrong;
  if (Object.keys(errors).length > 0) return "Some fields need a look before this can be saved.";
  if (first === undefined) return "Changes hold from the next turn on.";
  return `What you typed for ${providers.find(({ id }) => id === first)?.label ?? first} needs a look before this can be saved.`;
}
