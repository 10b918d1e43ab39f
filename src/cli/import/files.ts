/** Reading a folder of strangers: bounded, regular files only, and nothing that leads out of it. */

import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, systemCode } from '../../base/errors.ts';
import type { Found } from './found.ts';

const LARGEST_FILE = 5_000_000;
const MOST_ENTRIES = 20_000;
const DEEPEST = 6;

export class Folder {
  readonly root: string;
  private readonly found: Found;

  constructor(root: string, found: Found) {
    this.root = root;
    this.found = found;
  }

  /** The text of a file; undefined where there is none, and where it cannot be read, which becomes a problem. */
  text(path: string): string | undefined {
    const file = join(this.root, path);
    try {
      const stat = lstatSync(file);
      if (!stat.isFile()) return this.problem(path, 'is no regular file');
      if (stat.size > LARGEST_FILE) return this.problem(path, 'is larger than 5 MB');
      return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
      return this.problem(
        path,
        error instanceof TypeError ? 'is no text (UTF-8)' : `cannot be read (${messageOf(error)})`,
      );
    }
  }

  /** The JSON of a file; what is none becomes a problem. */
  json(path: string): unknown {
    const text = this.text(path);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text.replace(/^\uFEFF/, ''));
    } catch (error) {
      return this.problem(path, `is no JSON (${messageOf(error)})`);
    }
  }

  /** Relative paths of regular files below `path` whose name fits, in order. */
  files(path: string, fits: (name: string) => boolean): string[] {
    const files: string[] = [];
    let seen = 0;
    const walk = (folder: string, depth: number): void => {
      for (const entry of entriesOf(join(this.root, folder))) {
        if (++seen > MOST_ENTRIES || entry.name === 'node_modules' || entry.name === '.git') continue;
        const inside = join(folder, entry.name);
        if (entry.isDirectory() && depth < DEEPEST) walk(inside, depth + 1);
        if (entry.isFile() && fits(entry.name)) files.push(inside);
      }
    };
    walk(path, 0);
    if (seen > MOST_ENTRIES) this.problem(path, `holds more than ${MOST_ENTRIES} files; the rest is left out`);
    return files.sort();
  }

  problem(from: string, what: string): undefined {
    this.found.problems.push({ from: from, what });
    return undefined;
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
