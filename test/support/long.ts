/** Set in a long run (`npm run test:long`), which also plays what a push has no time for. A suite that asks is part of both. */
export const LONG = process.env.CODA_TEST_LONG !== undefined;
