import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: process.env.CODA_TEST_LONG ? [] : ['test/**/*.long.test.ts'],
    // Two cores are the machine this project is sized for; a process per file keeps PGlite's memory apart.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
  },
});
