/** The types of the HTTP API, for the browser's application: made from the document that coda serves, without serving it. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { bundle } from './bundle.mjs';
import { root } from './files.mjs';

/** Writes the declarations of the HTTP API of these sources. git does not keep them: each build has its own. */
export async function writeApiTypes() {
  const document = JSON.stringify(await documentOf());
  const nodes = await openapiTS(document, { alphabetize: true, emptyObjectsUnknown: true });
  writeFileSync(join(root, '.cache', 'http-api.d.ts'), astToString(nodes));
}

/** The document of the routes of a coda that is put together and never started, with every optional part that has some. */
async function documentOf() {
  const to = join(root, '.cache', 'openapi');
  const programs = [join('src', 'app', 'index.ts'), join('src', 'base', 'log.ts')];
  await bundle({ programs, sources: join(root, 'src'), to });
  const load = (/** @type {string} */ file) => import(pathToFileURL(join(to, file)).href);
  const { build, createWorld, readConfig } = await load('index.js');
  const { Secrets } = await load('log.js');
  const dataDir = mkdtempSync(join(tmpdir(), 'coda-openapi-'));
  const flag = (/** @type {unknown} */ value) => ({ name: 'openapi', value });
  const secrets = new Secrets();
  const config = readConfig({
    env: {},
    dataDir,
    // With an owner named, or it would have no route but those of the first start.
    flags: {
      'http.listen': flag('127.0.0.1:0'),
      'self_improvement.enabled': flag(true),
      'access.owners': flag(['http:nobody']),
    },
    secrets,
    cwd: dataDir,
  });
  const world = createWorld({ env: {}, secrets, level: 'error' });
  try {
    const coda = await build(config, world, { version: 'types', hint: '', onFatal: fail });
    const route = coda.routes.find((/** @type {{ path: string }} */ { path }) => path === '/openapi.json');
    const { body } = await route.answerRequest({ base: '' });
    await coda.stop(0);
    return body.json;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** @param {Error} error */
function fail(error) {
  throw error;
}
