import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Call } from '../../../src/agent/index.ts';
import { hear } from './hear.ts';

interface Paraphrase {
  say: string;
  /** The calls that it means, in order; none: it must not act. */
  tools: string[];
  /** What the (first) call must hold. */
  has?: Record<string, string>;
}

const lines = readFileSync(new URL('./paraphrases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const paraphrases = lines.map((line) => JSON.parse(line) as Paraphrase);

/** Answering these is no act. */
const HARMLESS = new Set(['help', 'smalltalk', 'reminder_offer', 'note_offer']);

type Verdict = 'right' | 'not understood' | 'wrong';

function judge({ tools, has = {} }: Paraphrase, calls: Call[]): Verdict {
  const acts = calls.filter((call) => !HARMLESS.has(call.tool));
  if (tools.length === 0) return acts.length === 0 ? 'right' : 'wrong';
  if (calls.length === 0) return 'not understood';
  const named = calls.map((call) => call.tool).join() === tools.join();
  const held = Object.entries(has).every(([name, value]) => calls[0]?.input[name] === value);
  if (named && held) return 'right';
  return acts.length === 0 ? 'not understood' : 'wrong';
}

/** The one of the requests that may be meant which names the thing that is there. */
function tentativeOf(tools: readonly string[], tentative: readonly Call[]): Call[] {
  return tentative.filter(({ tool }) => tool === tools[0]).slice(0, 1);
}

const judged = paraphrases.map((paraphrase) => {
  const { calls: sure, tentative } = hear(paraphrase.say);
  // What counts only if it finds what it names does no harm where nothing is meant by it.
  const calls = sure.length === 0 && paraphrase.tools.length > 0 ? tentativeOf(paraphrase.tools, tentative) : sure;
  return { verdict: judge(paraphrase, calls), say: paraphrase.say, meant: paraphrase.tools.join(), calls };
});

const saying = (verdict: Verdict) =>
  judged
    .filter((one) => one.verdict === verdict)
    .map(
      ({ say, meant, calls }) =>
        `${say} → ${calls.map((c) => `${c.tool} ${JSON.stringify(c.input)}`).join(' + ') || 'nothing'}, not ${meant || 'nothing'}`,
    );

test('nothing is done that was not asked for', () => {
  expect(saying('wrong')).toEqual([]);
});

test('at least nine in ten requests are understood', () => {
  const requests = paraphrases.filter(({ tools }) => tools.length > 0).length;
  const missed = saying('not understood');
  expect(1 - missed.length / requests, missed.join('\n')).toBeGreaterThanOrEqual(0.9);
});
