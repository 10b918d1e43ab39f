import { expect, onTestFinished } from 'vitest';
import { notes } from '../../../src/skills/notes/index.ts';
import { embeddersOf } from '../../../src/vectors/index.ts';
import { openTestDatabase } from '../../support/database.ts';
import { playSkill } from '../play.ts';
import { answered, answerSet, prepared } from './answering.ts';

export interface Wanted {
  set: Parameters<typeof answerSet>[0];
  by: 'none' | 'offline';
  /** At least so many are found, and at most so many questions without an answer get one. */
  first: number;
  three: number;
  wrong: number;
}

/** Asks a set's questions in a test; one engine is enough: what differs between them is held by the suites of search. */
export async function expectAnswers(wanted: Wanted): Promise<void> {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const set = answerSet(wanted.set);
  const { embedder: offline } = embeddersOf({ kind: wanted.by });
  onTestFinished(() => offline?.close());
  const embedder = offline && (await prepared(offline, set));
  const coda = await playSkill(notes, database, { embedders: { embedder, embedders: embedder ? [embedder] : [] } });
  const { first, three, wrong } = await answered(coda, set);
  expect(first).toBeGreaterThanOrEqual(wanted.first);
  expect(three).toBeGreaterThanOrEqual(wanted.three);
  expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(wanted.wrong);
}
