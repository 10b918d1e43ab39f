import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { auditRules } from '../../../src/trust/audit/rules.ts';
import { patternsOf, problems } from '../../support/patterns.ts';

test('no pattern that looks at a stranger’s text backtracks more than linearly', () => {
  const folder = fileURLToPath(new URL('../../../src/', import.meta.url));
  const rooms = ['trust', 'agent-skills/bundle'];
  const files = rooms.flatMap((room) =>
    readdirSync(join(folder, room), { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
  );
  const patterns = files
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => patternsOf(join(folder, name)).map(({ source: pattern }) => ({ name, pattern })));
  for (const { rule, find, and, except } of auditRules().forms) {
    for (const one of [find, ...and, except]) if (one) patterns.push({ name: rule, pattern: one.source });
  }
  expect(patterns.length).toBeGreaterThan(200);
  const bad = patterns.flatMap(({ name, pattern }) => problems(pattern).map((problem) => ({ name, pattern, problem })));
  expect(bad).toEqual([]);
});
