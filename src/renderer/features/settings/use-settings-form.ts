import { useState } from "react";
import type { ErrorData } from "../../../protocol/error.ts";
import type { NotificationSettings, ProviderId, Settings } from "../../../protocol/settings.ts";
import { asErrorData } from "../../lib/api.ts";
import { updateSettings } from "../../state/app.ts";
import type { KeyChoices } from "../../state/commands.ts";
import { checkDraft, type DraftErrors, draftOf, lookAt, type OtherConnections, type SettingsDraft, withOthers } from "./settings-draft.ts";

export interface SettingsFormState {
  readonly draft: SettingsDraft;
  readonly errors: DraftErrors;
  /** Providers that are not shown and for which something was typed that cannot be stored. */
  readonly wrong: readonly ProviderId[];
  /** What Save would store; null while something is wrong. */
  readonly settings: Settings | null;
  readonly notifications: NotificationSettings;
  readonly keys: KeyChoices;
  readonly plainKeys: boolean;
  /** Something is not as it was when the form was opened. */
  readonly changed: boolean;
  readonly saving: boolean;
  readonly failure: ErrorData | null;
  change(part: Partial<SettingsDraft>): void;
  /** Shows another provider; what was typed for the one before stays. */
  look(provider: ProviderId): void;
  setNotifications(notifications: NotificationSettings): void;
  setKeys(keys: KeyChoices): void;
  setPlainKeys(agreed: boolean): void;
  /** False when it could not be saved; `failure` then says why. */
  save(): Promise<boolean>;
}

/** All that was typed in the settings and not saved yet. */
export function useSettingsForm(stored: Settings): SettingsFormState {
  // As the form would store it unchanged: by the same way, so that only what was typed differs.
  const [opened] = useState(() => JSON.stringify(checkDraft(stored, draftOf(stored)).settings));
  const [typed, setTyped] = useState<{ readonly draft: SettingsDraft; readonly others: OtherConnections }>(() => ({
    draft: draftOf(stored),
    others: {},
  }));
  const [notifications, setNotifications] = useState(stored.notifications);
  const [keys, setKeys] = useState<KeyChoices>(stored.keys);
  const [plainKeys, setPlainKeys] = useState(false);
  const [saving, setSaving] = useState(false);
  const [failure, setFailure] = useState<ErrorData | null>(null);
  const { draft, others } = typed;
  const { settings: base, wrong } = withOthers(stored, draft, others);
  const checked = checkDraft(base, draft);
  const settings = checked.settings === null || wrong.length > 0 ? null : { ...checked.settings, keys, notifications };
  return {
    draft,
    errors: checked.errors,
    wrong,
    settings,
    notifications,
    keys,
    plainKeys,
    changed: settings === null || JSON.stringify(settings) !== opened,
    saving,
    failure,
    change: (part) => setTyped((before) => ({ ...before, draft: { ...before.draft, ...part } })),
    look: (provider) => setTyped((before) => lookAt(stored, before.draft, before.others, provider)),
    setNotifications,
    setKeys,
    setPlainKeys,
    async save() {
      if (settings === null) return false;
      setSaving(true);
      setFailure(null);
      try {
        await updateSettings(settings, plainKeys);
        return true;
      } catch (error) {
        setFailure(asErrorData(error));
        return false;
      } finally {
        setSaving(false);
      }
    },
  };
}
