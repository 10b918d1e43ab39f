import { expect, test } from 'vitest';
import { play } from '../../support/play.ts';
import { echo } from '../../support/scripted-model.ts';

test('an owner sees what coda does by itself, switches it off and on, and has it done now', async () => {
  await using coda = await play({ model: echo(), config: { 'retention.days': 1 } });
  const ana = coda.person('ana');
  await ana.says('old');
  expect(await ana.says('/tasks')).toBe(
    '- `audit`: next on Saturday 21 November 2026 at 03:03\n' +
      '- `memory`: next on Saturday 21 November 2026 at 03:41\n' +
      '- `retention`: next on Saturday 21 November 2026 at 03:23',
  );
  expect(await ana.says('/tasks off retention')).toContain('is off');
  await coda.passes({ days: 3 });
  expect(await ana.says('/tasks')).toContain('- `retention`: off');
  const before = await coda.count('inbox');
  // What is off stays off when coda starts again.
  await coda.restart();
  await coda.passes({ days: 1 });
  expect(await coda.count('inbox')).toBe(before);

  expect(await ana.says('/tasks run retention')).toContain('runs now');
  expect(await coda.count('inbox')).toBeLessThan(before);
  expect(await ana.says('/tasks on retention')).toContain('is on');
  expect(await ana.says('/tasks')).toContain('- `retention`: next on Wednesday 25 November 2026 at 03:23');

  expect(await ana.says('/tasks off retentoin')).toContain('Did you mean `retention`?');
  expect(await ana.says('/tasks purge retention')).toContain('/tasks on NAME');
  expect(await coda.person('bob', { role: 'member' }).says('/tasks')).toContain('my owner alone');
});
