/** Puts programs into few files: reading hundreds of modules takes longer than all else at a start. */

import { isBuiltin } from 'node:module';
import { basename, extname } from 'node:path';
import { rolldown } from 'rolldown';
import { listFiles, root } from './files.mjs';

/**
 * The bundler's own helpers, and packages of many small files that each start reads, with what those need; the others stay where
 * they are.
 */
export const INLINED = [
  '@oxc-project',
  'commander',
  'ignore',
  'ipaddr.js',
  'jsonrepair',
  'pino',
  'tar-stream',
  'temporal-polyfill',
  'yaml',
  'zod',
];

/**
 * Bundles `programs` (files relative to the package's root) into the folder `to`, each under its own name. What is
 * imported on demand stays a file of its own, and so does what runs on a thread or in a process of its own
 * (`…-worker.js` below `sources`), beside the rest, so that its URL is the same as among the sources.
 *
 * @param {{ programs: string[], sources: string, to: string }} wanted
 */
export async function bundle({ programs, sources, to }) {
  const workers = listFiles(sources).filter((file) => file.endsWith('-worker.js'));
  const isPackage = (/** @type {string} */ id) => /^[@a-z]/.test(id) && !isBuiltin(id);
  const isOfPackage = (/** @type {string | undefined} */ from) => from?.includes('node_modules') ?? false;
  const bundled = await rolldown({
    cwd: root,
    platform: 'node',
    input: Object.fromEntries([...programs, ...workers].map((file) => [basename(file, extname(file)), `./${file}`])),
    external: (id, from) => isPackage(id) && !INLINED.includes(id.split('/')[0] ?? '') && !isOfPackage(from),
    // What Node 20 understands.
    transform: { target: 'es2022' },
  });
  await bundled.write({
    dir: to,
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    sourcemap: true,
  });
  await bundled.close();
}
