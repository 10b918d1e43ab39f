import { describe, expect, test } from 'vitest';
import { builtInSkills, tablesOf } from '../../src/app/skills.ts';
import { applyRule } from '../../src/jobs/index.ts';
import { adoptLocale, strangerRule } from '../../src/people/index.ts';
import { onlyUsed } from '../../src/storage/index.ts';
import { testDatabases } from '../support/database.ts';
import { rowsRead } from '../support/plans.ts';
import { playTwo, type TwoPlatforms } from './platforms.ts';

const rule = strangerRule(tablesOf(builtInSkills.map((skill) => ({ skill }))));
const rules = { owners: ['chat:olga'], members: ['chat:ana'] };

/** The code in a notice. */
const codeIn = (text: string) => /`\/pair ([A-Z0-9]{5}-[A-Z0-9]{5})`/.exec(text)?.[1] ?? '';

const rowsOf = async ({ coda }: TwoPlatforms, sql: string) => (await coda.database().read(sql)).rows;

describe.each(testDatabases)('a stranger on $name', ({ name: engine, available }) => {
  test.skipIf(!available)('gets one notice with a code, by which an owner lets them in', async () => {
    await using two = await playTwo({ engine, ...rules });
    const { coda, chat, work } = two;
    const notice = await chat.says('sam', 'hello');
    const code = codeIn(notice);
    expect(notice).toContain('`chat:sam`');
    expect(code).not.toBe('');
    for (const _ of [1, 2, 3]) expect(await chat.says('sam', '/notes')).toBe('');
    const kept = JSON.stringify(await rowsOf(two, 'select * from pairings'));
    expect(kept).not.toContain(code);
    expect(kept).not.toContain(code.replace('-', ''));
    // Only owners, and only with the right code.
    expect(await chat.says('ana', `/pair ${code}`)).toContain('my owner alone');
    expect(await chat.says('olga', '/pair AAAAA-BBBBB')).toContain('no such code');
    expect(await chat.says('olga', `/pair ${code.toLowerCase().replace('-', ' ')}`)).toContain(
      'sam is let in as member',
    );
    expect(chat.seen('dm-sam').at(-1)?.text).toContain('You have been let in');
    expect(await chat.says('sam', '/note mine')).toContain('mine');
    expect(await chat.says('olga', `/pair ${code}`)).toContain('no such code');
    // The configuration is not the only source, also after a restart; nor for another account.
    await coda.restart();
    expect(await chat.says('sam', '/notes')).toContain('mine');
    expect(await work.says('sam', '/notes')).toContain('whom my owner has let in');
    const people = await coda.app.people.list();
    expect(people.find(({ name }) => name === 'sam')).toMatchObject({ role: 'member', granted: ['member'] });
    expect(await coda.app.people.revoke('chat:sam')).toBe('sam');
    expect(await chat.says('sam', '/notes')).toContain('whom my owner has let in');
    await expect(coda.app.people.revoke('chat:ana')).rejects.toThrow('comes from the configuration');
    const log = await rowsOf(two, `select action from audit_log where action like 'person.%' order by seq`);
    expect(log).toEqual([{ action: 'person.admit' }, { action: 'person.revoke' }]);
  });

  test.skipIf(!available)('is pruned with all that was kept of them, and others are not', async () => {
    await using two = await playTwo({ engine, ...rules });
    const { coda, chat } = two;
    await chat.says('sam', 'hello');
    await chat.says('tom', 'hello', { channel: 'room' });
    await chat.says('olga', '/notes');
    const code = codeIn(await chat.says('uma', 'hello'));
    await chat.says('olga', `/pair ${code}`);
    await coda.sleepsFor({ days: 40 });
    await coda.app.whenSettled();
    await prune(two);
    expect(await known(two)).toEqual(['olga', 'uma']);
    expect(await rowsOf(two, 'select distinct name from persons where erased_at is not null')).toEqual([{ name: '' }]);
    expect(await coda.count('pairings')).toBe(0);
    expect(await coda.count('identities')).toBe(2);
    // Who comes again is somebody new.
    expect(codeIn(await chat.says('sam', 'hello'))).not.toBe('');
  });

  test.skipIf(!available)('a piece of many reads what it takes, however much has been said', async () => {
    await using two = await playTwo({ engine, ...rules });
    const { coda, chat } = two;
    await chat.says('olga', '/notes');
    const database = coda.database();
    const at = new Date(coda.world.clock.now().getTime() - 60 * 86_400_000);
    const plant = (sql: string) => database.run('test.plant', sql, onlyUsed(sql, [at])[1]);
    await plant(`insert into persons (id, name, role, created_at)
      select md5('p' || n)::uuid, 's' || n, 'guest', $1::timestamptz from generate_series(1, 400) n`);
    await plant(`insert into identities (adapter, external_id, name, person_id, created_at)
      select 'chat', 's' || n, 's' || n, md5('p' || n)::uuid, $1::timestamptz from generate_series(1, 400) n`);
    await plant(`insert into pairings (person_id, adapter, external_id, expires_at, fresh, created_at)
      select md5('p' || n)::uuid, 'chat', 's' || n, $1::timestamptz, true, $1::timestamptz from generate_series(1, 400) n`);
    await plant(`insert into inbox (id, key, kind, adapter, conversation_id, person_id, message_id, payload, state, laned, sent_at,
        received_at, finished_at)
      select gen_random_uuid(), n::text, 'message', 'chat', c.id, p.id, n, '{}', 'done', true, $1::timestamptz, $1::timestamptz,
        $1::timestamptz
        from generate_series(1, 20000) n, conversations c, persons p where p.name = 'olga'`);
    // A server that knows a part of it only may read all of it.
    await database.run('test.plant', 'analyze');
    const read = await rowsRead(database, (db) => db.query(rule.sql, [coda.world.clock.now(), 100]));
    expect(read).toBeLessThan(4000);
    expect(await coda.count('pairings')).toBe(300);
  });
});

test('a stranger with something of their own is not pruned, and keeps nobody else from it', async () => {
  await using two = await playTwo(rules);
  const { coda, chat } = two;
  for (const name of ['sam', 'tom', 'uma']) await chat.says(name, 'hello');
  const token = { name: 'ci', person: 'chat:tom', scopes: ['notify'], days: undefined };
  await coda.app.tokens.add(token);
  await coda.database().run(
    'test',
    `insert into hooks (id, person_id, kind, form, template, created_at)
     select 'h', id, 'note', 'coda', '{}', created_at from persons where name = 'uma'`,
  );
  await coda.sleepsFor({ days: 40 });
  await coda.app.whenSettled();
  await prune(two);
  expect(await known(two)).toEqual(['tom', 'uma']);
});

/** Names of those of whom anything is known. */
async function known(two: TwoPlatforms): Promise<unknown[]> {
  const rows = await rowsOf(two, 'select name from persons where erased_at is null order by name');
  return rows.map((row) => (row as { name: string }).name);
}

/** As the nightly task does it. */
async function prune({ coda }: TwoPlatforms): Promise<void> {
  const before = new Date(coda.world.clock.now().getTime() - 30 * 86_400_000);
  const { signal } = new AbortController();
  await applyRule(coda.database(), rule, before, signal);
}

test('an owner is told of a stranger in their direct chat, with a button that lets them in', async () => {
  await using two = await playTwo(rules);
  const { chat } = two;
  await chat.says('olga', '/notes');
  await chat.says('sam', 'hello', { channel: 'room' });
  const told = chat.seen('dm-olga').at(-1);
  expect(told?.text).toContain('**sam** (`chat:sam`)');
  expect(told?.buttons.map(({ label }) => label)).toEqual(['Let them in']);
  expect(await chat.presses('olga', 'Let them in')).toContain('sam is let in as member');
  expect(await chat.says('sam', '/notes')).not.toBe('');
});

test('a role of the configuration comes with a code, and on the command line also an owner’s', async () => {
  const config = { 'access.roles': { admin: ['admin:read'] } };
  await using two = await playTwo({ ...rules, config });
  const { coda, chat } = two;
  const code = codeIn(await chat.says('sam', 'hello'));
  expect(await chat.says('olga', `/pair ${code} owner`)).toContain('no role `owner`');
  expect(await chat.says('olga', `/pair ${code} admin`)).toContain('let in as admin');
  expect(await rowsOf(two, `select role, roles from persons where name = 'sam'`)).toEqual([
    { role: 'member', roles: ['admin'] },
  ]);
  const other = codeIn(await chat.says('tom', 'hello'));
  await expect(coda.app.people.pair(other, 'king')).rejects.toThrow('no role king');
  expect(await coda.app.people.pair(other, 'owner')).toBe('tom');
  expect(await chat.says('tom', '/doctor all')).toContain('storage');
});

test('five wrong codes, or a day, and a code is worthless; the day after there is another', async () => {
  await using two = await playTwo(rules);
  const { coda, chat } = two;
  const code = codeIn(await chat.says('sam', 'hello'));
  for (let miss = 2; miss < 7; miss++) await chat.says('olga', `/pair AAAAA-BBBB${miss}`);
  expect(await chat.says('olga', `/pair ${code}`)).toContain('no such code');
  expect(await chat.says('sam', 'hello?')).toBe('');
  await coda.passes({ hours: 25 });
  const second = codeIn(await chat.says('sam', 'hello?'));
  expect(second).not.toBe('');
  await coda.passes({ hours: 25 });
  expect(await chat.says('olga', `/pair ${second}`)).toContain('no such code');
});

test('with access.unknown: ignore nothing is said to strangers, and nothing kept of them', async () => {
  await using two = await playTwo({ ...rules, config: { 'access.unknown': 'ignore' } });
  const { coda, chat } = two;
  expect(await chat.says('sam', 'hello')).toBe('');
  for (const table of ['persons', 'identities', 'inbox', 'conversations'])
    expect(await coda.count(table), table).toBe(0);
  expect(await chat.says('ana', '/notes')).not.toBe('');
});

test('members are heard in direct messages and in access.channels, owners everywhere', async () => {
  await using two = await playTwo({ ...rules, config: { 'access.channels': ['chat:hall'] } });
  const { chat } = two;
  expect(await chat.says('ana', '/notes', { channel: 'room' })).toBe('');
  expect(await chat.says('ana', '/notes', { channel: 'hall' })).not.toBe('');
  expect(await chat.says('ana', '/notes')).not.toBe('');
  expect(await chat.says('olga', '/notes', { channel: 'room' })).not.toBe('');
});

test('a guest may do what guests are granted, and nothing otherwise', async () => {
  const config = { 'access.roles': { guest: ['notes/*', 'coda/help'] } };
  await using two = await playTwo({ ...rules, config });
  const { chat } = two;
  expect(await chat.says('sam', '/note the wine is in the cellar')).toContain('cellar');
  const help = await chat.says('sam', '/help all');
  expect(help).toContain('/note');
  expect(help).not.toMatch(/\/remind|\/link|\/pair/);
  expect(await chat.says('sam', '/remind tomorrow at 9 call')).toContain('You may not use `/remind`');
  expect(await chat.says('sam', 'remind me tomorrow at 9 to call')).toContain('not allowed');
});

test('a guest who is heard by now is no stranger, and stays', async () => {
  await using two = await playTwo({ ...rules, config: { 'access.roles': { guest: ['notes/*'] } } });
  const { coda, chat } = two;
  expect(await chat.says('sam', '/notes')).not.toBe('');
  // As they were before the policy let guests use anything.
  await coda.database().run(
    'test',
    `insert into pairings (person_id, adapter, external_id, expires_at, fresh, created_at)
     select id, 'chat', 'sam', created_at + interval '7 days', true, created_at from persons where name = 'sam'`,
  );
  await coda.restart();
  expect(await chat.says('sam', '/notes')).not.toBe('');
  await coda.sleepsFor({ days: 40 });
  await coda.app.whenSettled();
  await prune(two);
  expect(await known(two)).toEqual(['sam']);
});

test('a stranger of whom a platform tells the language is pruned, too', async () => {
  await using two = await playTwo(rules);
  const { coda, chat } = two;
  expect(codeIn(await chat.says('sam', 'hello'))).not.toBe('');
  // As an interaction does, whose answer the platform waits for.
  await coda.database().tx('test', (tx) => adoptLocale(tx, { adapter: 'chat', externalId: 'sam', locale: 'de' }));
  await coda.sleepsFor({ days: 40 });
  await coda.app.whenSettled();
  await prune(two);
  expect(await known(two)).toEqual([]);
});

test('many strangers at once: one notice each, and so many rows', async () => {
  await using two = await playTwo(rules);
  const { coda, chat } = two;
  await chat.says('olga', '/notes');
  const before = chat.fake.messages.length;
  const strangers = 100;
  const from = (n: number) => `s${n}`;
  for (let round = 0; round < 5; round++) {
    const all = Array.from({ length: strangers }, (_, n) => chat.hear(from(n), 'let me in'));
    await Promise.all((await Promise.all(all)).map(({ settled }) => settled));
    await coda.app.whenSettled();
  }
  const said = chat.fake.messages.slice(before).map(({ channel }) => channel);
  expect(said.filter((channel) => channel !== 'dm-olga')).toHaveLength(strangers);
  expect(new Set(said).size).toBe(strangers + 1);
  // Owners are not flooded.
  expect(said.filter((channel) => channel === 'dm-olga')).toHaveLength(5);
  for (const table of ['persons', 'identities', 'conversations', 'pairings']) {
    expect(await coda.count(table), table).toBeLessThanOrEqual(strangers + 2);
  }
  expect(await coda.count('inbox')).toBeLessThanOrEqual(2 * strangers + 1);
  expect(await coda.count('outbox')).toBeLessThanOrEqual(strangers + 10);
});
