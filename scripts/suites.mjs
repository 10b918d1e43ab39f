/** Which suites `npm run test:fast` runs. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { listFiles, root } from './setup.mjs';

/** Suites that need no second process: neither they nor the test support that they import start one. */
export function fastSuites() {
  const suites = listFiles(join(root, 'test')).filter(
    (file) => file.endsWith('.test.ts') && !file.endsWith('.long.test.ts'),
  );
  return suites.filter((suite) => !startsProcess(suite, new Set()));
}

/**
 * Whether a file below `test/` imports `node:child_process`, itself or through other files there.
 *
 * @param {string} file
 * @param {Set<string>} seen
 * @returns {boolean}
 */
function startsProcess(file, seen) {
  if (seen.has(file) || !existsSync(join(root, file))) return false;
  seen.add(file);
  const text = readFileSync(join(root, file), 'utf8');
  if (text.includes("'node:child_process'")) return true;
  const imported = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) =>
    normalize(join(dirname(file), path)),
  );
  return imported.some((path) => path.startsWith('test') && startsProcess(path, seen));
}
