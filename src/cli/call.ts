import type { Flags } from './flags.ts';

/** A command: resolves with its exit status. */
export type Run<F extends Flags> = (flags: F, io: NodeJS.Process) => Promise<number>;

export type Call = <F extends Flags>(load: () => Promise<Run<F>>) => (...args: unknown[]) => Promise<void>;
