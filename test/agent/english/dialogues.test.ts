import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { playAll, readDialogues } from './dialogue.ts';

const dialogues = readDialogues(new URL('dialogues/', import.meta.url));
const isBlind = ({ place }: { place: string }) => place.startsWith('unseen-');

test.each([
  ['written with the code', dialogues.filter((one) => !isBlind(one))],
  ['written blind', dialogues.filter(isBlind)],
] as const)(
  'dialogues %s are understood, and none does silent harm',
  async (name, group) => {
    const outcomes = await playAll(group);
    const missed = outcomes.filter(({ understood }) => !understood);
    const report = missed.map(({ place, harm, log }) => `${harm ? 'HARM ' : ''}${place}\n${log}`);
    const { CODA_DIALOGUES_REPORT: path } = process.env;
    const figure = `${outcomes.length - missed.length} of ${outcomes.length}`;
    if (path) writeFileSync(`${path}.${name.replaceAll(' ', '-')}`, `${figure}\n\n${report.join('\n\n')}\n`);
    expect(outcomes.filter(({ harm }) => harm).map(({ place, log }) => `${place}\n${log}`)).toEqual([]);
    expect(missed.length, report.join('\n\n')).toBeLessThanOrEqual(outcomes.length * 0.05);
  },
  240_000,
);
