import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { notes } from '../../../src/skills/notes/index.ts';
import type { Database } from '../../../src/storage/index.ts';
import { testDatabases } from '../../support/database.ts';
import { type Played, playSkill, words } from '../play.ts';

/** Lines that are data. */
const read = (file: string): string[] =>
  readFileSync(join(import.meta.dirname, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

/**
 * Notes and questions that the ranking was tuned on, and 150 later ones: of these the first 110 were known when words were
 * added to the synonyms, and the last 40 tell how it does with what nobody has seen. So many are found at least.
 */
const sets = [
  { name: '200 notes', file: '', first: 160, three: 184, wrong: 3 },
  { name: '150 later notes', file: '-later', first: 85, three: 105, wrong: 3 },
].map((set) => ({
  ...set,
  pairs: read(`questions${set.file}.txt`).map((line) => line.split(' | ') as [note: string, question: string]),
  unanswered: read(`unanswered${set.file}.txt`),
}));

// One engine is enough here: what differs between them is held by notes.test.ts.
const [embedded] = testDatabases;
describe.runIf(embedded?.available).each(sets)('$name', ({ pairs, unanswered, ...wanted }) => {
  let database: Database;
  let coda: Played;
  beforeAll(async () => {
    database = await (embedded as (typeof testDatabases)[0]).open();
    coda = await playSkill(notes, database);
    for (const [text] of pairs) await coda.call('note_save', { text });
  });
  afterAll(() => database.close());

  /** The notes that are shown, in their order, and whether they are said to be an answer. */
  async function recall(question: string): Promise<{ sure: boolean; shown: string[] }> {
    const result = await coda.call('note_recall', { query: question });
    if (!result.ok) return { sure: false, shown: [] };
    const said = words(result);
    const shown = pairs.map(([text]) => text).filter((text) => said.includes(text.slice(0, 60)));
    return {
      sure: !said.startsWith('None of your notes'),
      shown: shown.sort((a, b) => said.indexOf(a) - said.indexOf(b)),
    };
  }

  const find = async (question: string): Promise<string[]> => {
    const said = words(await coda.call('note_search', { query: question })).replaceAll('**', '');
    const shown = pairs.map(([text]) => text).filter((text) => said.includes(text.slice(0, 60)));
    return shown.sort((a, b) => said.indexOf(a) - said.indexOf(b));
  };

  test('a question in other words finds its note', async () => {
    const ranks: number[] = [];
    for (const [note, question] of pairs) {
      const { shown } = await recall(question);
      const found = shown.includes(note) ? shown : await find(question);
      ranks.push(found.indexOf(note));
    }
    const first = ranks.filter((rank) => rank === 0).length;
    const three = ranks.filter((rank) => rank >= 0 && rank < 3).length;
    // Measured: 187 and 199; 93 and 113, of the 40 unseen ones 11 and 14.
    expect(first).toBeGreaterThanOrEqual(wanted.first);
    expect(three).toBeGreaterThanOrEqual(wanted.three);
  }, 60_000);

  test('of the questions that no note answers at most three get one', async () => {
    const got: string[] = [];
    for (const question of unanswered) {
      const { sure, shown } = await recall(question);
      if (sure && shown.length > 0) got.push(question);
    }
    expect(got.length, got.join('\n')).toBeLessThanOrEqual(wanted.wrong);
  }, 60_000);
});
