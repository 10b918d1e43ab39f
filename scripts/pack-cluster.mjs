/**
 * Packs an empty, cleanly shut down cluster into `assets/cluster.tar.br`, which a first start unpacks: initdb itself
 * would take 3 s and 700 MB. To be run again after every change of the PGlite version: `node scripts/pack-cluster.mjs`.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';

// Small segments: an empty cluster holds one, and each new one is written out in full before its first use.
const INITDB = [
  '--wal-segsize=4',
  '--encoding=UTF8',
  '--locale=C.UTF-8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
];

const BLOCK = 512;

/**
 * A ustar header, as far as unpacking reads it: name, size and kind.
 *
 * @param {string} name
 * @param {number} size
 * @param {boolean} isFolder
 */
function header(name, size, isFolder) {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 100);
  block.write(isFolder ? '0000700' : '0000600', 100);
  block.write('0000000', 108);
  block.write('0000000', 116);
  block.write(size.toString(8).padStart(11, '0'), 124);
  block.write('00000000000', 136);
  block.write('        ', 148);
  block.write(isFolder ? '5' : '0', 156);
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** @param {string} folder */
async function pack(folder) {
  const blocks = [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries.map((entry) => ({
    name: join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1),
    isFolder: entry.isDirectory(),
  }));
  for (const { name, isFolder } of names.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (name.length > 100) throw new Error(`too long for a tar header: ${name}`);
    const content = isFolder ? Buffer.alloc(0) : await readFile(join(folder, name));
    blocks.push(
      header(name, content.length, isFolder),
      content,
      Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK),
    );
  }
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

const folder = await mkdtemp(join(tmpdir(), 'coda-cluster-'));
try {
  const engine = await PGlite.create(folder, { initDbStartParams: INITDB });
  // Nothing is ever created from them: without them there are 600 files less to write and to sync.
  await engine.exec("update pg_database set datistemplate = false where datname like 'template%'");
  for (const name of ['template0', 'template1']) await engine.exec(`drop database ${name}`);
  await engine.exec('vacuum freeze');
  await engine.exec('checkpoint');
  await engine.close();
  await rm(join(folder, 'postmaster.pid'), { force: true });
  const tar = await pack(folder);
  const packed = brotliCompressSync(tar, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      // The window is memory that unpacking needs.
      [constants.BROTLI_PARAM_LGWIN]: 20,
      [constants.BROTLI_PARAM_SIZE_HINT]: tar.length,
    },
  });
  await writeFile(new URL('../assets/cluster.tar.br', import.meta.url), packed);
  console.log(`assets/cluster.tar.br: ${packed.length} bytes (${tar.length} unpacked)`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
