import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { playAll, readDialogues } from './dialogue.ts';

test('dialogues are understood, and none does silent harm', async () => {
  const outcomes = await playAll(readDialogues(new URL('dialogues/', import.meta.url)));
  const missed = outcomes.filter(({ understood }) => !understood);
  const report = missed.map(({ place, harm, log }) => `${harm ? 'HARM ' : ''}${place}\n${log}`);
  const { CODA_DIALOGUES_REPORT: path } = process.env;
  if (path) writeFileSync(path, `${outcomes.length - missed.length} of ${outcomes.length}\n\n${report.join('\n\n')}\n`);
  expect(outcomes.filter(({ harm }) => harm).map(({ place, log }) => `${place}\n${log}`)).toEqual([]);
  expect(missed.length, report.join('\n\n')).toBeLessThanOrEqual(outcomes.length * 0.05);
}, 240_000);
