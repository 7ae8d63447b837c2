export const fuses: Readonly<Record<string, boolean>>;
export function setFuses(executable: string, wanted?: Readonly<Record<string, boolean>>): Promise<void>;
export function readFuses(executable: string): Promise<Record<string, boolean | null>>;
