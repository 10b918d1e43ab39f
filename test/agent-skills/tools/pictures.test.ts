import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KEY, type Scene } from '../../support/model-server/index.ts';
import { modelServer } from '../../support/model-server/suite.ts';
import { modelConfig } from '../../support/models.ts';
import { Outside } from '../../support/outside.ts';
import { playWith, type SkillFiles } from '../conversation.ts';

const BASE64 = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PNG = Buffer.from(BASE64, 'base64');

const server = await modelServer({ refused: true });

const config = (api: 'anthropic' | 'openai', more: object = {}, model = 'main') =>
  modelConfig(server, {
    default: `it/${model}`,
    light: `it/${model}`,
    heavy: `it/${model}`,
    prices: {},
    providers: {
      it: {
        kind: api === 'anthropic' ? 'anthropic' : 'openai-compatible',
        base_url: server.baseUrl(api),
        api_key: KEY,
        ...more,
      },
    },
  });

const activate: Scene = { calls: [{ name: 'skill_activate', input: { name: 'maps' } }] };
const read = (...paths: string[]): Scene => ({
  calls: paths.map((path) => ({ name: 'skill_read_resource', input: { name: 'maps', path } })),
});
const maps = (files: SkillFiles['files'] = { 'assets/town.png': PNG }) => ({ maps: { files } });

/** What was said to the service before the last answer, without the marks of its cache. */
function said(index: number): unknown[] {
  const { messages } = server.requests[index]?.body ?? { messages: [] };
  return JSON.parse(JSON.stringify(messages, (key, value) => (key === 'cache_control' ? undefined : value)));
}

const times = (text: string | undefined) => (text ?? '').split(BASE64).length - 1;

describe.each(['anthropic', 'openai'] as const)('a picture of a skill, with %s', (api) => {
  test('is seen with the call that it came of, and stays as it was shown', async () => {
    server.play(activate, read('assets/town.png'), { calls: [{ name: 'skill_list' }] }, { text: 'A town.' });
    const { coda } = await playWith(maps(), { config: config(api) });
    expect(await coda.person('ana').says('show me the town')).toBe('A town.');
    expect(server.refused).toEqual([]);
    expect(server.requests.map(({ text }) => times(text))).toEqual([0, 0, 1, 1]);
    expect(server.requests[2]?.text).toContain('1 × 1 pixel');
    // The service caches what a request begins with.
    for (const index of [1, 2]) expect(said(index + 1).slice(0, said(index).length)).toEqual(said(index));
  });

  test('is kept by its name alone, and is there after a restart although the skill is gone', async () => {
    const outside = new Outside();
    server.play(activate, read('assets/town.png'), {
      calls: [{ name: 'letter_send', input: { to: 'bob' } }],
    });
    const { coda, folder } = await playWith(maps(), { config: config(api), skills: [outside.skill] });
    const ana = coda.person('ana');
    expect(await ana.says('send the town to bob')).toContain('Sends a letter: to ');
    const { rows } = await coda
      .database()
      .read<{ steps: string }>('select json_agg(payload)::text as steps from steps');
    expect(times(rows[0]?.steps)).toBe(0);
    expect(rows[0]?.steps).toContain('town.png');
    rmSync(join(folder, 'maps'), { recursive: true });
    await coda.restart();
    server.play({ text: 'Sent.' });
    await ana.presses('Approve');
    await coda.app.whenSettled();
    expect(ana.heard('Sent.')).toHaveLength(1);
    expect(times(server.requests.at(-1)?.text)).toBe(1);
    expect(server.refused).toEqual([]);
  });

  test('is told of where the model has no eyes', async () => {
    server.play(activate, read('assets/town.png'), { text: 'I cannot see it.' });
    const { coda } = await playWith(maps(), { config: config(api, { pictures: false }) });
    await coda.person('ana').says('show me the town');
    expect(times(server.requests[2]?.text)).toBe(0);
    expect(server.requests[2]?.text).toContain('town.png, came with this; you cannot see pictures');
    expect(server.refused).toEqual([]);
  });
});

test('no more pictures are shown than with a message, and the first ones stay', async () => {
  const paths = Array.from({ length: 9 }, (_, index) => `p${index}.png`);
  server.play(activate, read(...paths), { text: 'Many.' });
  const { coda } = await playWith(maps(Object.fromEntries(paths.map((path) => [path, PNG]))), {
    config: config('anthropic'),
  });
  await coda.person('ana').says('show me all');
  expect(times(server.requests[2]?.text)).toBe(8);
  expect(server.requests[2]?.text).toContain('[File: p8.png, image/png, 1 kB; you cannot see what is in it.]');
});

test('what only has the name of a picture is refused', async () => {
  server.play(activate, read('assets/town.png'), { text: 'No.' });
  const { coda } = await playWith(maps({ 'assets/town.png': 'MZ not a picture' }), { config: config('anthropic') });
  await coda.person('ana').says('show me the town');
  expect(server.requests[2]?.text).toContain('is not the picture that its name says it is');
});

test('a skill that runs on its own sees its pictures', async () => {
  server.play(
    { calls: [{ name: 'skill_delegate', input: { name: 'maps', task: 'look' } }] },
    read('assets/town.png'),
    { text: 'A town.' },
    { text: 'It saw a town.' },
  );
  const files = { 'assets/town.png': PNG };
  const { coda } = await playWith({ maps: { more: 'fork_agent: true\n', files } }, { config: config('anthropic') });
  expect(await coda.person('ana').says('look at the town')).toBe('It saw a town.');
  expect(server.requests.map(({ text }) => times(text))).toEqual([0, 0, 1, 0]);
  expect(server.refused).toEqual([]);
});

test('a model that lets nobody speak right after results is shown it even so', async () => {
  server.play(activate, read('assets/town.png'), { text: 'A town.' });
  const { coda } = await playWith(maps(), { config: config('openai', {}, 'mistral-small') });
  expect(await coda.person('ana').says('show me the town')).toBe('A town.');
  expect(times(server.requests[2]?.text)).toBe(1);
  expect(server.refused).toEqual([]);
});
