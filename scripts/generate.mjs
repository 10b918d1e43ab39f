/** `npm run generate`: writes what follows from the sources — the example configuration, its JSON schema, the errors, what may be said. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { install, requireNode, root } from './setup.mjs';

/**
 * `docs/errors.md` with its table written anew from the table of errors.
 *
 * @param {string} page
 * @param {Record<string, { exit: number, about: string }>} errors
 */
export function withErrorTable(page, errors) {
  const rows = Object.entries(errors).map(([code, { exit, about }]) => `| \`${code}\` | ${exit} | ${about} |`);
  const table = ['| code | exit status | what it is about |', '| --- | --- | --- |', ...rows].join('\n');
  return page.replace(/^\| code \|.*\n(\|.*\n)*/m, `${table}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  requireNode();
  install();
  const { bundle } = await import('./bundle.mjs');
  const to = join(root, '.cache', 'generate');
  const programs = [
    join('src', 'app', 'config.ts'),
    join('src', 'base', 'errors.ts'),
    join('src', 'english', 'docs.ts'),
  ];
  await bundle({ programs, sources: join(root, 'src'), to });
  const load = (/** @type {string} */ file) => import(pathToFileURL(join(to, file)).href);
  const { example, schema } = (await load('config.js')).configDocuments();
  const { ERRORS } = await load('errors.js');
  const { withFrames } = await load('docs.js');
  const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
  const offline = readFileSync(join(root, 'docs/offline.md'), 'utf8');

  writeFileSync(join(root, 'config/config.example.yaml'), example);
  writeFileSync(join(root, 'config/config.schema.json'), `${JSON.stringify(schema, null, 2)}\n`);
  writeFileSync(join(root, 'docs/errors.md'), withErrorTable(page, ERRORS));
  writeFileSync(join(root, 'docs/offline.md'), withFrames(offline));
}
