import { expect, test } from 'vitest';
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
