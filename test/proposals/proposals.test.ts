import { expect, test } from 'vitest';
import { z } from 'zod';
import { decide, markApplied, type Proposing, propose } from '../../src/proposals/proposals.ts';
import { type Play, play } from '../support/play.ts';
import { echo } from '../support/scripted-model.ts';

const kinds = new Map([['code', { category: 'code', payload: z.null() }]]);
const ON = { self_improvement: { budget: { month: 1 } } };

const proposal = (title: string, more: Partial<Proposing> = {}): Proposing => ({
  category: 'code',
  title,
  description: 'The search asks twice.',
  priority: 2,
  ...more,
});

const plant = (coda: Play, ...all: Proposing[]) =>
  coda.database().tx('test.propose', (tx) => propose(tx, kinds, 'test', all, coda.world.clock.now()));

const states = async (coda: Play) =>
  (
    await coda.database().read<{ state: string }>('select state from improvement_proposals order by at, title')
  ).rows.map(({ state }) => state);

test('an owner sees what waits, approves it with a button and takes that back', async () => {
  await using coda = await play({ model: echo(), config: ON });
  const ana = coda.person('ana');
  await ana.says('hello');
  expect(await ana.says('/improvements')).toContain('There are no proposals that are pending');
  await plant(coda, proposal('Search once'));
  expect(await ana.says('/improvements')).toContain('Search once');
  expect(await ana.presses('Approve')).toContain('Approved: “Search once”');
  expect(await states(coda)).toEqual(['approved']);
  expect(await ana.presses('Undo')).toContain('waits for a decision again');
  expect(await states(coda)).toEqual(['pending']);
  await ana.says('/improvements');
  expect(await ana.presses('Reject')).toContain('Nothing changes');
  expect(await states(coda)).toEqual(['rejected']);
});

test('nobody but an owner lists or decides, and without the block there is nothing', async () => {
  await using coda = await play({ model: echo(), config: ON });
  await coda.person('ana').says('hello');
  await plant(coda, proposal('Search once'));
  const bob = coda.person('bob', { role: 'member' });
  expect(await bob.says('/improvements')).not.toContain('Search once');
  await using off = await play({ model: echo() });
  expect(await off.person('ana').says('/improvements')).not.toContain('proposal');
});

test('a member decides on nothing, whichever way they come by a proposal', async () => {
  await using coda = await play({ model: echo(), config: ON });
  const [made] = await plant(coda, proposal('Search once'));
  const { id = '', hash = '' } = made ?? {};
  const person = { id: '00000000-0000-7000-8000-000000000001', role: 'member' };
  const decision = { id, hash, approve: true, person };
  const decided = await coda.database().tx('test.decide', (tx) => decide(tx, kinds, decision, coda.world.clock.now()));
  expect(decided).toMatchObject({ ok: false, code: 'DENIED' });
  expect(await states(coda)).toEqual(['pending']);
});

test('the same change is proposed once, and ten at a time', async () => {
  await using coda = await play({ model: echo(), config: ON });
  const many = Array.from({ length: 14 }, (_, index) => proposal(`Change ${index}`));
  expect(await plant(coda, proposal('Search once'), proposal('SEARCH ONCE'))).toHaveLength(1);
  expect(await plant(coda, proposal('Search once'), ...many)).toHaveLength(10);
  expect(await plant(coda, proposal('Of no kind', { category: 'weather' }))).toHaveLength(0);
  expect(await plant(coda, proposal('With a payload', { payload: { a: 1 } }))).toHaveLength(0);
});

test('what somebody has carried out is in use, and cannot be taken back by a press', async () => {
  await using coda = await play({ model: echo(), config: ON });
  const ana = coda.person('ana');
  await ana.says('hello');
  const [made] = await plant(coda, proposal('Search once'));
  await ana.says('/improvements');
  await ana.presses('Approve');
  const now = coda.world.clock.now();
  await coda.database().tx('test.applied', (tx) => markApplied(tx, made?.id ?? '', { request: 7 }, now));
  expect(await ana.says('/improvements applied')).toContain('in use');
  expect(await ana.presses('Undo')).toContain('cannot be taken back');
});

test('a button decides on exactly what was shown', async () => {
  await using coda = await play({ model: echo(), config: ON });
  const ana = coda.person('ana');
  await ana.says('hello');
  await plant(coda, proposal('Search once'));
  await ana.says('/improvements');
  await coda.database().run('test', `update improvement_proposals set title = 'Delete all', hash = 'other'`, []);
  expect(await ana.presses('Approve')).toContain('as it was shown');
  expect(await states(coda)).toEqual(['pending']);
});
