import { defineConfig } from 'vitest/config';
import { suitesByProject } from './scripts/suites.mjs';
import { LongestFirst } from './test/support/order.ts';

/** What the machine may take longer than the suites of a push: the long forms, and the other engine. */
const LONG = new Set(['long', 'engine']);

/** Engines that `testDatabases` gives the suites of a project; the embedded one where nothing stands here. */
const ENGINES: Readonly<Record<string, string>> = {
  postgres: 'PGlite,PostgreSQL',
  long: 'PGlite,PostgreSQL',
  engine: 'PostgreSQL',
};

export default defineConfig({
  test: {
    globalSetup: 'test/support/lent.ts',
    // Two cores are the machine this project is sized for; a quarter of a suite's time is spent waiting for processes. With four
    // workers, what coda allows itself a second for is now and then late. The files of a worker share its modules, so that what
    // they import is not loaded 300 times: nothing of coda keeps state in a module.
    maxWorkers: 3,
    isolate: false,
    // Most of what a suite makes is garbage at once: with room for it a run takes 4 % less of the processor. And most of its code
    // runs a few times only: optimized nine times later, short suites take a tenth less, and long ones no more.
    execArgv: ['--max-semi-space-size=64', '--interrupt-budget=600000'],
    sequence: { sequencer: LongestFirst },
    teardownTimeout: 10_000,
    // Each project has a transformer of its own: what the first one has transformed takes the others a third of the time.
    experimental: { fsModuleCache: true, fsModuleCachePath: '.cache/modules' },
    projects: Object.entries(suitesByProject()).map(([name, include]) => ({
      extends: true,
      test: {
        name,
        include,
        env: { CODA_TEST_ENGINES: ENGINES[name] ?? 'PGlite', ...(name === 'long' && { CODA_TEST_LONG: '1' }) },
        // Ends what hangs; no test has one of its own for less. A machine that is shared may be four times as slow.
        testTimeout: LONG.has(name) ? 1_800_000 : 480_000,
        hookTimeout: 480_000,
      },
    })),
  },
});
