import { setFlagsFromString } from 'node:v8';
import { beforeEach } from 'vitest';

/**
 * What coda keeps its memory small with (`smallHeaps`) is for a daemon. In a process that holds the modules and the
 * databases of a hundred suites it has V8 go through all of them again and again, a fifth of all time.
 */
beforeEach(() => setFlagsFromString('--no-optimize-for-size'));
