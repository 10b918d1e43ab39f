/** `npm run generate`: writes what follows from the sources — the example configuration, its JSON schema, the errors. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compile, install, requireNode, root } from './setup.mjs';

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
  // Errors elsewhere in the house do not matter for what is generated: the compiler writes its files all the same.
  compile('tsconfig.build.json');

  const load = (/** @type {string} */ file) => import(pathToFileURL(join(root, 'build', 'compiled', file)).href);
  const { example, schema } = (await load('app/config.js')).configDocuments();
  const { ERRORS } = await load('base/errors.js');
  const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');

  writeFileSync(join(root, 'config/config.example.yaml'), example);
  writeFileSync(join(root, 'config/config.schema.json'), `${JSON.stringify(schema, null, 2)}\n`);
  writeFileSync(join(root, 'docs/errors.md'), withErrorTable(page, ERRORS));
}
