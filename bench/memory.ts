/**
 * How well memories are found, and what that takes: `npm run bench -- memory`. `-- memory found` and `-- memory scale`
 * measure one part; with CODA_TEST_POSTGRES set, PostgreSQL too. `rests` beside it waits ten minutes for what is given
 * back; `--write` puts the table into docs/memory.md. CODA_BENCH_EMBEDDINGS names a service ("URL MODEL") to compare with.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { found } from './memory/found.ts';
import { child, scale } from './memory/scale.ts';
import { Report } from './support/report.ts';

const PAGE = 'docs/memory.md';
const BEGIN = '<!-- figures: npm run bench -- memory --write -->';
const END = '<!-- /figures -->';

function write(table: string): void {
  const page = readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  writeFileSync(PAGE, `${page.slice(0, from)}${BEGIN}\n${table}\n${page.slice(to)}`);
}

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
  if (asked.includes('--write')) write(report.table());
}
