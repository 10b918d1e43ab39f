import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { smallHeaps } from '../../src/base/heap.ts';
import { type Fault, ModelServer, type Scene } from '../support/model-server/index.ts';
import { modelConfig } from '../support/models.ts';
import { play } from '../support/play.ts';

const TURNS = Number(process.env.CODA_SOAK_TURNS ?? 10_000);
const CONVERSATIONS = 200;
const AT_ONCE = 16;
const FAULT_RATE = 0.05;

const FAULTS: readonly (Fault | Scene)[] = [
  'rate_limited',
  'server_error',
  'overloaded',
  'overloaded_midway',
  'cut',
  'invalid_json',
  'invalid_utf8',
  'html',
  'megabyte',
  'never_ends',
  'no_such_model',
  'unauthorized',
  { text: '' },
  { text: 'Half of', stop: 'length' },
  { text: 'Here.', usage: 'missing' },
  { calls: [{ name: 'note_sav', input: {} }] },
  { calls: [{ name: 'note_save', raw: '{"text": "bro' }] },
  {
    calls: [
      { id: 'same', name: 'note_list', input: {} },
      { id: 'same', name: 'note_list', input: {} },
    ],
  },
];

test('ten thousand turns with every kind of fault: all are answered, and memory stays', async () => {
  smallHeaps();
  await using server = await ModelServer.start();
  server.recording = false;
  const random = numbers(20_261_120);
  let faults = 0;
  server.improvise = () => {
    if (random() >= FAULT_RATE) return { text: ['Here ', 'is ', 'an ', 'answer ', 'of ', 'usual ', 'length.'] };
    faults++;
    const fault = FAULTS[Math.floor(random() * FAULTS.length)] ?? 'cut';
    return typeof fault === 'string' ? { fault, retryAfter: 1, text: ['piece ', 'by ', 'piece'] } : fault;
  };
  // The clock stands still, so that a breaker that opens would never close.
  const plenty = { day: 1_000_000, month: 1_000_000 };
  const models = {
    fallbacks: ['gpt/other'],
    silence: '500ms',
    context_tokens: 16_000,
    breaker: { failures: 100 },
    budgets: { person: plenty, all: plenty },
  };
  await using coda = await play({ config: { ...modelConfig(server, models), 'delivery.concurrency': AT_ONCE } });
  let turn = 0;
  let silent = 0;
  let apologies = 0;
  let before = 0;
  const started = performance.now();
  const talk = async (mine: number) => {
    for (let round = 0; turn < TURNS; round++) {
      turn++;
      // Each asks in conversations of its own: a second question there would join the turn that answers the first.
      const own = Math.ceil((CONVERSATIONS - mine) / AT_ONCE);
      const channel = `dm-p${mine + (round % own) * AT_ONCE}`;
      const seen = coda.platform.messages.findLast((message) => message.channel === channel)?.id;
      await (await coda.hear(channel, channel, `question ${turn}`)).settled;
      const here = coda.platform.messages.filter((message) => message.channel === channel);
      const answers = here.slice(here.findIndex(({ id }) => id === seen) + 1);
      if (answers.length === 0) silent++;
      if (answers.some(({ text }) => /meanwhile|try again/.test(text))) apologies++;
      if (turn % 100 === 0) coda.world.points.length = 0;
      // What the platform keeps is not coda's.
      if (turn % 500 === 0) coda.platform.messages.splice(0, coda.platform.messages.length - 200);
      if (turn === 1_000) before = resident();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => talk(index)));
  await coda.app.whenSettled();
  const after = resident();
  const seconds = (performance.now() - started) / 1_000;
  // biome-ignore lint/suspicious/noConsole: a long form prints its figures
  console.error(
    `${TURNS} turns in ${seconds.toFixed(0)} s (${(TURNS / seconds).toFixed(0)}/s), ${faults} faults, ` +
      `${apologies} apologies, ${silent} unanswered; RSS after 1,000 turns ${before} MB, at the end ${after} MB`,
  );
  expect(server.refused).toEqual([]);
  expect(silent).toBe(0);
  // Both providers at fault in one turn: about the square of the rate.
  expect(apologies).toBeLessThan(TURNS * 0.02);
  if (TURNS > 2_000) expect(after).toBeLessThanOrEqual(before * 1.15);
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function resident(): number {
  collect();
  return Math.round(process.memoryUsage().rss / 1_000_000);
}

/** The same numbers in every run (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
