import { useState } from "react";
import { chordOf, type Command, type KeyChoices, keysOf, keysProblem, shownKeys, useCommands } from "../../state/commands.ts";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { FormSection, useFound } from "./form-row.tsx";

/** The keys of every command: press new ones, take them away, or go back to the usual ones. */
export function KeysSection({ keys, onChange }: { readonly keys: KeyChoices; readonly onChange: (keys: KeyChoices) => void }) {
  const commands = useCommands((state) => state.commands);
  return (
    <FormSection title="Keys">
      {commands.map((command) => (
        <KeyRow
          key={command.id}
          command={command}
          keys={keys}
          commands={commands}
          onChange={(chosen) => {
            const { [command.id]: _old, ...others } = keys;
            onChange(chosen === null || chosen === command.keys ? others : { ...others, [command.id]: chosen });
          }}
        />
      ))}
    </FormSection>
  );
}

function KeyRow({
  command,
  commands,
  keys,
  onChange,
}: {
  readonly command: Command;
  readonly commands: readonly Command[];
  readonly keys: KeyChoices;
  /** Null: the usual ones. */
  readonly onChange: (chosen: string | null) => void;
}) {
  const [listening, setListening] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const shown = keysOf(command, keys);
  if (!useFound("keys shortcut", command.title, command.group, shown === null ? "" : shownKeys(shown))) return null;
  // Keys written into settings.json by hand.
  const conflict = shown === null || keys[command.id] === undefined ? null : keysProblem(shown, command.id, commands, keys);
  const listen = (on: boolean) => {
    setListening(on);
    setProblem(null);
  };
  return (
    <div data-setting data-testid={`keys-${command.id}`} className="flex min-h-8 items-center gap-3 py-0.5">
      <span className="min-w-0 flex-1 truncate text-ui text-fg">{command.title}</span>
      {problem === null && conflict === null ? null : (
        <span role={problem === null ? undefined : "alert"} className="shrink-0 text-small text-del">
          {problem ?? conflict}
        </span>
      )}
      {keys[command.id] === undefined ? null : (
        <Button
          size="sm"
          variant="ghost"
          onClick={() => {
            const wrong = command.keys === null ? null : keysProblem(command.keys, command.id, commands, keys);
            setProblem(wrong);
            if (wrong === null) onChange(null);
          }}
        >
          Usual
        </Button>
      )}
      {shown === null || listening ? null : (
        <Button size="sm" variant="ghost" aria-label={`No keys for ${command.title}`} onClick={() => onChange("")}>
          None
        </Button>
      )}
      <Button
        size="sm"
        aria-label={`Keys for ${command.title}: ${shown === null ? "none" : shownKeys(shown)}`}
        className={cx("min-w-28 tabular", listening && "border-accent")}
        onClick={() => listen(!listening)}
        onBlur={() => listen(false)}
        onKeyDown={(event) => {
          if (!listening || event.key === "Tab") return;
          event.preventDefault();
          event.stopPropagation();
          if (event.key === "Escape") {
            listen(false);
            return;
          }
          const chord = chordOf(event.nativeEvent);
          if (chord === null) return;
          const wrong = keysProblem(chord, command.id, commands, keys);
          setProblem(wrong);
          if (wrong !== null) return;
          onChange(chord);
          setListening(false);
        }}
      >
        {listening ? "Press keys" : shown === null ? "None" : shownKeys(shown)}
      </Button>
    </div>
  );
}
