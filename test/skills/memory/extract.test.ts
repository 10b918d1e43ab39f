import { expect, test } from 'vitest';
import { Programs } from '../../adapters/http/support.ts';
import { eventually } from '../../support/eventually.ts';
import { modelServer } from '../../support/model-server/suite.ts';
import { modelConfig } from '../../support/models.ts';
import { type Play, play } from '../../support/play.ts';

const server = await modelServer();
const proposing = (...memories: Record<string, unknown>[]) => ({
  when: { model: 'small' },
  text: JSON.stringify({ memories }),
});
const begin = (memory: Record<string, unknown> = {}) => play({ config: { ...modelConfig(server), ...memory } });
const asked = () => server.requests.filter(({ body }) => body.model === 'small').length;
const texts = async (coda: Play) =>
  (
    await coda
      .database()
      .read<{ text: string; state: string }>('select text, state from memories order by created_at, text')
  ).rows;

test('a conversation that rests is looked through once, and what is no longer so gives way', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  const before = asked();
  await ana.says('I live in Berlin with my dog');
  await coda.passes({ minutes: 5 });
  expect(asked()).toBe(before);
  server.play(
    proposing({ text: 'ana lives in Berlin', type: 'fact', from: 1 }, { text: 'ana lives in Berlin.', from: 1 }),
  );
  await coda.passes({ minutes: 10 });
  expect(asked()).toBe(before + 1);
  expect(await texts(coda)).toEqual([{ text: 'ana lives in Berlin', state: 'current' }]);
  expect(await ana.says('/memory')).toMatch(/ana lives in Berlin — 20 November 2026, from what ana said/);

  await ana.says('I moved to Lisbon last week');
  server.play(proposing({ text: 'ana moved to Lisbon', type: 'fact', from: 1 }, { text: 'made up', from: 9 }));
  await coda.passes({ minutes: 20 });
  expect(await texts(coda)).toEqual([
    { text: 'ana lives in Berlin', state: 'past' },
    { text: 'ana moved to Lisbon', state: 'current' },
  ]);
  await coda.passes({ days: 1 });
  expect(asked()).toBe(before + 2);
});

test('with ask each waits for a yes, and "don’t remember that" is respected at once', async () => {
  await using coda = await begin({ 'memory.auto': 'ask' });
  const ana = coda.person('ana');
  await ana.says('I love olives');
  server.play(proposing({ text: 'ana loves olives', type: 'preference', from: 1 }));
  await coda.passes({ minutes: 15 });
  const id = /`(\w+)` ana loves olives/.exec(await ana.says('/memory'))?.[1];
  expect(await ana.presses(`Keep ${id}`)).toContain('Kept');
  expect(await texts(coda)).toEqual([{ text: 'ana loves olives', state: 'current' }]);

  const before = asked();
  await ana.says('I hate my boss');
  server.play({ when: { model: 'main' }, calls: [{ name: 'memory_ignore', input: {} }] });
  await ana.says("don't remember that");
  await coda.passes({ minutes: 15 });
  expect((await texts(coda)).map(({ text }) => text).join()).not.toContain('boss');
  expect(asked()).toBe(before);
});

test('what is no longer so gives way when a yes is said to what was proposed', async () => {
  await using coda = await begin({ 'memory.auto': 'ask' });
  const ana = coda.person('ana');
  server.play({ when: { model: 'main' }, calls: [{ name: 'memory_save', input: { text: 'I live in Berlin' } }] });
  await ana.says('remember where I live: Berlin');
  await coda.passes({ minutes: 15 });
  await ana.says('I moved to Lisbon last week');
  server.play(proposing({ text: 'ana moved to Lisbon', type: 'fact', from: 1 }));
  await coda.passes({ minutes: 15 });
  const id = /`(\w+)` ana moved to Lisbon/.exec(await ana.says('/memory'))?.[1];
  expect(await ana.presses(`Keep ${id}`)).toContain('Kept');
  expect(await texts(coda)).toEqual([
    { text: 'I live in Berlin', state: 'past' },
    { text: 'ana moved to Lisbon', state: 'current' },
  ]);
});

test('where it is off for all, who chooses "on" has it at once, and nothing of what was said before', async () => {
  await using coda = await begin({ 'memory.auto': 'off' });
  const [ana, bob] = [coda.person('ana'), coda.person('bob')];
  const before = asked();
  expect(await ana.says('/memory auto')).toContain('only what you tell me to');
  for (const one of [ana, bob]) await one.says('I live in Berlin');
  expect(await ana.says('/memory auto on')).toContain('I look through what you say');
  for (const one of [ana, bob]) await one.says('I have a dog');
  server.play(proposing({ text: 'ana has a dog', type: 'fact', from: 1 }));
  await coda.passes({ minutes: 15 });
  expect(asked()).toBe(before + 1);
  const shown = server.requests.findLast(({ body }) => body.model === 'small')?.text ?? '';
  expect(shown).toContain('I have a dog');
  expect(shown).not.toContain('Berlin');
  expect(await texts(coda)).toEqual([{ text: 'ana has a dog', state: 'current' }]);
});

test('"don’t remember that" takes back what was just kept, and what that took the place of holds again', async () => {
  await using coda = await begin({ 'memory.auto': 'off' });
  const ana = coda.person('ana');
  const keeps = async (text: string) => {
    server.play({ when: { model: 'main' }, calls: [{ name: 'memory_save', input: { text } }] });
    await ana.says(text);
    await coda.passes({ minutes: 1 });
  };
  await keeps('I like tea');
  await keeps('I live in Berlin');
  await keeps('I live in Lisbon');
  server.play({ when: { model: 'main' }, calls: [{ name: 'memory_ignore', input: {} }] });
  await ana.says("don't remember that");
  expect(await texts(coda)).toEqual([
    { text: 'I like tea', state: 'current' },
    { text: 'I live in Berlin', state: 'current' },
    { text: 'I live in Lisbon', state: 'deleted' },
  ]);
});

test('a memory names the message that it comes from, when that was said and by whom', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  server.play({ when: { model: 'main' }, calls: [{ name: 'memory_save', input: { text: 'ana likes tea' } }] });
  await ana.says('I like tea');
  await coda.passes({ minutes: 2 });
  await ana.says('I live in Rome');
  server.play(proposing({ text: 'ana lives in Rome', type: 'fact', from: 3 }));
  await coda.passes({ minutes: 15 });
  const { rows } = await coda.database().read<Record<string, unknown>>(
    `select m.text, m.said_by as by, i.payload ->> 'text' as said, m.said_at - i.received_at as after
       from memories m left join inbox i on i.key = m.message_key order by m.text`,
  );
  expect(rows).toMatchObject([
    { text: 'ana likes tea', by: 'ana', said: 'I like tea' },
    { text: 'ana lives in Rome', by: 'ana', said: 'I live in Rome' },
  ]);
});

test('of a message of 1 MB what fits is looked through, and it is answered', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  server.play({ when: { model: 'main' }, text: 'That is long.' });
  expect(await ana.says(`I live in Rome. ${'lorem ipsum '.repeat(90_000)}`)).toContain('That is long.');
  server.play(proposing({ text: 'ana lives in Rome', type: 'fact', from: 1 }));
  await coda.passes({ minutes: 15 });
  expect(server.requests.findLast(({ body }) => body.model === 'small')?.text.length).toBeLessThan(10_000);
  expect(await texts(coda)).toEqual([{ text: 'ana lives in Rome', state: 'current' }]);
});

test('what the person’s budget does not cover is looked through when there is more', async () => {
  const budgets = { person: { day: 20, month: 200 } };
  await using coda = await play({ config: modelConfig(server, { budgets }) });
  const ana = coda.person('ana');
  const before = asked();
  server.play({ when: { model: 'main' }, text: 'Nice.', usage: { input: 7_000_000, output: 0 } });
  await ana.says('I live in Rome');
  await coda.passes({ minutes: 15 });
  expect(asked()).toBe(before);
  server.play(proposing({ text: 'ana lives in Rome', type: 'fact', from: 1 }));
  await coda.passes({ days: 1 });
  expect(await texts(coda)).toEqual([{ text: 'ana lives in Rome', state: 'current' }]);
});

test('what untrusted text went into becomes no memory, nor what is said where that is off; the cost is the person’s', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  const before = asked();
  await ana.says('a page told me that I live on Mars');
  await coda.database().run('test.taint', 'update messages set tainted = true');
  await coda.passes({ minutes: 15 });
  expect(asked()).toBe(before);

  await ana.says('I live in Rome');
  server.play(proposing({ text: 'ana lives in Rome', type: 'fact', from: 1 }));
  await coda.passes({ minutes: 15 });
  expect(asked()).toBe(before + 1);
  expect(server.requests.find(({ body, text }) => body.model === 'small' && text.includes('Rome'))?.text).not.toContain(
    'Mars',
  );
  expect((await texts(coda)).map(({ text }) => text)).toEqual(['ana lives in Rome']);
  const { rows } = await coda
    .database()
    .read<{ name: string }>(
      `select p.name from usage u left join persons p on p.id = u.person_id where u.model like '%small%'`,
    );
  expect(rows).toEqual([{ name: 'ana' }]);

  await ana.says('/memory auto off');
  await ana.says('I love rain');
  await coda.passes({ minutes: 15 });
  expect(asked()).toBe(before + 1);
});

/** A way in which something is told and then forgotten, by words or by its button. */
interface Forgetting {
  way: string;
  says: readonly string[];
  forgets: (ana: ReturnType<Play['person']>, id: string) => Promise<unknown>;
  call?: Record<string, unknown>;
}

const WAYS: readonly Forgetting[] = [
  {
    way: 'a note, by name',
    says: ['/note I hate olives since my holiday', 'my day was fine and I hate olives'],
    forgets: (ana) => ana.says('/notes olives').then(() => ana.presses('Delete')),
  },
  {
    way: 'a note, whose fact stands in a long message as well',
    says: ['/note I hate olives', 'my sister moved to Graz last week with both children, and by the way I hate olives'],
    forgets: (ana) => ana.says('/notes olives').then(() => ana.presses('Delete')),
  },
  {
    way: 'a note, by Undo',
    says: ['I hate olives, I thought in my garden', '/note I hate olives'],
    forgets: (ana) => ana.presses('Undo'),
  },
  {
    way: 'all notes',
    says: ['/note I hate olives', 'what I hate is olives'],
    forgets: (ana) => ana.says('/notes').then(() => ana.presses('Delete')),
  },
  {
    way: 'a reminder',
    says: [
      '/remind me to tell my boss that I hate olives tomorrow at 9:00',
      'I told my boss tomorrow that I hate olives',
    ],
    forgets: (ana) => ana.presses('Undo'),
  },
  {
    way: 'a task',
    says: ['/task olives that I hate: give my olives away', 'I hate olives, so I give my olives away'],
    forgets: (ana) => ana.says('/tasks olives').then(() => ana.presses('Cancel task')),
  },
];

test.each(WAYS)('what was told and forgotten is not remembered when the conversation rests: $way', async (way) => {
  await using coda = await begin();
  const ana = coda.person('ana');
  for (const words of way.says) await ana.says(words);
  await way.forgets(ana, '');
  server.play(proposing({ text: 'ana hates olives', type: 'preference', from: 1 }));
  await coda.passes({ minutes: 20 });
  expect((await texts(coda)).filter(({ state }) => state !== 'deleted')).toEqual([]);
});

test('what was to be done and is deleted takes no message along that only holds its words', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  await ana.says('I call my mum each Sunday since she moved to Graz with both dogs');
  // No longer the message just before it, which may have been what made it.
  await coda.passes({ minutes: 11 });
  await ana.says('/remind tomorrow at 9 call mum');
  await ana.presses('Undo');
  const { rows } = await coda
    .database()
    .read(`select from messages join forgotten_turns f on f.id = turn_id where content ->> 'text' like '%Graz%'`);
  expect(rows).toEqual([]);
});

test('a memory that was forgotten or undone does not come back, nor what it took the place of', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  server.play({ when: { model: 'main' }, calls: [{ name: 'memory_save', input: { text: 'ana lives in Berlin' } }] });
  await ana.says('I live in Berlin');
  server.play({ when: { model: 'main' }, calls: [{ name: 'memory_save', input: { text: 'ana hates olives' } }] });
  await ana.says('I hate olives');
  await ana.presses('Undo');
  const id = /`(\w+)` ana lives in Berlin/.exec(await ana.says('/memory'))?.[1];
  await ana.presses(`Forget ${id}`);
  await ana.says('I have a dog');
  server.play(
    proposing(
      { text: 'ana lives in Berlin', type: 'fact', from: 1 },
      { text: 'ana hates olives', type: 'preference', from: 1 },
      { text: 'ana has a dog', type: 'fact', from: 1 },
    ),
  );
  await coda.passes({ minutes: 20 });
  expect((await texts(coda)).filter(({ state }) => state !== 'deleted')).toEqual([
    { text: 'ana has a dog', state: 'current' },
  ]);
  // Nor is it found in what was said.
  const { rows } = await coda.database().read<{ count: number }>('select count(*) as count from forgotten_turns');
  expect(rows[0]?.count).toBeGreaterThan(1);
});

test.each([
  'Ich wohne in Berlin',
  'J’habite à Lyon avec ma fille',
  'Vivo en Madrid desde hace años',
  'Moro em Lisboa com minha filha',
  'Abito a Roma con mio figlio',
  'Ik woon in Utrecht',
  'Я живу в Киеве',
  '私は東京に住んでいます',
])('what is told in another language is looked through as well: %s', async (words) => {
  await using coda = await begin();
  const before = asked();
  await coda.person('ana').says(words);
  server.play(proposing({ text: 'ana lives there', type: 'fact', from: 1 }));
  await coda.passes({ minutes: 20 });
  expect(asked()).toBe(before + 1);
  expect(await texts(coda)).toEqual([{ text: 'ana lives there', state: 'current' }]);
});

test('of an answer that was asked again, the version that is shown is looked through', async () => {
  await using programs = await Programs.begin({ config: modelConfig(server) });
  const owner = await programs.browser();
  const answer = (text: string) => server.play({ when: { model: 'main' }, text });
  answer('Which part of Berlin?');
  await owner.send('POST', '/v1/messages', { text: 'I live in Berlin with my dog', conversation: 'home' });
  const asked = async () =>
    (await owner.get<{ entries: { id: string; state?: string }[] }>('/v1/chats/home/entries')).entries[0];
  answer('A dog in Berlin, how nice.');
  await programs.coda.passes({ seconds: 1 });
  await owner.send('POST', '/v1/chats/home/again', { message: (await asked())?.id });
  await programs.coda.app.whenSettled();
  expect(await eventually(async () => (await asked())?.state === 'done')).toBe(true);
  server.play(proposing({ text: 'owner lives in Berlin', type: 'fact', from: 1 }));
  await programs.coda.passes({ minutes: 15 });
  const looked = server.requests
    .filter(({ text }) => text.includes('how nice') && text.includes('"small"'))
    .at(-1)?.text;
  expect(looked?.match(/I live in Berlin with my dog/g)).toHaveLength(1);
  expect(looked).not.toContain('Which part of Berlin');
  expect(await texts(programs.coda)).toEqual([{ text: 'owner lives in Berlin', state: 'current' }]);
});
