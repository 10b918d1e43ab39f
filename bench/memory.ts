/**
 * How well memories are found, and what that takes: `npm run bench -- memory`. `-- memory found` and `-- memory scale`
 * measure one part; with CODA_TEST_POSTGRES set, PostgreSQL too. `rests` beside it waits ten minutes for what is given
 * back. CODA_BENCH_EMBEDDINGS names a service ("URL MODEL") to compare with.
 */
import { fileURLToPath } from 'node:url';
import { found } from './memory/found.ts';
import { child, scale } from './memory/scale.ts';
import { Report } from './support/report.ts';

const [part, ...args] = process.argv.slice(2);
if (part === 'child') {
  await child(args);
} else {
  const asked = [part, ...args];
  const all = !asked.includes('found') && !asked.includes('scale');
  const report = new Report();
  if (all || asked.includes('found')) await found(report);
  if (all || asked.includes('scale')) await scale(report, fileURLToPath(import.meta.url), asked.includes('rests'));
  report.print();
}
