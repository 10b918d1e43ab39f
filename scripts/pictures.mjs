/**
 * `npm run pictures`: makes the pictures of `docs/pictures/` anew, of the built coda and in a Chromium (`CODA_TEST_CHROMIUM`,
 * else `chromium` in the path), with a clock and data that are always the same. A folder named behind it gets every page in four forms.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './files.mjs';
import { build, install, requireNode } from './setup.mjs';

requireNode();
install();
if (!(await build())) process.exit(70);
process.env.CODA_TEST_CHROMIUM ??= spawnSync('which', ['chromium'], { encoding: 'utf8' }).stdout.trim();
const { bundle } = await import('./bundle.mjs');
const to = join(root, 'build', 'pictures');
await bundle({ programs: [join('test', 'house', 'pictures', 'make.ts')], sources: join(root, 'src'), to });
await import(pathToFileURL(join(to, 'make.js')).href);
