import { useState } from "react";
import type { ErrorData } from "../../../protocol/error.ts";
import type { AppState } from "../../../protocol/ipc.ts";
import { asErrorData } from "../../lib/api.ts";
import { openSettings, updateSettings, useApp } from "../../state/app.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Select } from "../../ui/select.tsx";
import { ErrorState } from "../../ui/state-view.tsx";
import { AccessSection } from "./access-section.tsx";
import { approvalChoices, diffColorChoices, motionChoices, sandboxChoices, themeChoices } from "./choices.ts";
import { ConnectionSection } from "./connection-section.tsx";
import { FormRow, FormSection, SettingsSearch } from "./form-row.tsx";
import { KeysSection } from "./keys-section.tsx";
import { NotificationsSection } from "./notifications-section.tsx";
import { checkDraft, connectionOf, type DraftField, draftOf, isConnectionChanged, type SettingsDraft } from "./settings-draft.ts";

/** The settings, as a form over `settings.json`. Nothing is written before Save; Escape leaves everything as it was. */
export function SettingsDialog() {
  const open = useApp((state) => state.settingsOpen);
  const app = useApp((state) => state.app);
  if (!open || app === null) return null;
  return (
    <Dialog open onClose={() => openSettings(false)} title="Settings" description={`Spindle ${app.version}`} wide tall testId="settings">
      <SettingsForm app={app} />
    </Dialog>
  );
}

function SettingsForm({ app }: { readonly app: AppState }) {
  const [draft, setDraft] = useState(() => draftOf(app.settings));
  const [failure, setFailure] = useState<ErrorData | null>(null);
  const [saving, setSaving] = useState(false);
  const [notifications, setNotifications] = useState(app.settings.notifications);
  const [plainKeys, setPlainKeys] = useState(false);
  const [keys, setKeys] = useState(app.settings.keys);
  const [query, setQuery] = useState("");
  const { settings, errors } = checkDraft(app.settings, draft);
  const change = (part: Partial<SettingsDraft>) => setDraft((before) => ({ ...before, ...part }));
  const save = async () => {
    if (settings === null) return;
    setSaving(true);
    setFailure(null);
    try {
      await updateSettings({ ...settings, keys, notifications }, plainKeys);
      openSettings(false);
    } catch (error) {
      setFailure(asErrorData(error));
    } finally {
      setSaving(false);
    }
  };
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
        void save();
      }}
    >
      <div className="sticky top-0 z-10 border-b border-line bg-panel px-5 py-2">
        <TextField
          type="search"
          aria-label="Search the settings"
          placeholder="Search the settings"
          value={query}
          data-testid="settings-search"
          onChange={(event) => setQuery(event.target.value)}
        />
      </div>
      <SettingsSearch value={query.trim().toLowerCase()}>
        <div className="min-h-0 flex-1">
          <ConnectionSection
            draft={draft}
            errors={errors}
            providers={app.providers}
            keys={app.keys}
            plainKeys={plainKeys}
            onPlainKeys={setPlainKeys}
            changed={isConnectionChanged(app.settings, draft)}
            onChange={change}
            onProvider={(provider) => change({ provider, ...connectionOf(app.settings, provider) })}
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
          <NotificationsSection value={notifications} onChange={setNotifications} />
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
          </FormSection>
          <KeysSection keys={keys} onChange={setKeys} />
        </div>
      </SettingsSearch>
      <div className="sticky bottom-0 flex shrink-0 flex-col gap-2 border-t border-line bg-panel px-5 py-3">
        {failure === null ? null : <ErrorState code={failure.code} message={failure.message} hint={failure.hint} />}
        <div className="flex items-center justify-end gap-2">
          <span role="status" className="mr-auto text-small text-fg3">
            {Object.keys(errors).length > 0 ? "Some fields need a look before this can be saved." : "Changes hold from the next turn on."}
          </span>
          <Button onClick={() => openSettings(false)}>Cancel</Button>
          <Button variant="primary" type="submit" disabled={settings === null || saving} data-testid="settings-save">
            {saving ? "Saving" : "Save"}
          </Button>
        </div>
      </div>
    </form>
  );
}
