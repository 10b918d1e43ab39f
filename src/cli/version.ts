import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../base/root.ts';

/** coda's own version, from its package. */
export function version(): string {
  return JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')).version;
}
