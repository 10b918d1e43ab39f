/**
 * How well notes answer questions in other words, by words alone and by meaning too: `npm run bench -- notes`. On 200
 * pairs that the ranking was tuned on, on 150 later ones that were looked at, and on 60 and twice 100 that nothing was tuned on.
 */
import { notes } from '../src/skills/notes/index.ts';
import { embeddersOf } from '../src/vectors/index.ts';
import { answered, answerSet } from '../test/skills/notes/answering.ts';
import { playSkill } from '../test/skills/play.ts';
import { testDatabases } from '../test/support/database.ts';
import { Report } from './support/report.ts';

const SETS = {
  '': '200 tuned pairs',
  later: '150 later pairs',
  fresh: '60 fresh pairs',
  household: '100 pairs of a household',
  blind: '100 blind pairs',
} as const;

const report = new Report();
const [embedded] = testDatabases as [(typeof testDatabases)[0]];
for (const [set, name] of Object.entries(SETS) as [keyof typeof SETS, string][]) {
  for (const kind of ['none', 'offline'] as const) {
    const database = await embedded.open();
    const embedders = embeddersOf({ kind });
    const coda = await playSkill(notes, database, { embedders });
    const all = answerSet(set);
    const { first, three, wrong } = await answered(coda, all);
    await embedders.embedder?.close();
    await database.close();
    const percent = (count: number) => `${((100 * count) / all.pairs.length).toFixed(1)} %`;
    report.add(
      `notes found, ${name}, ${kind === 'none' ? 'words alone' : 'words and meaning'}: first`,
      percent(first),
      {
        beside: `in three ${percent(three)}; ${wrong.length} of ${all.unanswered.length} without an answer got one`,
        wanted: '≥ 80 %, ≥ 92 %, ≤ 3 %',
      },
    );
  }
}
report.print();
// The engines that test databases are lent from stay open for the next one.
process.exit();
