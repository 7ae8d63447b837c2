/** What we use of node-pty, which is installed under this name from `@lydell/node-pty` (it declares only its own). */
declare module "node-pty" {
  export interface IPty {
    readonly pid: number;
    onData(listener: (text: string) => void): void;
    onExit(listener: (end: { readonly exitCode: number; readonly signal?: number }) => void): void;
    write(text: string): void;
    resize(columns: number, rows: number): void;
    pause(): void;
    resume(): void;
    kill(signal?: string): void;
  }
  export function spawn(
    file: string,
    args: string[],
    options: {
      readonly name: string;
      readonly cols: number;
      readonly rows: number;
      readonly cwd: string;
      readonly env: Record<string, string>;
    },
  ): IPty;
}
