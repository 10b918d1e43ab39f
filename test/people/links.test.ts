import { describe, expect, test } from 'vitest';
import { mergeRules as pushMergeRules } from '../../src/adapters/http/push/store.ts';
import { agentMergeRules, type Model } from '../../src/agent/index.ts';
import { addUsage } from '../../src/agent/usage/index.ts';
import { mergeRules as skillMergeRules } from '../../src/agent-skills/store.ts';
import { auditMergeRules } from '../../src/audit/index.ts';
import { deferred } from '../../src/base/async.ts';
import { uuid } from '../../src/base/ids.ts';
import type { InboxWriter } from '../../src/delivery/inbox/index.ts';
import { inboxMergeRules, outboxMergeRules, requestMergeRules, targets } from '../../src/delivery/index.ts';
import { scheduleMergeRules } from '../../src/jobs/index.ts';
import {
  invitationMergeRules,
  links,
  type Person,
  pairingMergeRules,
  passkeyMergeRules,
  passwordMergeRules,
  personMergeRules,
  sessionMergeRules,
  tokenMergeRules,
} from '../../src/people/index.ts';
import { proposalStore } from '../../src/proposals/index.ts';
import { mergeRules as secretMergeRules } from '../../src/secrets/store.ts';
import { mergeRules as mcpMergeRules } from '../../src/skills/mcp/store.ts';
import { mergeRules as memoryMergeRules } from '../../src/skills/memory/store.ts';
import { mergeRules as noteMergeRules } from '../../src/skills/notes/store.ts';
import { mergeRules as reminderMergeRules } from '../../src/skills/reminders/store.ts';
import { mergeRules as planMergeRules } from '../../src/skills/scheduler/store.ts';
import { selfCoding } from '../../src/skills/self-coding/index.ts';
import { selfReview } from '../../src/skills/self-review/index.ts';
import { mergeRules as learnedMergeRules } from '../../src/skills/skill-learning/store.ts';
import { mergeRules as runMergeRules } from '../../src/skills/skill-runs/store.ts';
import { mergeRules as taskMergeRules } from '../../src/skills/tasks/store.ts';
import { mergeRules as hookMergeRules } from '../../src/skills/webhooks/store.ts';
import { testDatabases } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { codeIn, everybody, join, type Platform, personOf, playTwo, type TwoPlatforms } from './platforms.ts';

const mergeRules = [
  ...pushMergeRules,
  ...hookMergeRules,
  ...mcpMergeRules,
  ...runMergeRules,
  ...proposalStore.mergeRules,
  ...(selfReview.data?.mergeRules ?? []),
  ...(selfCoding.data?.mergeRules ?? []),
  ...learnedMergeRules,
  ...skillMergeRules,
  ...auditMergeRules,
  ...inboxMergeRules,
  ...requestMergeRules,
  ...reminderMergeRules,
  ...secretMergeRules,
  ...memoryMergeRules,
  ...noteMergeRules,
  ...planMergeRules,
  ...taskMergeRules,
  ...agentMergeRules,
  ...outboxMergeRules,
  ...targets.mergeRules,
  ...scheduleMergeRules,
  ...pairingMergeRules,
  ...tokenMergeRules,
  ...sessionMergeRules,
  ...passwordMergeRules,
  ...passkeyMergeRules,
  ...invitationMergeRules,
];

describe.each(testDatabases)('one person on two platforms, on $name', ({ name: engine, available }) => {
  test.skipIf(!available)('has the same reminders, notes and history on both', async () => {
    await using two = await playTwo({ engine, ...everybody });
    const { coda, chat, work } = two;
    await chat.says('ana', '/note the key is under the mat');
    await work.says('ana', '/note the safe is in the cellar');
    await work.says('ana', '/remind tomorrow at 9 call the dentist');
    await work.says('ana', '/reminders');
    await work.says('ana', '/notes');
    await work.says('ana', '/timezone Tokyo');
    const before = await personOf(two, 'work', 'ana');
    const code = codeIn(await chat.says('ana', '/link'));
    const asked = await work.says('ana', `/link ${code.toLowerCase().replace('-', ' ')}`);
    expect(asked).toContain('**ana on chat**');
    expect(asked).toContain('I join it with ana on work');
    // Nothing has happened yet.
    expect(await chat.says('ana', '/notes')).not.toContain('cellar');
    const came = await work.presses('ana', 'Yes, join us');
    expect(came).toContain('1 reminder and 1 note came along');
    expect(chat.seen('dm-ana').at(-1)?.text).toContain('Your code was used: ana on work is you from now on');
    expect(await chat.says('ana', '/notes')).toMatch(/cellar[\s\S]*mat|mat[\s\S]*cellar/);
    expect(await chat.says('ana', '/reminders')).toContain('call the dentist');
    expect(await work.says('ana', '/notes')).toContain('mat');
    // What is taken back is what was done there.
    expect(await work.says('ana', '/timezone')).toContain('Asia/Tokyo');
    expect(await personOf(two, 'work', 'ana')).toBe(await personOf(two, 'chat', 'ana'));
    await nothingLeftOf(two, before);
    await coda.passes({ days: 1 });
    expect(work.seen('dm-ana').at(-1)?.text).toContain('⏰ call the dentist');
    const { rows } = await coda
      .database()
      .read(`select detail ->> 'from' as was from audit_log where action = 'person.join'`);
    expect(rows).toEqual([{ was: before }]);
  });

  test.skipIf(!available)('is still who they are to a process that has not heard of it', async () => {
    await using two = await playTwo({ engine, ...everybody });
    const { coda, chat, work } = two;
    await chat.says('ana', '/note the key is under the mat');
    await work.says('ana', '/note the safe is in the cellar');
    const [from, to] = [await personOf(two, 'work', 'ana'), await personOf(two, 'chat', 'ana')];
    // As another process would: nothing tells this one.
    const now = coda.world.clock.now();
    await coda.database().tx('test', (tx) => links.join(tx, [...mergeRules, ...personMergeRules], from, to, now));
    expect(await work.says('ana', '/notes')).toContain('mat');
    await nothingLeftOf(two, from);
    const identity = { adapter: 'work', externalId: 'ana' };
    const person = { id: to } as Person;
    const own = { person, role: 'member' as const, roles: [], rules: { owners: [], members: everybody.members } };
    await coda.database().tx('test', (tx) => links.unlink(tx, identity, own, now));
    expect(await work.says('ana', '/notes')).not.toContain('mat');
  });

  test.skipIf(!available)('asks for another version of an answer as who they are, to such a process too', async () => {
    await using two = await playTwo({ engine, ...everybody });
    const { coda, chat, work } = two;
    await chat.says('ana', '/notes');
    await work.says('ana', '/notes');
    const [from, to] = [await personOf(two, 'work', 'ana'), await personOf(two, 'chat', 'ana')];
    const now = coda.world.clock.now();
    await coda.database().tx('test', (tx) => links.join(tx, [...mergeRules, ...personMergeRules], from, to, now));
    const { inbox } = work.adapter as unknown as { inbox: Pick<InboxWriter, 'acceptWith'> };
    const event = {
      kind: 'message' as const,
      id: 'again',
      place: { adapter: 'work', channel: 'dm-ana', space: 'test', kind: 'dm' as const },
      sender: { externalId: 'ana', name: 'ana' },
      text: 'what can you do?',
      files: [],
      sentAt: now,
    };
    expect(await inbox.acceptWith(event, async () => {})).toBe('accepted');
    await coda.app.whenSettled();
    expect(await coda.count(`inbox where message_id = 'again' and person_id = '${to}'`)).toBe(1);
  });

  test.skipIf(!available)('hears reminders of a browser’s conversation where it is from then on', async () => {
    await using two = await playTwo({ engine, ...everybody });
    const { coda, chat, work } = two;
    await chat.says('ana', '/notes');
    await work.says('ana', '/notes');
    const [from, to] = [await personOf(two, 'work', 'ana'), await personOf(two, 'chat', 'ana')];
    const browser = (text: string) => work.hear('ana', text, { channel: `web-${from}/main`, kind: 'dm' });
    await (await browser('/remind in 5 minutes feed the cat')).settled;
    await (await browser('/remind in 50 minutes call Bob')).settled;
    await coda.passes({ minutes: 6 });
    expect(work.fake.in(`web-${from}/main`).join()).toContain('⏰ feed the cat');
    await join(chat, work, 'ana');
    expect(await personOf(two, 'work', 'ana')).toBe(to);
    await coda.passes({ minutes: 50 });
    expect(work.fake.in(`web-${to}/main`).join()).toContain('⏰ call Bob');
  });

  test.skipIf(!available)('is who programs are told of, and forgotten with what they are told', async () => {
    const targets = { home: { url: 'http://127.0.0.1:1/', secret: 'a-secret-that-is-long-enough' } };
    await using two = await playTwo({ engine, ...everybody, config: { 'events.targets': targets } });
    const { coda, chat, work } = two;
    await chat.says('ana', '/notes');
    await work.says('ana', '/remind in 5 minutes the secret thing');
    const [from, to] = [await personOf(two, 'work', 'ana'), await personOf(two, 'chat', 'ana')];
    await coda.passes({ minutes: 6 });
    const told = (person: string) =>
      coda.count(`jobs where kind = 'event' and payload -> 'data' ->> 'person' = '${person}'`);
    expect(await told(from)).toBe(1);
    await join(chat, work, 'ana');
    expect([await told(from), await told(to)]).toEqual([0, 1]);
    await chat.says('ana', '/forget');
    await chat.presses('ana', 'Yes, forget me');
    expect(await coda.count(`jobs where kind = 'event' and payload::text like '%secret thing%'`)).toBe(0);
  });

  // The embedded engine has one process and one session: nothing of this can happen there.
  const several = engine === 'PGlite' ? undefined : test.skipIf(!available);

  several?.('is one person to every process', async () => {
    await using two = await playTwo({ engine, ...everybody });
    const { coda, chat, work } = two;
    const here = work.adapter;
    const { app } = await coda.replica();
    const there = work.adapter;
    await chat.says('ana', '/note the key is under the mat');
    await work.says('ana', '/note the safe is in the cellar', {}, here);
    await work.says('ana', '/note the wine is there, too', {}, there);
    await join(chat, work, 'ana');
    for (const adapter of [here, there, here]) {
      const said = await work.says('ana', '/notes', {}, adapter);
      for (const words of ['mat', 'cellar', 'wine']) expect(said).toContain(words);
    }
    await app.stop(0);
  });

  several?.('is heard as who they are, also at the moment of becoming it', async () => {
    await using two = await playTwo({ engine, ...everybody });
    const { coda, chat, work } = two;
    await chat.says('ana', '/note the key is under the mat');
    await work.says('ana', '/note the safe is in the cellar');
    const [from, to] = [await personOf(two, 'work', 'ana'), await personOf(two, 'chat', 'ana')];
    const [locked, go] = [deferred(), deferred()];
    const now = coda.world.clock.now();
    const database = coda.database();
    const joining = database.tx('test', async (tx) => {
      await tx.query('select 1 from persons where id = $1 for update', [from]);
      locked.resolve();
      // The server ends a transaction that stands still for 5 s, which a busy machine can take to get there.
      const isOver = go.promise.then(() => true);
      while (!(await Promise.race([isOver, tx.query('select pg_sleep(0.1)').then(() => false)])));
      await links.join(tx, [...mergeRules, ...personMergeRules], from, to, now);
    });
    await locked.promise;
    const saying = work.says('ana', '/notes');
    const waits = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await eventually(async () => (await database.read(waits)).rows.length > 0);
    go.resolve();
    await joining;
    expect(await saying).toContain('mat');
    await nothingLeftOf(two, from);
  });

  several?.('has what a model took counted as theirs, also at the moment of becoming them', async () => {
    await using two = await playTwo({ engine, ...everybody });
    const { coda, chat, work } = two;
    await chat.says('ana', '/notes');
    await work.says('ana', '/notes');
    const [from, to] = [await personOf(two, 'work', 'ana'), await personOf(two, 'chat', 'ana')];
    const database = coda.database();
    const { rows } = await database.read<{ id: string; conversation_id: string }>(
      'select id, conversation_id from inbox where person_id = $1',
      [from],
    );
    const { id: inboxId = '', conversation_id: conversationId = '' } = rows[0] ?? {};
    const now = coda.world.clock.now();
    const tokens = { input: 100, cached: 0, output: 10, written: 0 };
    const kept = { purpose: 'answer' as const, model: 'a/b', price: 1, estimated: false, repairs: [], told: false };
    const used = { ...tokens, ...kept, id: uuid(now), at: now.toISOString(), day: '2026-11-20' };
    const owner = { personId: from, conversationId, spaceId: 'home', turnId: uuid(now), inboxId };
    const [joined, go] = [deferred(), deferred()];
    const joining = database.tx('test', async (tx) => {
      await links.join(tx, [...mergeRules, ...personMergeRules], from, to, now);
      joined.resolve();
      await go.promise;
    });
    await joined.promise;
    const counting = addUsage(database, [used], owner);
    const waits = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    const isOver = counting.then(() => true);
    await eventually(
      async () => (await database.read(waits)).rows.length > 0 || (await Promise.race([isOver, false])) === true,
    );
    go.resolve();
    await Promise.all([joining, counting]);
    expect((await database.read('select person_id from usage')).rows).toEqual([{ person_id: to }]);
    await nothingLeftOf(two, from);
  });

  test.skipIf(!available)('gets the answer that was on its way when they became it', async () => {
    const go = deferred();
    const slow: Model = {
      name: 'test/slow',
      async *generate() {
        await go.promise;
        yield { type: 'text', text: 'at last' };
        yield { type: 'stop', reason: 'end' };
      },
    };
    await using two = await playTwo({ engine, model: slow, ...everybody });
    const { coda, chat, work } = two;
    await chat.says('ana', '/notes');
    const running = await work.hear('ana', 'think about it', { channel: 'room' });
    const before = await personOf(two, 'work', 'ana');
    const code = codeIn(await saysMeanwhile(chat, 'ana', '/link'));
    await saysMeanwhile(work, 'ana', `/link ${code}`);
    const { buttons } = work.seen('dm-ana').at(-1) ?? { buttons: [] };
    const yes = buttons.find(({ label }) => label === 'Yes, join us')?.id ?? '';
    const press = { id: 'pressed', channel: 'dm-ana', from: 'ana', button: yes, role: 'guest' as const };
    await (await work.adapter.press({ ...press, sentAt: coda.world.clock.now() })).settled;
    go.resolve();
    await coda.app.whenSettled();
    await coda.passes({ minutes: 1 });
    await running.settled;
    expect(work.fake.in('room')).toEqual(['at last']);
    await nothingLeftOf(two, before);
  });
});

/** Says something while a turn runs elsewhere, so that coda as a whole does not settle. */
async function saysMeanwhile(platform: Platform, from: string, text: string): Promise<string> {
  await (await platform.hear(from, text)).settled;
  return platform.seen(`dm-${from}`).at(-1)?.text ?? '';
}

/** No row of any table is a person's that is no more; what was done in that name is the other's by now. */
async function nothingLeftOf({ coda }: TwoPlatforms, person: string): Promise<void> {
  const database = coda.database();
  const { rows: columns } = await database.read<{ table_name: string; column_name: string }>(
    `select table_name, column_name from information_schema.columns
      where table_schema = 'public' and (column_name like '%person%' or column_name = 'used_by') and data_type = 'uuid'`,
  );
  expect(columns.length).toBeGreaterThan(15);
  for (const { table_name: table, column_name: column } of columns) {
    const { rows } = await database.read(`select 1 from ${table} where ${column} = $1`, [person]);
    expect(rows, `${table}.${column}`).toEqual([]);
  }
  expect((await database.read('select 1 from persons where id = $1', [person])).rows).toEqual([]);
}

test('whatever belongs to a person is moved: no table that refers to persons is forgotten', async () => {
  await using two = await playTwo(everybody);
  const { rows } = await two.coda.database().read<{ table: string }>(
    `select distinct conrelid::regclass::text as table from pg_constraint
      where confrelid = 'persons'::regclass and contype = 'f'`,
  );
  const all = [...mergeRules, ...personMergeRules].map(({ sql }) => sql).join('\n');
  expect(rows.length).toBeGreaterThan(10);
  for (const { table } of rows) expect(all).toMatch(new RegExp(`(update|from) ${table}\\b`));
});
