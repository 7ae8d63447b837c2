import { type ComponentType, type ReactNode, useEffect, useState } from "react";

/** A component that is loaded when it is needed, or before. */
export interface Late<P> {
  readonly Component: ComponentType<P & { readonly fallback?: ReactNode }>;
  /** Loads it before it is shown. A failure is told where it is shown. */
  preload(): void;
}

/**
 * Like React's `lazy`, but what is loaded already is drawn at once: behind a Suspense boundary React holds it back for 300 ms, so
 * that a fallback does not flicker. A failure to load is thrown in place of the component, for the error boundary.
 */
export function late<P extends object>(load: () => Promise<ComponentType<P>>): Late<P> {
  let ready: ComponentType<P> | null = null;
  let loading: Promise<void> | null = null;
  const start = (): Promise<void> => {
    loading ??= load().then(
      (component) => {
        ready = component;
      },
      (error: unknown) => {
        loading = null;
        throw error;
      },
    );
    return loading;
  };
  return {
    Component: function LateComponent({ fallback = null, ...props }) {
      const [, setState] = useState(0);
      useEffect(() => {
        if (ready !== null) return;
        let shown = true;
        start().then(
          () => {
            if (shown) setState((before) => before + 1);
          },
          (error: unknown) => {
            if (shown)
              setState(() => {
                throw error;
              });
          },
        );
        return () => {
          shown = false;
        };
      }, []);
      const Loaded = ready;
      return Loaded === null ? fallback : <Loaded {...(props as unknown as P)} />;
    },
    preload: () => void start().catch(() => undefined),
  };
}
