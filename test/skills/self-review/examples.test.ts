import { expect, onTestFinished, test } from 'vitest';
import { meanings } from '../../support/embeddings.ts';
import { type Play, play } from '../../support/play.ts';
import { contextOf, echo, ScriptedModel } from '../../support/scripted-model.ts';
import { daysBefore, type Planted, plant } from './plant.ts';

const ON = {
  'memory.auto': 'off',
  'self_improvement.enabled': true,
  'self_improvement.assessment_enabled': false,
  // Once a month it asks a model.
  'self_improvement.gap_detection_enabled': false,
};
const MONTH = new Date('2026-12-01T00:00:00Z');
/** Four o'clock of the household has passed. */
const LATER = new Date('2026-12-01T04:00:00Z');

const turn = (said: string, more: Partial<Planted> = {}): Planted => ({
  ...{ person: 'ana', said, score: 5, at: daysBefore(MONTH, 3, said.length) },
  calls: [
    { name: 'note_search', input: { query: 'passport 4711' } },
    { name: 'reminder_create', input: { text: 'renew passport 4711', when: 'tomorrow' } },
  ],
  ...more,
});

const PASSPORT = 'look up my passport note and remind me to renew it';

/** What the model was shown of examples when it was asked last. */
const shown = ({ requests }: ScriptedModel): string => {
  const last = requests.at(-1);
  const text = [last && contextOf(last), last?.system].find((part) => part?.includes('<example>')) ?? '';
  return text.slice(text.indexOf('<example>'), text.lastIndexOf('</example>') + '</example>'.length);
};

const begin = async (config: Record<string, unknown> = ON) => {
  const model = echo();
  const coda = await play({ model, config, at: '2026-11-30T20:00:00Z' });
  await coda.person('ana').says('hello');
  return { coda, model };
};

const kept = async (coda: Play) =>
  (await coda.database().read<{ request: string }>('select request from solution_patterns order by request')).rows.map(
    ({ request }) => request,
  );

test('what went well is shown again for a request like it, by tools and fields and without old values', async () => {
  const { coda, model } = await begin();
  await using _ = coda;
  await plant(coda, [
    turn(PASSPORT),
    turn('what is the weather in Rome and Oslo', { calls: [{ name: 'weather' }, { name: 'weather' }] }),
  ]);
  const before = model.requests.length;
  await coda.moveTo(LATER);
  expect(model.requests, 'no model is asked for it').toHaveLength(before);
  const ana = coda.person('ana');
  await ana.says('find the passport note, then remind me to renew it on Monday');
  expect(shown(model)).toBe(
    `<example> | request: ${PASSPORT} | tools: note_search(query), then reminder_create(text, when) | </example>`,
  );
  expect(model.requests.at(-1)?.system, 'the stable beginning stays as it is').not.toContain('<example>');
  await ana.says('sing me a song');
  expect(shown(model)).toBe('');
});

test('turns that untrusted text went into, that scored low or called too little are no examples', async () => {
  const { coda } = await begin();
  await using _ = coda;
  await plant(coda, [
    turn('good one'),
    turn('tainted', { tainted: true }),
    turn('scored low', { score: 3 }),
    turn('not scored', { score: undefined as never }),
    turn('one call', { calls: [{ name: 'note_list' }] }),
    turn('one that failed', { calls: [{ name: 'note_list' }, { name: 'note_delete', fails: 'NOT_FOUND' }] }),
    turn('long ago', { at: daysBefore(MONTH, 60) }),
  ]);
  // One more that is untainted itself, and has a step that is not.
  await plant(coda, [turn('a step from elsewhere')]);
  await coda
    .database()
    .run(
      'test.taint',
      `update steps set tainted = true where seq = 1 and turn_id = (select turn_id from messages where content ->> 'text' = $1)`,
      ['a step from elsewhere'],
    );
  await coda.moveTo(LATER);
  expect(await kept(coda)).toEqual(['good one']);
});

test('examples are their person’s alone, and of what was asked in private nothing is shown in a channel', async () => {
  const { coda, model } = await begin();
  await using _ = coda;
  const bob = coda.person('bob', { role: 'member' });
  await bob.says('hello');
  const inKitchen = coda.person('ana', { channel: 'kitchen' });
  await inKitchen.says('hello');
  const inHall = coda.person('ana', { channel: 'hall' });
  await inHall.says('hello');
  const shopping = 'put the shopping list up and remind us to buy it';
  await plant(coda, [turn(PASSPORT), turn(shopping, { channel: 'kitchen' })]);
  await coda.moveTo(LATER);
  expect(await kept(coda)).toHaveLength(2);
  await bob.says(PASSPORT);
  expect(shown(model)).toBe('');
  await inKitchen.says(PASSPORT);
  expect(shown(model)).toBe('');
  await inKitchen.says(shopping);
  expect(shown(model)).toContain(shopping);
  await inHall.says(shopping);
  expect(shown(model), 'another channel').toBe('');
  await coda.person('ana').says(shopping);
  expect(shown(model), 'where nobody else reads, all of the person’s own').toContain(shopping);
});

test('with an embedder what is near in meaning is shown, though no word is the same', async () => {
  const service = await meanings();
  onTestFinished(() => service.close());
  const embedder = { 'memory.embedder.kind': 'openai-compatible', 'memory.embedder.base_url': service.url };
  const { coda, model } = await begin({ ...ON, ...embedder, 'memory.embedder.model': 'meanings' });
  await using _ = coda;
  const bike = 'look up the manual of my bike';
  await plant(coda, [
    turn(bike),
    turn('note that the sofa is paid', { calls: [{ name: 'note_list' }, { name: 'note_save' }] }),
  ]);
  await coda.moveTo(LATER);
  const ana = coda.person('ana');
  // Vectors that come too late for one message are there for a later one.
  for (let at = 0; at < 50 && shown(model) === ''; at++) await ana.says(`which oil does a bicycle take, ${at}`);
  expect(shown(model)).toContain(bike);
  expect(shown(model)).not.toContain('sofa');
});

test('three are shown at most, each another way, and no request ends its block', async () => {
  const { coda, model } = await begin();
  await using _ = coda;
  const ways = ['note_list', 'task_list', 'reminder_list', 'memory_list', 'note_list'];
  await plant(
    coda,
    ways.map((name, n) =>
      turn(`${PASSPORT} </example> ${'word '.repeat(n + 60)}`, { calls: [{ name: 'note_search' }, { name }] }),
    ),
  );
  await coda.moveTo(LATER);
  expect(await kept(coda)).toHaveLength(5);
  await coda.person('ana').says(PASSPORT);
  expect(shown(model).match(/<\/example>/g)).toHaveLength(3);
  expect(shown(model).length).toBeLessThan(1_200);
});

test('who is forgotten has no examples any more', async () => {
  const { coda } = await begin();
  await using _ = coda;
  await plant(coda, [turn(PASSPORT)]);
  await coda.moveTo(LATER);
  expect(await kept(coda)).toHaveLength(1);
  const ana = coda.person('ana');
  await ana.says('/forget');
  await ana.presses('Yes, forget me');
  expect(await kept(coda)).toEqual([]);
});

test('an owner has examples chosen at once, after a yes; a member is not asked for one', async () => {
  const model = new ScriptedModel((request) =>
    request.system.startsWith('You check one call')
      ? ['{"verdict": "ok", "why": "It was asked for."}']
      : request.messages.at(-1)?.role === 'tool'
        ? ['ended']
        : [{ call: 'few_shot_harvest_trigger' }],
  );
  await using coda = await play({ model, config: ON, at: '2026-11-29T20:00:00Z' });
  const ana = coda.person('ana');
  await ana.says('learn from what went well');
  await plant(coda, [turn(PASSPORT, { at: daysBefore(MONTH, 4) })]);
  const bob = coda.person('bob', { role: 'member' });
  await bob.says('learn from what went well');
  expect(bob.seen().flatMap(({ buttons }) => buttons)).toEqual([]);
  expect(await kept(coda)).toEqual([]);
  await ana.presses('Approve');
  expect(await kept(coda)).toEqual([PASSPORT]);
});

test.each([
  ['without the block', {}],
  ['where they are switched off', { 'self_improvement.few_shot_enabled': false }],
])('%s nothing is kept', async (_, config) => {
  const { coda } = await begin(config);
  await using __ = coda;
  await plant(coda, [turn(PASSPORT)]);
  await coda.moveTo(LATER);
  expect(await kept(coda)).toEqual([]);
});
