import { type AttentionKind, attentionKinds, type NotificationSettings } from "../../../protocol/settings.ts";
import { FormRow, FormSection } from "./form-row.tsx";

const kindWords: Readonly<Record<AttentionKind, readonly [name: string, detail: string]>> = {
  needsYou: ["Something needs you", "A question before a call, or an answer that came late."],
  done: ["Something is done", "A turn or a background task ended well."],
  failed: ["Something failed", "A turn or a background task failed or ran out of time."],
};
const ways = [
  ["desktop", "Notification"],
  ["sound", "Sound"],
  ["badge", "Badge"],
] as const;

/** How Spindle tells what happens while the person looks elsewhere. */
export function NotificationsSection({
  value,
  onChange,
}: {
  readonly value: NotificationSettings;
  readonly onChange: (value: NotificationSettings) => void;
}) {
  return (
    <FormSection title="Notifications">
      {attentionKinds.map((kind) => {
        const [name, detail] = kindWords[kind];
        return (
          <FormRow key={kind} name={name} detail={detail}>
            {(ids) => (
              <div {...ids} role="group" aria-label={name} className="flex gap-4 pt-0.5">
                {ways.map(([way, label]) => (
                  <Check
                    key={way}
                    label={label}
                    checked={value[kind][way]}
                    testId={`settings-${kind}-${way}`}
                    onChange={(checked) => onChange({ ...value, [kind]: { ...value[kind], [way]: checked } })}
                  />
                ))}
              </div>
            )}
          </FormRow>
        );
      })}
      <FormRow name="While Spindle is in front" detail="Notifications and sounds also when its window has the focus.">
        {() => (
          <Check
            label="Tell me"
            checked={value.whenFocused}
            testId="settings-whenFocused"
            onChange={(whenFocused) => onChange({ ...value, whenFocused })}
          />
        )}
      </FormRow>
    </FormSection>
  );
}

function Check({
  label,
  checked,
  testId,
  onChange,
}: {
  readonly label: string;
  readonly checked: boolean;
  readonly testId: string;
  readonly onChange: (checked: boolean) => void;
}) {
  return (
    <label className="flex items-center gap-1.5 text-small text-fg2">
      <input
        type="checkbox"
        checked={checked}
        data-testid={testId}
        onChange={(event) => onChange(event.target.checked)}
        className="size-3.5 accent-(--accent)"
      />
      {label}
    </label>
  );
}
