/**
 * `npm run generate`: writes what follows from the sources — the example configuration, its JSON schema, the errors, what may be
 * said, the types of the HTTP API.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './files.mjs';
import { build, install, requireNode } from './setup.mjs';

/**
 * `docs/errors.md` with its tables written anew from those of errors and of failures.
 *
 * @param {string} page
 * @param {Record<string, { exit: number, about: string }>} errors
 * @param {Record<string, string>} failures
 */
export function withErrorTables(page, errors, failures) {
  const ofErrors = Object.entries(errors).map(([code, { exit, about }]) => `| \`${code}\` | ${exit} | ${about} |`);
  const ofFailures = Object.entries(failures).map(([code, about]) => `| \`${code}\` | ${about} |`);
  return page
    .replace(/^(\| code \| exit status .*\n.*\n)(\|.*\n)*/m, (_, head) => `${head}${ofErrors.join('\n')}\n`)
    .replace(/^(\| failure \|.*\n.*\n)(\|.*\n)*/m, (_, head) => `${head}${ofFailures.join('\n')}\n`);
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
  const { ERRORS, FAILURES } = await load('errors.js');
  const { withFrames } = await load('docs.js');
  const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
  const offline = readFileSync(join(root, 'docs/offline.md'), 'utf8');

  writeFileSync(join(root, 'config/config.example.yaml'), example);
  writeFileSync(join(root, 'config/config.schema.json'), `${JSON.stringify(schema, null, 2)}\n`);
  writeFileSync(join(root, 'docs/errors.md'), withErrorTables(page, ERRORS, FAILURES));
  writeFileSync(join(root, 'docs/offline.md'), withFrames(offline));

  const { writeApiTypes } = await import('./openapi.mjs');
  if (!(await build())) process.exit(70);
  await writeApiTypes();
}
