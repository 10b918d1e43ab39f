// @ts-check
/** A child process that does as it is told, also what none should. */
import { writeSync } from 'node:fs';
import { getPriority } from 'node:os';
import { answerParent } from '../../../src/base/child/program.js';

await answerParent(async ({ act, text }) => {
  switch (act) {
    case 'echo':
      return text;
    case 'describe':
      return { pid: process.pid, env: process.env, args: process.argv.slice(2), priority: getPriority() };
    case 'fail':
      throw Object.assign(new Error(text), { code: 'ERR_OWN' });
    case 'crash':
      return process.abort();
    case 'wait':
      return new Promise(() => {});
    case 'write':
      return writeSync(3, text);
    case 'flood':
      return writeSync(3, 'x'.repeat(20_000));
    default:
      for (;;);
  }
});
