import { describe, expect, test } from 'vitest';
import { fits, type Heard, journeys, type Step, shown, Theatre } from './journey.ts';

const all = journeys();
const theatre = new Theatre(all, ({ name }) => (step, index, heard) => {
  check(step, heard, `step ${index + 1} of “${name}”: ${JSON.stringify(step)}`);
});

describe.concurrent('journeys', () => {
  test.each(all)('$name', (journey) => theatre.of(journey));
});

test('there are at least sixty journeys, with restarts in the middle', () => {
  expect(all.length).toBeGreaterThanOrEqual(60);
  expect(all.filter(({ steps }) => steps.some((each) => 'restart' in each)).length).toBeGreaterThanOrEqual(12);
});

function check(step: Step, heard: Heard, where: string): void {
  if ('skill' in step) return;
  const said = shown(heard.since);
  for (const wanted of step.expect ?? [])
    expect(fits(said, wanted), `${where}\nwanted: ${wanted}\nheard: ${said}`).toBe(true);
  for (const unwanted of step.not ?? [])
    expect(fits(said, unwanted), `${where}\nunwanted: ${unwanted}\nheard: ${said}`).toBe(false);
  if (step.nothing) expect(said, where).toBe('');
  for (const words of step.once ?? []) saidOnce(words, heard, where);
}

/** The terminal cannot be asked what it shows: after a kill a copy may come, which says that it is one. */
function saidOnce(words: string, { all }: Heard, where: string): void {
  const reminders = all.filter(({ type, text }) => type === 'reminder' && text?.includes(words));
  const copies = reminders.filter(({ text }) => text?.startsWith('(again)'));
  expect(reminders.length, `${where}\n${words} came`).toBeGreaterThan(0);
  expect(reminders.length - copies.length, `${where}\n${words} came unmarked`).toBeLessThanOrEqual(1);
}
