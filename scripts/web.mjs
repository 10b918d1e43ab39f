/** Puts the browser's application into few files: `dist/web/`, each named by its content and beside it the same, compressed. */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { rolldown } from 'rolldown';
import { fingerprint, listFiles, root } from './files.mjs';

const SOURCES = join(root, 'src', 'web');
const STYLES = ['tokens', 'base', 'frame', 'parts', 'chat', 'drawing', 'pages'];

/**
 * Bundles `src/web/`, if it is there, into the folder `to`, unless what stands there is of the same sources. `index.json` tells the name that each
 * file has there.
 *
 * @param {{ to: string, isWatched?: boolean }} wanted `isWatched`: its pages load anew when another bundle stands there.
 */
export async function buildWeb({ to, isWatched = false }) {
  if (!existsSync(SOURCES)) return;
  const stamp = join(to, '.coda-sources');
  const sources = fingerprint([...listFiles(SOURCES), join('scripts', 'web.mjs'), 'package-lock.json']);
  const state = isWatched ? `${sources} watched` : sources;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) return;
  // While they are watched, a page that is just being read may ask for the files of before.
  if (!isWatched) rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  /** @type {Record<string, string>} */
  const names = {};
  /** @type {(name: string, text: string | Uint8Array, as?: string) => string} */
  const write = (name, text, as = hashed(name, text)) => {
    names[name] = as;
    writeFileSync(join(to, as), text);
    const quality = { [constants.BROTLI_PARAM_QUALITY]: 11 };
    writeFileSync(join(to, `${as}.br`), brotliCompressSync(text, { params: quality }));
    return as;
  };
  const styles = [
    ...STYLES.map((name) => join(SOURCES, 'styles', `${name}.css`)),
    join(root, 'node_modules/uplot/dist/uPlot.min.css'),
  ];
  write('coda.css', styles.map((file) => minified(readFileSync(file, 'utf8'))).join('\n'));
  const drawer = await scriptsOf({ drawer: join('chat', 'drawing', 'drawer.ts') });
  for (const [name, text] of drawer) write(name, text, name);
  const DRAWER = JSON.stringify(drawer.find(([name]) => name.startsWith('drawer-'))?.[0]);
  for (const [name, text] of await scriptsOf({ main: 'main.tsx' }, { DRAWER }))
    if (name.startsWith('main-')) write('main.js', isWatched ? text + RELOAD : text, name);
    else write(name, text, name);
  // Under names that stay: a browser looks for a newer one where the old one was.
  const version = createHash('sha256').update(JSON.stringify(names)).digest('hex').slice(0, 12);
  for (const [, text] of await scriptsOf({ worker: 'worker.ts' }, { VERSION: JSON.stringify(version) }))
    write('worker.js', text, 'worker.js');
  for (const name of ['icon.svg', 'icon-192.png', 'icon-512.png', 'badge.png']) {
    const file = join(SOURCES, 'icons', name);
    if (existsSync(file)) write(name, readFileSync(file));
  }
  writeFileSync(join(to, 'index.json'), JSON.stringify(names));
  writeFileSync(stamp, state);
}

/** Ends a script that is watched: a page whose document names other files is loaded anew. */
const RELOAD = `
const shown = (text) => text.match(/\\/web\\/[^"]+/g)?.join();
let first;
setInterval(async () => {
  const answer = await fetch(document.body.dataset.base + '/', { cache: 'no-store' }).catch(() => undefined);
  const files = answer && shown(await answer.text());
  if (first !== undefined && files !== undefined && files !== first) location.reload();
  first ??= files;
}, 1000);
`;

/**
 * The chunks of a program, by file name.
 *
 * @param {Record<string, string>} input
 * @param {Record<string, string>} [define] names that stand for these expressions
 * @returns {Promise<[string, string][]>}
 */
async function scriptsOf(input, define = {}) {
  const bundled = await rolldown({
    cwd: root,
    platform: 'browser',
    input: Object.fromEntries(Object.entries(input).map(([name, file]) => [name, join(SOURCES, file)])),
    transform: { target: 'es2022', define },
  });
  const { output } = await bundled.generate({
    entryFileNames: '[name]-[hash].js',
    chunkFileNames: '[name]-[hash].js',
    minify: true,
  });
  await bundled.close();
  return output.flatMap((chunk) => (chunk.type === 'chunk' ? [[chunk.fileName, chunk.code]] : []));
}

/** @param {string} css */
const minified = (css) =>
  css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,>]) ?/g, '$1')
    .replace(/: /g, ':')
    .trim();

/** @type {(name: string, text: string | Uint8Array) => string} */
function hashed(name, text) {
  const [, stem, ending] = /^(.*)(\.\w+)$/.exec(name) ?? [];
  return `${stem}-${createHash('sha256').update(text).digest('hex').slice(0, 10)}${ending}`;
}
