import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';
import { guards, pings, tested } from '../adversary/guards.ts';

test('each guard against a hostile model stands where the mutation run takes it out', () => {
  const others = Object.entries(tested).map(([name, { edits }]) => [name, edits] as const);
  const missing = [...Object.entries({ ...guards, ...pings }), ...others].flatMap(([name, edits]) =>
    edits
      .filter(({ file, find }) => !readFileSync(join(packageRoot(), file), 'utf8').includes(find))
      .map(({ file, find }) => `${name}: ${file} has no ${find} (change test/adversary/guards.ts with it)`),
  );
  expect(missing).toEqual([]);
});
