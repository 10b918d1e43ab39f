/** The types of the HTTP API, for the browser's application: made from the document that coda itself serves. */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import { root } from './files.mjs';

/** Writes the declarations of the HTTP API of the built coda. git does not keep them: each build has its own. */
export async function writeApiTypes() {
  const document = JSON.stringify(await documentOf());
  const nodes = await openapiTS(document, { alphabetize: true, emptyObjectsUnknown: true });
  writeFileSync(join(root, 'src/web/api/schema.d.ts'), astToString(nodes));
}

/** The document of a coda that is started for it; every optional part that has routes is on. */
async function documentOf() {
  const data = mkdtempSync(join(tmpdir(), 'coda-openapi-'));
  const port = await freePort();
  writeFileSync(
    join(data, 'config.yaml'),
    // With an owner named, or it would answer nothing but the first start.
    `http: { listen: "127.0.0.1:${port}" }\nself_improvement: { enabled: true }\naccess: { owners: ["http:nobody"] }\n`,
  );
  const coda = spawn(
    process.execPath,
    [join(root, 'dist', 'main.js'), 'run', '--config', join(data, 'config.yaml'), '--data', join(data, 'data')],
    { stdio: 'ignore' },
  );
  try {
    for (let tries = 0; tries < 300; tries++) {
      const answer = await fetch(`http://127.0.0.1:${port}/openapi.json`).catch(() => undefined);
      if (answer?.ok) return /** @type {object} */ (await answer.json());
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('coda does not serve /openapi.json');
  } finally {
    const ended = new Promise((resolve) => coda.once('exit', resolve));
    coda.kill('SIGTERM');
    await ended;
    rmSync(data, { recursive: true, force: true });
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
