/** Calls of a model that slips as small ones do: what was meant happens, or a question is asked; nothing else does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { lazy } from '../../../src/base/async.ts';
import { packageRoot } from '../../../src/base/root.ts';
import { modelServer } from '../../support/model-server/suite.ts';
import { modelConfig } from '../../support/models.ts';
import { type Play, play } from '../../support/play.ts';

interface Slip {
  /** The slip: a wrong verb, the first tool that seems to fit, a missing argument, a flag; none where the call is right. */
  slip: 'verb' | 'former name' | 'first' | 'missing' | 'flag' | 'none';
  language: string;
  /** The person's message before, which the model answers in words. */
  before?: string;
  says: string;
  call: string;
  input: Record<string, unknown>;
  then: 'asks' | 'refuses' | 'acts';
  /** A button of the question. */
  button?: string;
  /** Words of the refusal. */
  why?: string;
  table?: string;
  row?: Record<string, unknown>;
  /** Words below the answer. */
  shows?: string;
}

const slips: readonly Slip[] = readFileSync(join(packageRoot(), 'test/agent/slips/slips.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

const TABLES = ['reminders', 'notes', 'tasks', 'person_schedules', 'memories', 'targets'];

const server = await modelServer();

/** A household with one of each thing; the reminder was made last. */
async function begin(): Promise<Play> {
  const models = modelConfig(server, { default: 'gpt/own', light: 'gpt/own', fallbacks: [] });
  const coda = await play({ config: { ...models, 'memory.auto': 'off' } });
  const ana = coda.person('ana');
  server.play({ calls: [{ name: 'memory_save', input: { text: 'likes tea' } }] }, { text: 'Yes.' });
  await ana.says('I like tea');
  await ana.says('/note parking is level 2');
  await ana.says('/task move house: pack; drive');
  await ana.says('/schedule every day at 8: tell me a poem');
  await ana.says('/remind tomorrow at 9 call Bo');
  return coda;
}

async function thingsOf(coda: Play): Promise<Record<string, Record<string, unknown>[]>> {
  const things: Record<string, Record<string, unknown>[]> = {};
  for (const table of TABLES) {
    const { rows } = await coda
      .database()
      .read<{ row: Record<string, unknown> }>(`select to_jsonb(t) as row from ${table} t order by id`);
    things[table] = rows.map(({ row }) => row);
  }
  return things;
}

/** The scene's message, and the call that the model makes of it: things before and after, and the call's result as it was told. */
async function meet(coda: Play, { before: earlier, says, call, input }: Slip) {
  const ana = coda.person('ana');
  if (earlier !== undefined) {
    server.play({ text: 'All right.' });
    await ana.says(earlier);
  }
  const before = await thingsOf(coda);
  server.play({ calls: [{ name: call, input }] }, { text: 'All right.' });
  const answer = await ana.says(says);
  return { before, after: await thingsOf(coda), answer, told: server.requests.at(-1)?.text ?? '' };
}

test('the scenes are of many languages, and each kind of slip is among them', () => {
  const wrong = slips.filter(({ slip }) => slip !== 'none');
  expect(wrong.length).toBeGreaterThanOrEqual(60);
  expect(new Set(slips.map(({ language }) => language)).size).toBeGreaterThanOrEqual(10);
  const tools = new Set(slips.map(({ call }) => call));
  for (const tool of ['reminder', 'note', 'task', 'schedule', 'memory']) expect(tools).toContain(`${tool}_change`);
});

const NAME = '$language, $slip: “$says” as $call $input: $then';

test.each(slips.filter(({ then }) => then === 'acts'))(NAME, async (scene) => {
  await using coda = await begin();
  const { before, after, answer } = await meet(coda, scene);
  const changed = TABLES.filter((table) => JSON.stringify(after[table]) !== JSON.stringify(before[table]));
  expect(changed).toEqual([scene.table]);
  expect(after[scene.table ?? '']).toContainEqual(expect.objectContaining(scene.row ?? {}));
  expect(answer).toContain(scene.shows ?? '');
});

describe('nothing is done', () => {
  // They change nothing: one household is enough for them, each in a conversation of its own.
  const household = lazy(begin);
  afterAll(async () => (await household())[Symbol.asyncDispose]());

  test.each(slips.filter(({ then }) => then !== 'acts'))(NAME, async (scene) => {
    const coda = await household();
    await coda.person('ana').says('/new');
    const { before, after, told, answer } = await meet(coda, scene);
    expect(after).toEqual(before);
    const buttons = (coda.person('ana').seen().at(-1)?.buttons ?? []).map(({ label }) => label);
    if (scene.then === 'refuses') return expect(told).toContain(scene.why);
    expect(buttons).toContain(scene.button);
    // The model only says “All right.”.
    expect(answer).toContain('nothing was done yet');
  });
});
