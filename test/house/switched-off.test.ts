/** A capability that is off, or that nobody uses, costs nothing: of its room only what a start needs is imported. */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const src = join(import.meta.dirname, '../../src');

const ROOMS = /^skills\/(?:self-review|self-coding|skill-(?:learning|market|runs|trials))\//;

/** Files that are loaded with `entry`. Imports of types, and `import()`, load nothing. */
function filesLoadedWith(entry: string): string[] {
  const seen = new Set<string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const imports = readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type\b)[^;]*?from '(\.[^']+)';/gm);
    for (const [, from = ''] of imports) waiting.push(join(dirname(file), from));
  }
  return [...seen].map((file) => relative(src, file)).sort();
}

test('coda starts without what works on skills and on coda itself, which is imported where it is switched on or used', () => {
  const loaded = filesLoadedWith(join(src, 'app/index.ts'));
  expect(loaded.length).toBeGreaterThan(500);
  expect(loaded.filter((file) => ROOMS.test(file))).toEqual([
    'skills/self-coding/config.ts',
    'skills/self-coding/index.ts',
    'skills/self-coding/settings.ts',
    'skills/self-coding/store.ts',
    'skills/self-coding/texts.ts',
    'skills/self-review/assessment/store.ts',
    'skills/self-review/config.ts',
    'skills/self-review/examples/store.ts',
    'skills/self-review/index.ts',
    'skills/skill-learning/index.ts',
    'skills/skill-learning/signals.ts',
    'skills/skill-learning/store.ts',
    'skills/skill-market/index.ts',
    'skills/skill-market/store.ts',
    'skills/skill-runs/index.ts',
    'skills/skill-runs/store.ts',
    'skills/skill-runs/tool.ts',
    'skills/skill-trials/index.ts',
    'skills/skill-trials/store.ts',
  ]);
});
