/**
 * How well memories are found: `npm run bench -- memory`. Recall among the 5 and 10 nearest and the mean reciprocal rank,
 * on the half of the set that nothing was tuned on, by words alone and with the offline embedder.
 */
import { lexemesOf } from '../src/base/lexemes.ts';
import { offlineEmbedder } from '../src/skills/memory/embed/offline.ts';
import { PersonIndex } from '../src/skills/memory/person-index.ts';
import { bareQuestion, blended } from '../src/skills/memory/rank.ts';
import { packVector } from '../src/skills/memory/vector.ts';
import { type Question, readSet } from './memory/set.ts';
import { Report } from './support/report.ts';

const report = new Report();
const { facts, questions } = readSet();
const { signal } = new AbortController();
const embedder = offlineEmbedder();

/** The vectors of all texts. */
async function vectors(texts: readonly string[], kind: 'query' | 'document'): Promise<Float32Array[]> {
  const all: Float32Array[] = [];
  for (let at = 0; at < texts.length; at += embedder.maxBatch) {
    all.push(...(await embedder.embed(texts.slice(at, at + embedder.maxBatch), kind, signal)));
  }
  return all;
}

const indexed = await vectors(
  facts.map(({ text }) => text),
  'document',
);
const whole = await vectors(
  questions.map(({ text }) => text),
  'query',
);
const bare = await vectors(
  questions.map(({ text }) => bareQuestion(text)),
  'query',
);
await embedder.close();

const index = new PersonIndex(await embedder.dim(signal));
for (const [at, { id, text, at: day }] of facts.entries()) {
  const date = new Date(day);
  const spoken = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(date);
  const terms = [...new Set(lexemesOf(`${text} ${spoken}`))];
  const vector = packVector(indexed[at] as Float32Array);
  index.put({ id, type: 'fact', tags: [], terms, at: date.getTime(), state: 'current', vector });
}

/** Where the fact that answers stands among the nearest, from 1; infinity below 50. */
function rankOf({ text, fact }: Question, place: number, byMeaning: boolean): number {
  const vector = byMeaning ? blended(whole[place] as Float32Array, bare[place]) : undefined;
  const at = index.search({ terms: lexemesOf(text), vector }, {}, 50).findIndex(({ id }) => id === fact);
  return at < 0 ? Number.POSITIVE_INFINITY : at + 1;
}

for (const half of ['development', 'held out'] as const) {
  for (const kind of ['plain', 'paraphrase'] as const) {
    for (const byMeaning of [false, true]) {
      const ranks = questions.flatMap((question, place) =>
        question.half === half && question.kind === kind ? [rankOf(question, place, byMeaning)] : [],
      );
      const share = (most: number) => Math.round((100 * ranks.filter((rank) => rank <= most).length) / ranks.length);
      const mrr = ranks.reduce((sum, rank) => sum + 1 / rank, 0) / ranks.length;
      const how = byMeaning ? 'words and meaning' : 'words alone';
      const what = `memory found, ${kind === 'plain' ? 'facts' : 'paraphrases'}, ${half} half, ${how}: recall@10`;
      const wanted = half === 'held out' && byMeaning ? `≥ ${kind === 'plain' ? 82 : 78} %` : '';
      report.add(what, `${share(10)} %`, { beside: `@5 ${share(5)} %, MRR ${mrr.toFixed(2)}`, wanted });
    }
  }
}
report.print();
