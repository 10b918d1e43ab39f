/** The Redis that tests may use, if there is one. */
export const REDIS_URL = process.env.CODA_TEST_REDIS;
