import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { dataTool } from '../../src/agent/index.ts';
import type { Skill } from '../../src/chat/index.ts';
import { testDatabases } from '../support/database.ts';
import type { Scene } from '../support/model-server/index.ts';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';
import { play } from '../support/play.ts';

const server = await modelServer();

/** An answer that costs so many USD by the table of the tests: `main` takes 15 for a million tokens written. */
const costing = (usd: number, more: Scene = { text: 'Here.' }): Scene => ({
  ...more,
  usage: { input: 0, output: Math.round((usd / 15) * 1_000_000) },
});

const begin = (budgets: Record<string, unknown> = {}, models: Record<string, unknown> = {}) =>
  play({ config: modelConfig(server, { ...models, budgets }) });

test('what was spent today, this month and in this conversation can be asked for', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  server.play({ text: 'Here.', usage: { input: 1_000_000, cached: 1_000_000, output: 100_000 } });
  await ana.says('hello');
  expect(await ana.says('/cost')).toBe(
    [
      '**Today:** 4.80 USD of 50.00 USD (1 call, 2,000,000 tokens read (1,000,000 from the cache), 100,000 written)',
      '**This month:** 4.80 USD of 200.00 USD (1 call, 2,000,000 tokens read (1,000,000 from the cache), 100,000 written)',
      '**This conversation:** 4.80 USD (1 call, 2,000,000 tokens read (1,000,000 from the cache), 100,000 written)',
    ].join('\n'),
  );
  await coda.passes({ days: 1 });
  expect(await ana.says('/cost')).toContain('**Today:** 0.00 USD of 50.00 USD (0 calls');
  expect(await coda.person('bob').says('/cost')).toContain('**This month:** 0.00 USD');
});

test('when little is left the light model answers, and the person is told once a day', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  server.play(costing(4.5, { text: 'One.' }), ...Array.from({ length: 8 }, () => costing(4.5)));
  for (let turn = 0; turn < 9; turn++) expect(await ana.says('go on')).not.toContain('lighter');
  server.play({ when: { model: 'small' }, text: 'Small.', times: 9 });
  expect(await ana.says('and now?')).toMatch(/^Small\.\n\n_.*9\.50 USD of 50\.00 USD are left.*lighter/);
  expect(await ana.says('and now?')).toBe('Small.');
  await coda.passes({ days: 1 });
  expect(await ana.says('and today?')).toBe('ok');
  expect(server.requests.at(-1)?.body.model).toBe('main');
});

test('what is used up stops plainly, and what needs no model goes on', async () => {
  await using coda = await begin({ person: { day: 20, month: 200 } });
  const ana = coda.person('ana');
  server.play(costing(20.5));
  await ana.says('hello');
  expect(await ana.says('what does life mean?')).toMatch(
    /^Your budget for models today is used up: 20\.50 USD of 20\.00 USD\. It begins anew tomorrow; the owner can raise it/,
  );
  expect(await ana.says('remind me tomorrow at 9 to call Bob')).toMatch(/call Bob[\s\S]*budget for models today/);
  expect(server.requests).toHaveLength(1);
  expect(await coda.person('bob').says('hello')).toBe('ok');
  await coda.passes({ days: 1 });
  expect(await ana.says('hello')).toBe('ok');
});

test('what is used up pays for no summary either', async () => {
  await using coda = await begin({ person: { day: 20, month: 200 } });
  const ana = coda.person('ana');
  server.play(costing(20.5));
  await ana.says('hello');
  await coda.database().run(
    'test.fill',
    `insert into messages (id, conversation_id, epoch, role, content, at)
     select gen_random_uuid(), c.id, c.epoch, case when n % 2 = 1 then 'user' else 'assistant' end,
            jsonb_build_object('text', 'and so on'), c.created_at
       from conversations c, generate_series(1, 200) n where c.channel = 'dm-ana'`,
    [],
  );
  expect(await ana.says('what does life mean?')).toContain('is used up');
  expect(server.requests).toHaveLength(1);
});

test('everybody together have a budget too, and months end', async () => {
  await using coda = await begin({ all: { day: 50, month: 60 }, request: 100, low: 0 });
  server.play(costing(40));
  await coda.person('bob').says('hello');
  await coda.passes({ days: 1 });
  server.play(costing(30));
  await coda.person('ana').says('hello');
  expect(await coda.person('ana').says('why is the sky blue?')).toMatch(
    /^The budget for models this month is used up: 70\.00 USD of 60/,
  );
  await coda.sleepsFor({ days: 15 });
  expect(await coda.person('ana').says('hello')).toBe('ok');
});

test('one answer that has cost enough is stopped between its steps', async () => {
  await using coda = await begin();
  server.play({ ...costing(6), text: 'Hm.', calls: [{ name: 'note_list', input: {} }] });
  expect(await coda.person('ana').says('dig')).toMatch(/one answer had cost 5\.00 USD already/);
  expect(await coda.person('ana').says('/cost')).toContain('6.00 USD');
});

describe.each(testDatabases)('many at once on $name', ({ name, available }) => {
  test.skipIf(!available)('overspend a budget by no more than what is left for one', async () => {
    const models = modelConfig(server, { budgets: { all: { day: 50, month: 200 }, request: 100, low: 0 } });
    await using coda = await play({ engine: name, config: models });
    for (const round of [1, 2]) {
      server.play({ ...costing(15), times: 99 });
      const heard = Array.from({ length: 20 }, (_, n) =>
        coda.hear(`p${n}`, `dm-p${n}`, `why is the sky blue, ${round}?`),
      );
      await Promise.all(heard.map(async (each) => (await each).settled));
      await coda.app.whenSettled();
      const { rows } = await coda.database().read<{ price: number }>('select sum(price) as price from spending');
      // Three make 45; what is left is for one more.
      expect(rows[0]?.price).toBe(60 * round);
      const told = coda.platform.messages.filter(({ text }) => text.includes('is used up'));
      expect(told).toHaveLength(16 * round);
      expect(await coda.count('reservations')).toBe(0);
      await coda.passes({ days: 1 });
      server.reset();
    }
  });
});

test('what a process reserved that died is taken over with its turn, and counts no more after its time', async () => {
  await using coda = await begin({ person: { day: 50, month: 200 } });
  const ana = coda.person('ana');
  server.play(costing(20), { ...costing(20), fault: 'held' });
  await ana.says('hello');
  const asked = server.requests.length;
  await coda.hear('ana', ana.channel, 'think hard');
  await server.arrived(asked + 1);
  expect(await coda.count('reservations')).toBe(1);
  // As if it had died in the middle, and could take nothing back.
  await coda.app.stop(0);
  await coda.start();
  await coda.app.whenSettled();
  expect(ana.heard('ok')).toHaveLength(1);
  expect(await coda.count('reservations')).toBe(0);
  await coda.database().run(
    'test.reserve',
    `insert into reservations (id, turn_id, person_id, price, expires_at)
     select gen_random_uuid(), gen_random_uuid(), id, 49, $1 from persons`,
    [new Date(coda.world.clock.now().getTime() + 600_000)],
  );
  await coda.passes({ minutes: 11 });
  expect(await ana.says('and now?')).toBe('ok');
  expect(await coda.count('reservations')).toBe(0);
});

test('an answer whose step could not be stored is paid for, and counted', async () => {
  const broken: Skill = {
    name: 'broken',
    tools: () => [
      dataTool({
        name: 'tide_break',
        description: 'Breaks.',
        effect: 'write',
        input: z.object({}),
        run: () => Promise.reject(new Error('a bug')),
      }),
    ],
  };
  await using coda = await play({ config: modelConfig(server), skills: [broken] });
  const ana = coda.person('ana');
  server.play({ ...costing(1), calls: [{ name: 'tide_break', input: {} }] }, costing(2, { text: 'Well.' }));
  const { settled } = await coda.hear('ana', ana.channel, 'break it');
  await coda.app.whenSettled();
  await coda.passes({ minutes: 1 });
  await settled;
  expect(ana.heard('Well.')).toHaveLength(1);
  expect(await ana.says('/cost')).toContain('**Today:** 3.00 USD');
  expect(await coda.count('reservations')).toBe(0);
});

test('what a failed answer reserved is free again', async () => {
  await using coda = await begin();
  server.play({ fault: 'unauthorized', times: 9 });
  await coda.person('ana').says('hello');
  expect(await coda.count('reservations')).toBe(0);
});

test('a message is held against the budgets without asking the database once more', async () => {
  await using coda = await play({ config: modelConfig(server), platform: { canEdit: false } });
  const { settled: hello } = await coda.hear('ana', 'dm-ana', 'hello');
  await hello;
  await coda.app.whenSettled();
  const before = await coda.storage();
  const { settled } = await coda.hear('ana', 'dm-ana', 'and again');
  await settled;
  expect((await coda.storage()).roundTrips - before.roundTrips).toBeLessThanOrEqual(3);
});

test('a model without a price is counted in tokens', async () => {
  await using coda = await begin({}, { default: 'gpt/mystery' });
  server.play({ text: 'Here.', usage: { input: 900, output: 100 } });
  await coda.person('ana').says('hello');
  expect(await coda.person('ana').says('/cost')).toContain('1,000 tokens of models without a known price');
});

test('an answer that failed after it had cost is counted', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  server.play({ ...costing(1), text: 'Half of', stop: 'length' }, { fault: 'too_long', times: 9 });
  expect(await ana.says('hello')).toMatch(/window is too small/);
  expect(await ana.says('/cost')).toContain('**Today:** 1.00 USD');
});

test('what broke off is held against the budget', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  server.play({ fault: 'cut', text: Array.from({ length: 50 }, () => 'words and '), times: 9 });
  expect(await ana.says('hello')).toContain('cannot be reached');
  expect(await ana.says('/cost')).toMatch(/\*\*Today:\*\* 0\.\d*[1-9]\d* USD of 50\.00 USD \(3 calls/);
});
