import { Session } from 'node:inspector/promises';

/** A function of coda's with a name that was called, and how often. */
export interface Called {
  /** Its file, from `src/`. */
  file: string;
  name: string;
  /** Where it begins in its file: names repeat. */
  at: number;
  calls: number;
}

/**
 * The named functions, methods and accessors of coda that were called while `work` ran, by V8's own count. Those without a
 * name are not counted: they are parts of what stands around them, and the test runner makes one for each import.
 */
export async function callsWhile(work: () => Promise<void>): Promise<Called[]> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    await work();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    await session.post('Profiler.stopPreciseCoverage');
    return result.flatMap(({ url, functions }) => {
      const [, file] = /\/src\/(?!.*\/node_modules\/)(.*\.ts)/.exec(url) ?? [];
      if (file === undefined) return [];
      return functions.flatMap(({ functionName, ranges: [range] }) => {
        const name = functionName === '<instance_members_initializer>' ? '' : functionName;
        return name !== '' && range && range.count > 0
          ? [{ file, name, at: range.startOffset, calls: range.count }]
          : [];
      });
    });
  } finally {
    session.disconnect();
  }
}
