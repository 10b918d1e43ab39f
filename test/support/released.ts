import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { packageRoot } from '../../src/base/root.ts';

const folder = join(packageRoot(), 'test', 'released');
const [file = ''] = readdirSync(folder);

/** The last released version, as `scripts/pack-release.mjs` has packed it. */
export const RELEASED = /^coda-(.*)\.tar\.br$/.exec(file)?.[1] ?? 'none';

/** Unpacks it into `to`; gives its `dist/main.js`. It runs on the packages of this version. */
export function unpackReleased(to: string): string {
  mkdirSync(to, { recursive: true });
  execFileSync('tar', ['-x', '-C', to], { input: brotliDecompressSync(readFileSync(join(folder, file))) });
  symlinkSync(join(packageRoot(), 'node_modules'), join(to, 'node_modules'));
  return join(to, 'dist', 'main.js');
}
