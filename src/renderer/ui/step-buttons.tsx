import { ArrowLeft, ArrowRight } from "lucide-react";
import { IconButton } from "./button.tsx";

/** One way of `StepButtons`. */
export interface StepWay {
  readonly possible: boolean;
  readonly keys: string | undefined;
  readonly onGo: () => void;
}

/** Back and forward through the conversations that were shown. */
export function StepButtons({ back, forward }: { readonly back: StepWay; readonly forward: StepWay }) {
  return (
    <div className="no-drag flex">
      <IconButton label="Back" keys={back.keys} disabled={!back.possible} onClick={back.onGo} data-testid="go-back">
        <ArrowLeft size={15} aria-hidden />
      </IconButton>
      <IconButton label="Forward" keys={forward.keys} disabled={!forward.possible} onClick={forward.onGo} data-testid="go-forward">
        <ArrowRight size={15} aria-hidden />
      </IconButton>
    </div>
  );
}
