/**
 * How well memories are found: recall among the 5 and 10 nearest and the mean reciprocal rank, on the half of the set that
 * nothing was tuned on and on two sets that were written before the ranking was looked at, the second one by somebody who
 * did not know it; all with what stands around them.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { termsOf } from '../../src/skills/memory/keep.ts';
import { PersonIndex } from '../../src/skills/memory/person-index.ts';
import {
  type Embedder,
  offlineEmbedder,
  packVector,
  remoteEmbedder,
  vectorOf,
  wordsOf,
} from '../../src/vectors/index.ts';
import type { Report } from '../support/report.ts';
import { type Fact, type Question, readSet } from './set.ts';

const { signal } = new AbortController();

async function indexOf(facts: readonly Fact[], embedder: Embedder | undefined): Promise<PersonIndex> {
  const index = new PersonIndex(embedder ? await embedder.dim(signal) : 1);
  const size = embedder?.maxBatch ?? facts.length;
  for (let from = 0; from < facts.length; from += size) {
    const batch = facts.slice(from, from + size);
    const texts = batch.map(({ text }) => text);
    const vectors = await embedder?.embed(texts, 'document', signal);
    for (const [at, { id, text, at: day }] of batch.entries()) {
      const date = new Date(day);
      const vector = vectors && packVector(vectors[at] as Float32Array);
      index.put({
        id,
        type: 'fact',
        tags: [],
        terms: termsOf(text, [], date),
        at: date.getTime(),
        isDay: true,
        state: 'current',
        vector,
      });
    }
  }
  return index;
}

/** Where the facts that answer stand among the nearest, from 1; infinity below 50. */
async function ranksOf(questions: readonly Question[], index: PersonIndex, embedder: Embedder | undefined) {
  const ranks: { question: Question; rank: number }[] = [];
  for (const question of questions) {
    const vector = embedder && (await vectorOf(embedder, question.text, signal));
    const hits = index.search({ ...wordsOf(question.text), vector }, {}, 50);
    const at = hits.findIndex(({ id }) => id === question.fact);
    ranks.push({ question, rank: at < 0 ? Number.POSITIVE_INFINITY : at + 1 });
  }
  return ranks;
}

/** The offline embedder as a service: what "openai-compatible" takes. */
async function served(embedder: Embedder): Promise<{ embedder: Embedder; close(): void }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { input } = JSON.parse(Buffer.concat(chunks).toString()) as { input: string[] };
    const data: { index: number; embedding: number[] }[] = [];
    for (let from = 0; from < input.length; from += embedder.maxBatch) {
      const vectors = await embedder.embed(input.slice(from, from + embedder.maxBatch), 'document', signal);
      data.push(...vectors.map((vector, at) => ({ index: from + at, embedding: [...vector] })));
    }
    response.end(JSON.stringify({ data }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { embedder: remoteEmbedder({ baseUrl, model: 'served' }), close: () => server.close() };
}

/** Puts the table of retrieval into the report. */
export async function found(report: Report): Promise<void> {
  const offline = offlineEmbedder();
  const [baseUrl, model] = (process.env.CODA_BENCH_EMBEDDINGS ?? '').split(' ');
  const service = baseUrl && model ? undefined : await served(offline);
  const configured = service?.embedder ?? remoteEmbedder({ baseUrl: baseUrl as string, model: model as string });
  const ways: [string, Embedder | undefined][] = [
    ['words alone', undefined],
    ['words and the offline embedder', offline],
    [service ? 'words and the same embedder as a service' : `words and ${model}`, configured],
  ];
  for (const set of [readSet('facts'), readSet('held-out'), readSet('held-out-2')]) {
    for (const [how, embedder] of ways) {
      const ranks = await ranksOf(set.questions, await indexOf(set.facts, embedder), embedder);
      for (const kind of ['plain', 'paraphrase'] as const) {
        const own = ranks.filter(({ question }) => question.kind === kind).map(({ rank }) => rank);
        const percent = (most: number) =>
          `${((100 * own.filter((rank) => rank <= most).length) / own.length).toFixed(1)} %`;
        const mrr = own.reduce((sum, rank) => sum + 1 / rank, 0) / own.length;
        const what = `${set.name}, ${kind === 'plain' ? 'facts' : 'paraphrases'}, ${how}`;
        const wanted = embedder === offline ? `≥ ${kind === 'plain' ? 82 : 78} %` : '';
        report.add(`memory found, ${what}: recall@10`, percent(10), {
          beside: `@5 ${percent(5)}, MRR ${mrr.toFixed(2)}`,
          wanted,
        });
      }
    }
  }
  service?.close();
  await offline.close();
}
