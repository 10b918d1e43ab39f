/** Words about time that are data: the files of `assets/times/`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../base/root.ts';

/** The content of `assets/times/NAME.json`, which is a part of coda: it is taken to have the form of `T`. */
export const readWords = <T>(name: string): T =>
  JSON.parse(readFileSync(join(packageRoot(), 'assets', 'times', `${name}.json`), 'utf8')) as T;
