import { Check } from "lucide-react";
import type { Settings } from "../../../protocol/settings.ts";
import { updateSettings, useApp } from "../../state/app.ts";
import { MenuItem } from "../../ui/menu.tsx";

const themes: readonly { readonly value: Settings["theme"]; readonly label: string }[] = [
  { value: "system", label: "Theme of the system" },
  { value: "light", label: "Light theme" },
  { value: "dark", label: "Dark theme" },
];

/** The themes as lines of a menu. */
export function ThemeItems({ onError }: { readonly onError: (error: unknown) => void }) {
  const theme = useApp((state) => state.app?.settings.theme ?? "system");
  return themes.map(({ value, label }) => (
    <MenuItem
      key={value}
      icon={theme === value ? <Check size={13} aria-hidden /> : <span />}
      onSelect={() => void updateSettings({ theme: value }).catch(onError)}
      data-testid={`theme-${value}`}
    >
      {label}
      {theme === value ? <span className="sr-only"> (chosen)</span> : null}
    </MenuItem>
  ));
}
