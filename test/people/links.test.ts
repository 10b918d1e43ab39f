import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { agentMergeRules, done, type Model, outsideTool } from '../../src/agent/index.ts';
import { addUsage } from '../../src/agent/usage/index.ts';
import { auditMergeRules } from '../../src/audit/index.ts';
import { deferred } from '../../src/base/async.ts';
import { uuid } from '../../src/base/ids.ts';
import { inboxMergeRules, outboxMergeRules, requestMergeRules } from '../../src/delivery/index.ts';
import { scheduleMergeRules } from '../../src/jobs/index.ts';
import {
  links,
  type Person,
  pairingMergeRules,
  personMergeRules,
  sessionMergeRules,
  tokenMergeRules,
} from '../../src/people/index.ts';
import { mergeRules as secretMergeRules } from '../../src/secrets/store.ts';
import { mergeRules as mcpMergeRules } from '../../src/skills/mcp/store.ts';
import { mergeRules as memoryMergeRules } from '../../src/skills/memory/store.ts';
import { mergeRules as noteMergeRules } from '../../src/skills/notes/store.ts';
import { mergeRules as reminderMergeRules } from '../../src/skills/reminders/store.ts';
import { mergeRules as planMergeRules } from '../../src/skills/scheduler/store.ts';
import { mergeRules as taskMergeRules } from '../../src/skills/tasks/store.ts';
import { mergeRules as hookMergeRules } from '../../src/skills/webhooks/store.ts';
import { testDatabases } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { ScriptedModel } from '../support/scripted-model.ts';
import { codeIn, type Platform, playTwo, type TwoPlatforms } from './platforms.ts';

const mergeRules = [
  ...hookMergeRules,
  ...mcpMergeRules,
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
  ...scheduleMergeRules,
  ...pairingMergeRules,
  ...tokenMergeRules,
  ...sessionMergeRules,
];

/** Everybody is a member on both platforms but Olga, the owner. */
const everybody = { owners: ['chat:olga'], members: ['chat:ana', 'work:ana', 'work:olga', 'chat:bob', 'work:bob'] };

const personOf = async ({ coda }: TwoPlatforms, platform: string, name: string): Promise<string> => {
  const sql = 'select person_id from identities where adapter = $1 and external_id = $2';
  return (await coda.database().read<{ person_id: string }>(sql, [platform, name])).rows[0]?.person_id ?? '';
};

const roleOf = async (two: TwoPlatforms, platform: string, name: string) => {
  const id = await personOf(two, platform, name);
  const { rows } = await two.coda.database().read<{ role: string }>('select role from persons where id = $1', [id]);
  return rows[0]?.role;
};

/** Gets a code on one platform and uses it on the other. */
async function join(from: Platform, to: Platform, one: string, other = one): Promise<string> {
  const code = codeIn(await from.says(one, '/link'));
  await to.says(other, `/link ${code}`);
  return to.presses(other, 'Yes, join us');
}

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
    const role = 'member';
    await coda.database().tx('test', (tx) => links.part(tx, identity, { person, role, roles: [] }, now));
    expect(await work.says('ana', '/notes')).not.toContain('mat');
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
      await go.promise;
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
    await coda.app.settled();
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

describe('a code', () => {
  test('works once, for ten minutes, and a newer one ends it', async () => {
    await using two = await playTwo(everybody);
    const { coda, chat, work } = two;
    const old = codeIn(await chat.says('ana', '/link'));
    const code = codeIn(await chat.says('ana', '/link'));
    expect(await work.says('ana', `/link ${old}`)).toContain('I know no such code');
    await coda.passes({ minutes: 11 });
    expect(await work.says('ana', `/link ${code}`)).toContain('I know no such code');
    const fresh = codeIn(await chat.says('ana', '/link'));
    expect(await work.says('ana', `/link ${fresh}`)).toContain('If that is you');
    expect(await work.says('bob', `/link ${fresh}`)).toContain('If that is you');
    await work.presses('ana', 'Yes, join us');
    expect(await work.presses('bob', 'Yes, join us')).toContain('I know no such code');
    expect(await personOf(two, 'work', 'bob')).not.toBe(await personOf(two, 'chat', 'ana'));
  });

  test('that is shown too long ago joins nobody, however long one looked at the question', async () => {
    await using two = await playTwo(everybody);
    const { coda, chat, work } = two;
    const code = codeIn(await chat.says('ana', '/link'));
    await work.says('ana', `/link ${code}`);
    await coda.passes({ minutes: 11 });
    expect(await work.presses('ana', 'Yes, join us')).toContain('I know no such code');
    expect(await personOf(two, 'work', 'ana')).not.toBe(await personOf(two, 'chat', 'ana'));
  });

  test('is nowhere in the table that keeps it, and goes when its person is forgotten', async () => {
    await using two = await playTwo(everybody);
    const { coda, chat } = two;
    const code = codeIn(await chat.says('ana', '/link'));
    const { rows } = await coda.database().read('select * from links');
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(code.replace('-', ''));
    expect(JSON.stringify(rows)).not.toContain(code);
    await chat.says('ana', '/forget');
    await chat.presses('ana', 'Yes, forget me');
    expect(await coda.count('links')).toBe(0);
  });

  test('cannot be guessed: after five wrong ones there is a pause', async () => {
    await using two = await playTwo(everybody);
    const { coda, chat, work } = two;
    const code = codeIn(await chat.says('ana', '/link'));
    for (let attempt = 0; attempt < 5; attempt++) {
      expect(await work.says('bob', `/link AAAAA-BBBB${attempt + 2}`)).toContain('I know no such code');
    }
    expect(await work.says('bob', `/link ${code}`)).toContain('too many wrong codes');
    // Others are not held up by that.
    expect(await work.says('ana', `/link ${code}`)).toContain('If that is you');
    await coda.passes({ minutes: 11 });
    expect(await work.says('bob', '/link AAAAA-BBBBB')).toContain('I know no such code');
  });

  test('of one’s own joins nobody', async () => {
    await using two = await playTwo(everybody);
    const { chat } = two;
    const code = codeIn(await chat.says('ana', '/link'));
    expect(await chat.says('ana', `/link ${code}`)).toContain('your own code');
  });

  test('is never shown where others read: it comes in the person’s own messages, or not at all', async () => {
    await using two = await playTwo(everybody);
    const { coda, chat, work } = two;
    expect(await chat.says('ana', '/link', { channel: 'room' })).toContain('Say `/link` to me in a direct message');
    expect(await coda.count('links')).toBe(0);
    await chat.says('ana', '/notes');
    await chat.says('ana', '/link', { channel: 'room' });
    expect(chat.fake.in('room').join()).not.toMatch(/\/link [A-Z0-9]{5}-/);
    const code = codeIn(chat.seen('dm-ana').at(-1)?.text ?? '');
    expect(await work.says('ana', `/link ${code}`)).toContain('If that is you');
  });

  test('that was typed where others read is worth nothing', async () => {
    await using two = await playTwo(everybody);
    const { chat, work } = two;
    const code = codeIn(await chat.says('ana', '/link'));
    expect(await work.says('ana', `/link ${code}`, { channel: 'room' })).toContain('worthless');
    expect(await work.says('bob', `/link ${code}`)).toContain('I know no such code');
  });
});

describe('rights', () => {
  test('of the owner come with a code that the owner gave out', async () => {
    await using two = await playTwo(everybody);
    const { chat, work } = two;
    await work.says('olga', '/notes');
    expect(await roleOf(two, 'work', 'olga')).toBe('member');
    expect(await chat.says('olga', '/link')).toContain('with your rights as my owner');
    expect(await join(chat, work, 'olga')).toContain('you are olga to me');
    expect(await work.says('olga', '/doctor')).toContain('storage');
    // They go with it, at once.
    await work.says('olga', '/link off');
    expect(await roleOf(two, 'work', 'olga')).toBe('member');
    expect(await roleOf(two, 'chat', 'olga')).toBe('owner');
  });

  test('cannot be had by talking an owner into entering a code', async () => {
    await using two = await playTwo(everybody);
    const { chat, work } = two;
    const code = codeIn(await work.says('bob', '/link'));
    expect(await chat.says('olga', `/link ${code}`)).toContain('the other way round');
    expect(await personOf(two, 'chat', 'olga')).not.toBe(await personOf(two, 'work', 'bob'));
  });

  test('are the same whichever of their names somebody uses, also after a restart', async () => {
    await using two = await playTwo(everybody);
    const { coda, chat, work } = two;
    await join(chat, work, 'olga');
    const version = async () =>
      (
        await coda
          .database()
          .read('select version, role from persons where erased_at is null and id = $1', [
            await personOf(two, 'chat', 'olga'),
          ])
      ).rows[0];
    const before = await version();
    for (const _ of [1, 2]) {
      await coda.restart();
      expect(await work.says('olga', '/doctor')).toContain('storage');
      expect(await chat.says('olga', '/doctor')).toContain('storage');
    }
    expect(await version()).toEqual(before);
  });

  test('end with the configuration, for a name that it does not let in any more', async () => {
    await using two = await playTwo(everybody);
    const { coda, chat, work } = two;
    await join(chat, work, 'olga');
    await coda.app.stop();
    const { config } = coda;
    Object.assign(coda, { config: { ...config, access: { ...config.access, owners: ['chat:olga'], members: [] } } });
    await coda.start();
    expect(await work.says('olga', '/doctor')).toContain('whom my owner has let in');
    expect(await work.says('olga', '/doctor')).toBe('');
    expect(await chat.says('olga', '/doctor')).toContain('storage');
    // Nobody is owner by a name that was one only once.
    await coda.app.stop();
    Object.assign(coda, { config: { ...config, access: { ...config.access, owners: [], members: ['work:olga'] } } });
    await coda.start();
    expect(await work.says('olga', '/doctor')).toContain('my owner alone');
  });
});

describe('afterwards', () => {
  test('“off” makes a name somebody by themselves again; what there was stays with the other', async () => {
    await using two = await playTwo(everybody);
    const { chat, work } = two;
    expect(await work.says('ana', '/link off')).toContain('I know you here only');
    await work.says('ana', '/note the safe is in the cellar');
    await join(chat, work, 'ana');
    expect(await chat.says('ana', '/link')).toContain('ana on chat and ana on work');
    expect(await work.says('ana', '/link off')).toContain('stays with ana on chat');
    expect(await work.says('ana', '/notes')).not.toContain('cellar');
    expect(await chat.says('ana', '/notes')).toContain('cellar');
    expect(await roleOf(two, 'work', 'ana')).toBe('member');
  });

  test('what waited for a yes is over, and has to be asked for again', async () => {
    const sent: string[] = [];
    const tool = outsideTool({
      name: 'letter_send',
      description: 'Sends a letter.',
      effect: 'external',
      input: z.object({ text: z.string() }),
      async run(input) {
        sent.push(input.text);
        return done('sent');
      },
    });
    const model = new ScriptedModel([{ call: 'letter_send', input: { text: 'hello' } }], (request) => [
      `told: ${request.messages.at(-1)?.text}`,
    ]);
    const skills = [{ name: 'letters', tools: () => [tool] }];
    await using two = await playTwo({ model, skills, ...everybody });
    const { coda, chat, work } = two;
    await work.says('ana', 'write to Carl');
    await join(chat, work, 'ana');
    await coda.passes({ minutes: 1 });
    expect(work.seen('dm-ana').at(-1)?.text).toContain('did not answer in time');
    expect(sent).toEqual([]);
  });
});
