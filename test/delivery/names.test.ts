import { expect, test } from 'vitest';
import { PlaceNames } from '../../src/delivery/conversations/names.ts';
import { eventually } from '../support/eventually.ts';
import { play } from '../support/play.ts';

test('names of places are stored once, cleaned and cut, only where somebody has spoken, and follow the platform', async () => {
  await using coda = await play();
  for (const channel of ['c1', 'c2']) await coda.person('ana', { channel }).says('hello');
  const names = new PlaceNames(coda.database(), coda.world.log);
  const stored = async () => {
    const { rows } = await coda
      .database()
      .read<{ channel: string; name: string }>('select channel, name from place_names order by channel');
    return Object.fromEntries(rows.map(({ channel, name }) => [channel, name]));
  };
  names.note('fake', [
    { channel: 'c1', name: '#general' },
    { channel: 'c2', name: `a\u202e\n  <img src=x onerror=1> ${'x'.repeat(300)}` },
    { channel: 'c3', name: 'nobody-speaks-here' },
    { channel: 'c4', name: '\u200b' },
  ]);
  await eventually(async () => Object.keys(await stored()).length === 2);
  const { c1, c2 } = await stored();
  expect(c1).toBe('general');
  expect(c2).toMatch(/^a <img src=x onerror=1> x+…$/);
  expect(c2).toHaveLength(100);
  names.note('fake', [{ channel: 'c1', name: 'lobby' }]);
  await eventually(async () => (await stored()).c1 === 'lobby');
  expect(Object.keys(await stored())).toEqual(['c1', 'c2']);
});
