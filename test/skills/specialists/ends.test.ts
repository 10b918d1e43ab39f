import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modelServer } from '../../support/model-server/suite.ts';
import { modelConfig } from '../../support/models.ts';
import type { PlayedPerson } from '../../support/play.ts';
import { drawing } from '../drawing.ts';
import { call, Mind, spawn } from './mind.ts';
import { playWith } from './support.ts';

const server = await modelServer();
const mind = new Mind(server);
let coda: Awaited<ReturnType<typeof playWith>>;
let people = 0;

beforeAll(async () => {
  const tools = ['picture_draw', 'note_save', 'note_search'];
  coda = await playWith(
    { artist: { tools }, sketcher: { tools, config: 'max_tool_calls: 2\n' } },
    { config: modelConfig(server), skills: [drawing] },
  );
});
afterAll(() => coda[Symbol.asyncDispose]());

/** Somebody who has not spoken before. */
const somebody = (): PlayedPerson => coda.person(`zoe${++people}`);
const told = { text: 'Told.' };
const draws = (...names: string[]) => ({
  calls: names.map((name) => ({ name: 'picture_draw', input: { name } })),
});

test('files that a specialist makes reach the person with the answer, those of all who worked on it', async () => {
  mind.says({
    main: [spawn({ artist: 'A cat and a dog.' }), { text: 'Here they are.' }],
    artist: [draws('cat', 'dog'), { text: 'Drawn.' }],
  });
  const zoe = somebody();
  expect(await zoe.says('draw a cat and a dog')).toContain('Here they are.');
  expect(zoe.seen().flatMap(({ files }) => files.map(({ name }) => name))).toEqual(['cat.txt', 'dog.txt']);
});

test('its number of calls ends it: what comes after is not run, and the caller is told', async () => {
  mind.says({
    main: [spawn({ sketcher: 'Everything.' }), told],
    sketcher: [draws('cat'), draws('dog', 'cow'), draws('elk'), { text: 'Too much.' }],
  });
  const zoe = somebody();
  await zoe.says('draw everything');
  const names = zoe.seen().flatMap(({ files }) => files.map(({ name }) => name));
  expect(names).toEqual(['cat.txt', 'dog.txt']);
  expect(mind.of('main')[1]?.last).toContain('used more tools than it may');
});

describe('while one works, its person', () => {
  /** A specialist of hers is at work and has drawn something; its model is silent until it is released. */
  async function atWork() {
    const zoe = somebody();
    mind.says({
      main: [spawn({ artist: 'A narwhal.' }), { text: 'Here it is.' }],
      artist: [
        draws('narwhal'),
        { ...call('note_save', { text: `narwhal of ${zoe.name}` }), fault: 'held' },
        { text: 'Drawn.' },
      ],
    });
    const arrived = server.requests.length;
    const { settled } = await coda.hear(zoe.name, zoe.channel, 'draw a narwhal');
    await server.arrived(arrived + 3);
    return { zoe, settled };
  }

  test('may be forgotten: nothing is kept or said of what it did', async () => {
    const { zoe, settled } = await atWork();
    await (await coda.hear(zoe.name, zoe.channel, '/forget')).settled;
    const button = zoe
      .seen()
      .flatMap(({ buttons }) => buttons)
      .findLast(({ label }) => label === 'Yes, forget me');
    await (await coda.press(zoe.name, zoe.channel, button?.id ?? '')).settled;
    server.release();
    await settled;
    await coda.app.whenSettled();
    expect(zoe.heard('Here it is.')).toEqual([]);
    expect(zoe.seen().flatMap(({ files }) => files)).toEqual([]);
    expect(await coda.count(`notes where text = 'narwhal of ${zoe.name}'`)).toBe(0);
    expect(await coda.count(`persons where name = '${zoe.name}'`)).toBe(0);
    for (const table of ['turns', 'steps', 'messages', 'inbox', 'outbox']) {
      const { rows } = await coda.database().read(`select * from ${table}`);
      expect(JSON.stringify(rows), table).not.toMatch(new RegExp(`narwhal|${zoe.name}`));
    }
    // What grew on the platform is taken away; the lane is free for what comes.
    expect(zoe.seen().map(({ text }) => text.slice(0, 7))).toEqual(['I would', 'Done: I']);
    mind.says({ main: [{ text: 'Who are you?' }] });
    expect(await zoe.says('hello')).toBe('Who are you?');
  });
});
