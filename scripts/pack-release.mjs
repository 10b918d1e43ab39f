/**
 * `node scripts/pack-release.mjs COMMIT`: packs coda as it was at a commit (a tag) into `test/released/coda-VERSION.tar.br`, for
 * the test that runs it beside the present one. Part of a release; the packages that it needs come from `node_modules`.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { root } from './files.mjs';

const PARTS = ['package.json', 'dist', 'migrations', 'agent-skills', 'agents', 'config', 'assets'];
/** The packed cluster of the embedded database: the test runs the release on PostgreSQL. */
const NOT_NEEDED = 'assets/cluster.tar.br';

const commit = process.argv[2];
if (commit === undefined) {
  process.stderr.write('Which commit? node scripts/pack-release.mjs v0.1.0\n');
  process.exit(64);
}
const folder = mkdtempSync(join(tmpdir(), 'coda-release-'));
try {
  const sources = execFileSync('git', ['archive', commit], { cwd: root, maxBuffer: 1e9 });
  execFileSync('tar', ['-x', '-C', folder], { input: sources });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  // Its own: it knows what its programs are.
  const { bundle } = await import(pathToFileURL(join(folder, 'scripts', 'bundle.mjs')).href);
  const dist = join(folder, 'dist');
  await bundle({ programs: [join('src', 'main.ts')], sources: join(folder, 'src'), to: dist });
  for (const file of readdirSync(dist)) if (file.endsWith('.map')) rmSync(join(dist, file));
  const tar = execFileSync(
    'tar',
    ['-c', '--sort=name', '--mtime=@0', '--owner=0', '--group=0', '-C', folder, `--exclude=${NOT_NEEDED}`, ...PARTS],
    {
      maxBuffer: 1e9,
    },
  );
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const packed = brotliCompressSync(tar, {
    params: { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: tar.length },
  });
  const to = join(root, 'test', 'released');
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  writeFileSync(join(to, `coda-${version}.tar.br`), packed);
  console.log(`test/released/coda-${version}.tar.br: ${packed.length} bytes`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
