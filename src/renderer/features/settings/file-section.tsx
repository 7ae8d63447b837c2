import { FolderOpen } from "lucide-react";
import { call } from "../../lib/api.ts";
import { reportError } from "../../state/notices.ts";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { FormSection, useFound } from "./form-row.tsx";

/** Where the settings are: the file has more of them than this form. */
export function FileSection({ file }: { readonly file: string }) {
  const found = useFound("settings.json file folder json", file);
  return (
    <FormSection title="File">
      {found ? (
        <div data-setting className="py-1">
          <div className="flex items-center gap-2">
            <code className="selectable min-w-0 flex-1 truncate text-code text-fg" title={file} data-testid="settings-file">
              {file}
            </code>
            <CopyButton text={file} label="Copy path" />
            <Button data-testid="settings-show-file" onClick={() => void call("settings.show", {}).catch(reportError)}>
              <FolderOpen size={14} aria-hidden />
              Show in folder
            </Button>
          </div>
          <p className="text-small text-fg3">
            The file has every setting, also those that are not here. What is changed in it holds from the next start.
          </p>
        </div>
      ) : null}
    </FormSection>
  );
}
