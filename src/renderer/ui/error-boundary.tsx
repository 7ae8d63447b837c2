import { Component, type ReactNode } from "react";
import { Button } from "./button.tsx";
import { ErrorState } from "./state-view.tsx";

interface Props {
  /** What is lost when it fails, for example `The review`. */
  readonly name: string;
  /** panel (default): it fills its place. row: it stands in a list. floating: what fails lies above the window. */
  readonly place?: keyof typeof places;
  readonly children: ReactNode;
}

const places = {
  panel: "h-full bg-panel p-4",
  row: "py-1",
  floating: "fixed right-4 bottom-4 z-50 w-96 max-w-[calc(100vw-32px)] rounded-md bg-card shadow-composer",
} as const;

/** Keeps a failure while drawing one part of the window from taking the rest with it, and offers to draw it again. React logs the failure. */
export class ErrorBoundary extends Component<Props, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown): { readonly error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className={places[this.props.place ?? "panel"]}>
        <ErrorState
          code="internal"
          message={`${this.props.name} could not be drawn: ${error.message}`}
          hint="Nothing is lost: the conversation is in its log."
          action={
            <Button size="sm" onClick={() => this.setState({ error: null })}>
              Draw again
            </Button>
          }
        />
      </div>
    );
  }
}
