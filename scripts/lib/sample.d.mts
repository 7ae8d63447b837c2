/** The sample project itself; never written to. */
export const sampleProject: string;
/** Copies the sample project with its one development dependency into `target`, which is created. */
export function copySample(target: string): void;
