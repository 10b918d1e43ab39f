/**
 * `npm run web`: puts `src/web/` into `dist/web/`, as the build does. With `-- --watch` again at each change: a coda that runs from
 * this folder serves it at once, and pages that are open load themselves anew.
 */

import { rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './files.mjs';
import { install, requireNode } from './setup.mjs';

requireNode();
install();
// Imported now and not above: on a fresh clone its bundler was not there yet.
const { buildWeb } = await import('./web.mjs');

const to = join(root, 'dist', 'web');
if (process.argv.includes('--watch')) await follow();
else await buildWeb({ to });

/** Until it is interrupted; then the pages are made once more, without what loads them anew. */
async function follow() {
  let asked = 1;
  let isMaking = false;
  const make = async () => {
    if (isMaking) return;
    isMaking = true;
    for (let made = 0; made < asked; ) {
      made = asked;
      await buildWeb({ to, isWatched: true }).then(
        () => process.stderr.write('The pages are made.\n'),
        (error) => process.stderr.write(`${error instanceof Error ? error.message : error}\n`),
      );
      writeFileSync(join(to, '.watched'), '');
    }
    isMaking = false;
  };
  const watcher = watch(join(root, 'src', 'web'), { recursive: true }, () => {
    asked++;
    void make();
  });
  process.once('SIGINT', async () => {
    watcher.close();
    rmSync(join(to, '.watched'), { force: true });
    await buildWeb({ to });
    process.exit(0);
  });
  await make();
}
