import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Tier } from '../../../src/agent/index.ts';
import { choose, learn, type ScoredText } from '../../../src/skills/self-review/routing/learn.ts';
import { ModelServer } from '../../support/model-server/index.ts';
import { modelConfig } from '../../support/models.ts';
import { type Play, play } from '../../support/play.ts';
import { daysBefore, plant, seeded } from './plant.ts';

let server: ModelServer;
beforeAll(async () => {
  server = await ModelServer.start();
});
afterAll(() => server.close());
beforeEach(() => server.reset());

const REQUESTS: Record<Tier, readonly string[]> = {
  light: [
    'thanks, that is all for # today',
    'what time is it in Lisbon when it is # here?',
    'add milk to shopping list #',
    'good morning, what day is it on the #th?',
    'show note # again please',
  ],
  default: [
    'write a short message to team # about the meeting and ask who can bring the projector',
    'draft a polite letter to landlord # about the heating in the flat',
    'translate this invitation to party # for my neighbours and keep it friendly',
    'summarise the minutes of committee # in four sentences for the newsletter',
  ],
  heavy: [
    'compare offer # with the one of last year, weigh the risks and the costs and decide which of them we should sign and why',
    'plan the move of office # over three months, with who does what when, and where it may go wrong',
    'analyse why query # is slow although the index is there, and prove which of the two plans is cheaper',
    'design a savings strategy for # years and evaluate it against inflation and a job that may be lost',
  ],
};

/** What the written rule of these tests does: nobody asks it to think. */
const rule = (): Tier => 'default';

/**
 * A month of 300 turns: 60 are small talk that the light model did well, 140 fit the usual one, and 100 were too much for it,
 * which the scores say. `spoilt`: the scores have nothing to do with what was asked.
 */
function month(spoilt = false): ScoredText[] {
  const random = seeded(7);
  const kinds = Array.from({ length: 300 }, (_, n): Tier => (n % 15 < 3 ? 'light' : n % 15 < 10 ? 'default' : 'heavy'));
  const shuffled = kinds.map((kind) => ({ kind, at: random() })).sort((a, b) => a.at - b.at);
  return shuffled.map(({ kind }, n) => {
    const said = REQUESTS[kind];
    const text = (said[n % said.length] as string).replace('#', String(n));
    if (spoilt) return { text, tier: 'default', score: random() < 0.25 ? 1 : 5 };
    const score = kind === 'heavy' ? 1 : 5;
    return { text, tier: kind === 'light' ? 'light' : 'default', score: random() < 0.05 ? 6 - score : score };
  });
}

test('in the planted month what is learnt is right at least ten points more often than the rule', () => {
  const learnt = learn(month(), rule);
  expect(learnt?.heldBack).toBe(75);
  const points = (100 * ((learnt?.learntRight ?? 0) - (learnt?.ruleRight ?? 0))) / (learnt?.heldBack ?? 1);
  expect(points).toBeGreaterThanOrEqual(10);
  expect(learnt?.isUsed).toBe(true);
  const weights = learnt?.weights ?? [];
  expect(choose(weights, 'thanks, good night!')).toBe('light');
  expect(choose(weights, 'compare both plans of the office and decide which of them is cheaper and why')).toBe('heavy');
});

test('the same turns teach the same', () => {
  expect(JSON.stringify(learn(month(), rule))).toBe(JSON.stringify(learn(month(), rule)));
});

test('where scores have nothing to do with what was asked, the rule stays', () => {
  expect(learn(month(true), rule)?.isUsed).toBe(false);
});

test('what saves money and gives more people a model that is too small is not used', () => {
  // The light model did most of the small talk well; every fourth of the very same requests was too much for it.
  const turns = Array.from({ length: 400 }, (_, n): ScoredText => {
    const text = (REQUESTS.light[n % 5] as string).replace('#', String(n));
    return n % 2 === 0
      ? { text, tier: 'light', score: n % 8 === 0 ? 1 : 5 }
      : { text: REQUESTS.default[n % 4] as string, tier: 'default', score: 5 };
  });
  const learnt = learn(turns, rule);
  expect(learnt?.learntRight).toBeGreaterThan(learnt?.ruleRight ?? 0);
  expect(learnt?.isUsed).toBe(false);
});

test('few turns teach nothing, nor do those that one model did well', () => {
  expect(learn(month().slice(0, 100), rule)).toBeUndefined();
  const alike = month().map((turn) => ({ ...turn, tier: 'default' as const, score: 5 }));
  expect(learn(alike, rule)).toBeUndefined();
});

const MODELS: Record<Tier, string> = { light: 'claude/small', default: 'claude/main', heavy: 'claude/big' };
const HARD = REQUESTS.heavy[0] as string;
const QUIET = { 'memory.auto': 'off' };
const ON = {
  ...QUIET,
  'self_improvement.reflection_cron': '0 3 1 1 *',
  'self_improvement.enabled': true,
  'self_improvement.assessment_enabled': false,
};

/** Sunday, four hours after which it is learnt anew. */
const SUNDAY = new Date('2026-11-21T23:00:00Z');

async function plantMonth(coda: Play, turns: readonly ScoredText[], more: { tainted?: boolean } = {}): Promise<void> {
  await plant(
    coda,
    turns.map(({ text, tier, score }, n) => ({
      ...{ person: 'ana', said: text, model: MODELS[tier], score, ...more },
      at: daysBefore(SUNDAY, 1 + (turns.length - n) / 12),
    })),
  );
}

/** The models that answer what Ana says; a summary of what was said before is none of theirs. */
async function answeredBy(coda: Play, ...said: string[]): Promise<string[]> {
  const models: string[] = [];
  for (const text of said) {
    await coda.passes({ minutes: 1 });
    await coda.person('ana').says(text);
    const { rows } = await coda.database().read<{ model: string }>('select model from turns order by id desc limit 1');
    models.push(rows[0]?.model ?? '');
  }
  return models;
}

test('what beats the rule chooses the model from Sunday on, also after a restart, and no model is asked for it', async () => {
  await using coda = await play({ config: { ...modelConfig(server), ...ON }, at: '2026-11-20T08:00:00Z' });
  expect(await answeredBy(coda, HARD)).toEqual(['claude/main']);
  await plantMonth(coda, month());
  server.reset();
  await coda.moveTo(new Date('2026-11-22T03:30:00Z'));
  expect(server.requests).toEqual([]);
  expect(await answeredBy(coda, HARD, 'thanks, good night!')).toEqual(['claude/big', 'claude/small']);
  await coda.restart();
  expect(await answeredBy(coda, HARD)).toEqual(['claude/big']);
});

test.each<[string, Record<string, unknown>, ScoredText[], { tainted?: boolean }]>([
  ['what does not beat it', ON, month(true), {}],
  ['what untrusted text went into', ON, month(), { tainted: true }],
  ['nothing, as the block is not there,', QUIET, month(), {}],
])('%s leaves the choice to the rule', async (_, config, turns, more) => {
  await using coda = await play({ config: { ...modelConfig(server), ...config }, at: '2026-11-20T08:00:00Z' });
  await coda.person('ana').says('hello');
  await plantMonth(coda, turns, more);
  await coda.moveTo(new Date('2026-11-22T03:30:00Z'));
  expect(await answeredBy(coda, HARD)).toEqual(['claude/main']);
  if (config !== ON) expect(await coda.count('routing_models')).toBe(0);
});
