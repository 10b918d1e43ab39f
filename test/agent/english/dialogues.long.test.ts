import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Outcome, playAll, readDialogues } from './dialogue.ts';

const dialogues = readDialogues(new URL('dialogues/', import.meta.url));
const isBlind = ({ place }: { place: string }) => place.startsWith('unseen-');
const outcomes: Outcome[] = [];

test.each([
  ['written with the code', dialogues.filter((one) => !isBlind(one))],
  ['written blind', dialogues.filter(isBlind)],
] as const)(
  'no dialogue %s does silent harm',
  async (_, group) => {
    const played = await playAll(group);
    outcomes.push(...played);
    expect(played.filter(({ harm }) => harm).map(({ place, log }) => `${place}\n${log}`)).toEqual([]);
  },
  900_000,
);

test('at least 19 in 20 dialogues are understood', () => {
  const missed = outcomes.filter(({ understood }) => !understood);
  const report = missed.map(({ place, harm, log }) => `${harm ? 'HARM ' : ''}${place}\n${log}`);
  const { CODA_DIALOGUES_REPORT: path } = process.env;
  if (path) writeFileSync(path, `${outcomes.length - missed.length} of ${outcomes.length}\n\n${report.join('\n\n')}\n`);
  expect(outcomes.length).toBe(dialogues.length);
  expect(missed.length, report.join('\n\n')).toBeLessThanOrEqual(outcomes.length * 0.05);
});
