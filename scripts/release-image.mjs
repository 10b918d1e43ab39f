/**
 * `node scripts/release-image.mjs IMAGE`: has every file in `deploy/` start this image, such as
 * `ghcr.io/NAME/coda:0.2.0@sha256:…`, and give the version of `package.json`. Part of a release (docs/releasing.md).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles, root } from './files.mjs';

const REFERENCE = /^[a-z0-9.-]+(?::\d+)?(?:\/[a-z0-9._-]+)+:[\w.-]+(?:@sha256:[0-9a-f]{64})?$/;

const image = process.argv[2] ?? '';
if (!REFERENCE.test(image)) {
  process.stderr.write('Which image? node scripts/release-image.mjs ghcr.io/NAME/coda:0.2.0@sha256:…\n');
  process.exit(64);
}
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
for (const file of listFiles(join(root, 'deploy'))) {
  const path = join(root, file);
  const text = readFileSync(path, 'utf8');
  const written = text
    .replaceAll(/(^\s*image: |^FROM |<Repository>)[\w.-]+\/[\w./-]*\/coda[:@][^\s<]+/gm, `$1${image}`)
    .replaceAll(/^(version: )"\d+\.\d+\.\d+"$/gm, `$1"${version}"`)
    .replaceAll(/(io\.hass\.version=)"\d+\.\d+\.\d+"/g, `$1"${version}"`);
  if (written !== text) writeFileSync(path, written);
}
