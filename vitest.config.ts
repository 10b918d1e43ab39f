import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/order.ts';

const long = process.env.CODA_TEST_LONG === '1';

export default defineConfig({
  test: {
    include: [long ? 'test/**/*.long.test.ts' : 'test/**/*.test.ts'],
    exclude: long ? [] : ['test/**/*.long.test.ts'],
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
    // Ends what hangs; no test has one of its own for less. A machine that is shared may be four times as slow.
    testTimeout: long ? 1_800_000 : 480_000,
    hookTimeout: 480_000,
    teardownTimeout: 10_000,
  },
});
