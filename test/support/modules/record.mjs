// Preloaded in each thread of a process: writes every module that is asked for to the file CODA_TEST_MODULES.
import { register } from 'node:module';

register(new URL('hooks.mjs', import.meta.url), { data: process.env.CODA_TEST_MODULES });
