/** Names that look like others. Pure. */

import { editDistance } from '../../../base/text.ts';

/** Shorter names are too near to each other by chance. */
const SHORTEST_NEAR = 5;

/** The known name that `id` may be taken for: it looks the same, or is one slip away. */
export function lookalikeOf(id: string, known: Iterable<string>): string | undefined {
  const looks = skeleton(id);
  for (const name of known) {
    if (name === id) continue;
    if (skeleton(name) === looks) return name;
    const isLong = Math.min(id.length, name.length) >= SHORTEST_NEAR;
    if (isLong && editDistance(id, name.toLowerCase(), 2) < 2) return name;
  }
  return undefined;
}

/** Canonical form of a name: look-alike letters are one letter, and separators are left out. */
function skeleton(name: string): string {
  return name
    .toLowerCase()
    .replace(/[-_.]/g, '')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll('0', 'o')
    .replaceAll('5', 's')
    .replace(/[1i|]/g, 'l');
}

/** Less than 0 where version `a` is older than `b`; undefined where either is no list of numbers. */
export function compareVersions(a: string | undefined, b: string | undefined): number | undefined {
  const [left, right] = [partsOf(a), partsOf(b)];
  if (!left || !right) return undefined;
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function partsOf(version: string | undefined): number[] | undefined {
  const plain = /^v?(\d{1,9}(?:\.\d{1,9}){0,5})$/.exec(version ?? '')?.[1];
  return plain?.split('.').map(Number);
}
