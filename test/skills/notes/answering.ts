/** How well notes answer questions in other words: sets of pairs, and of questions that none of their notes answers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Embedder } from '../../../src/vectors/index.ts';
import { bareQuestion } from '../../../src/vectors/near.ts';
import { type Played, words } from '../play.ts';

export interface AnswerSet {
  pairs: (readonly [note: string, question: string])[];
  unanswered: string[];
}

/**
 * `''`: the 200 that the ranking was tuned on; the others: those of `questions-later.txt` and so on. Nothing was tuned on
 * `household` and `blind`, which were written by somebody who does not know the ranking.
 */
export function answerSet(
  name: '' | 'later' | 'fresh' | 'household' | 'blind',
  folder = 'test/skills/notes',
): AnswerSet {
  const read = (file: string) =>
    readFileSync(join(folder, `${file}${name && `-${name}`}.txt`), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
  const pairs = read('questions').map((line) => line.split(' | ') as [string, string]);
  return { pairs, unanswered: read('unanswered') };
}

/** The embedder, with the vectors of a set's texts made beforehand: how soon one comes is no part of how well notes answer. */
export async function prepared(embedder: Embedder, { pairs, unanswered }: AnswerSet): Promise<Embedder> {
  const { signal } = new AbortController();
  // A question is also asked without the words that only ask.
  const asked = [...pairs.map(([, question]) => question), ...unanswered];
  const texts = [...new Set([...pairs.flat(), ...unanswered, ...asked.map(bareQuestion)])];
  const known = new Map<string, Float32Array>();
  for (let at = 0; at < texts.length; at += embedder.maxBatch) {
    const batch = texts.slice(at, at + embedder.maxBatch);
    for (const [index, vector] of (await embedder.embed(batch, 'document', signal)).entries())
      known.set(batch[index] as string, vector);
  }
  const one = async (text: string, kind: 'query' | 'document', until: AbortSignal) =>
    known.get(text) ?? ((await embedder.embed([text], kind, until))[0] as Float32Array);
  return { ...embedder, embed: (asked, kind, until) => Promise.all(asked.map((text) => one(text, kind, until))) };
}

export interface Answered {
  /** Questions whose note is shown first, and among the first three. */
  first: number;
  three: number;
  /** Questions without an answer that get one all the same. */
  wrong: string[];
}

/** Saves the notes of a set and asks all its questions. */
export async function answered(coda: Played, { pairs, unanswered }: AnswerSet): Promise<Answered> {
  for (const [text] of pairs) await coda.call('note_save', { text });
  await coda.job('note.embed');
  const inOrder = (said: string) => {
    const shown = pairs.map(([text]) => text).filter((text) => said.includes(text.slice(0, 60)));
    return shown.sort((a, b) => said.indexOf(a) - said.indexOf(b));
  };
  /** The notes that are shown, in their order, and whether they are said to be an answer. */
  const recall = async (question: string) => {
    const result = await coda.call('note_recall', { query: question });
    if (!result.ok) return { sure: false, shown: [] };
    return { sure: !words(result).startsWith('None of your notes'), shown: inOrder(words(result)) };
  };
  const find = async (question: string) =>
    inOrder(words(await coda.call('note_search', { query: question })).replaceAll('**', ''));

  const ranks: number[] = [];
  for (const [note, question] of pairs) {
    const { shown } = await recall(question);
    ranks.push((shown.includes(note) ? shown : await find(question)).indexOf(note));
  }
  const wrong: string[] = [];
  for (const question of unanswered) {
    const { sure, shown } = await recall(question);
    if (sure && shown.length > 0) wrong.push(question);
  }
  const first = ranks.filter((rank) => rank === 0).length;
  return { first, three: ranks.filter((rank) => rank >= 0 && rank < 3).length, wrong };
}
