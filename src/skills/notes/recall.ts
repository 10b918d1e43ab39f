import { z } from 'zod';
import { dataTool, failed, privately } from '../../agent/index.ts';
import { isFormOf, wordsIn } from '../../base/word-forms.ts';
import type { Note } from './store.ts';
import * as store from './store.ts';
import { tagName } from './tags.ts';
import { texts } from './texts.ts';
import { show } from './tools.ts';

/** A note that holds fewer of a question's words is no sure answer to it. */
const SURE = 0.6;
/** One that holds fewer is not even offered. */
const OFFERED = 0.5;
const MOST_OFFERED = 3;
const MOST_LOOKED_AT = 50;

/**
 * Answers a question out of the notes: with those that hold all of its words; with the one that holds at least two, and
 * 60 %, where no other holds as many; else it offers at most three. That none does is no answer, since the question may be
 * about anything.
 */
export const recallTool = dataTool({
  name: 'note_recall',
  topic: 'note',
  description: 'Shows the notes that answer a question.',
  effect: 'read',
  hidden: true,
  redact: privately('query'),
  input: z.object({ query: z.string().min(1).max(200) }),

  async run({ query }, ctx) {
    const words = [...new Set(wordsIn(query))];
    const plain = query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    const notes = plain.length === 0 ? [] : await store.withAny(ctx.tx, ctx.person.id, plain, MOST_LOOKED_AT);
    const scored = notes.map((note) => ({ note, share: held(words, note) / words.length }));
    const best = Math.max(0, ...scored.map(({ share }) => share));
    const top = scored.filter(({ share }) => share === best).map(({ note }) => note);
    if (best < OFFERED) return failed('NOT_FOUND', texts.nothing(query));
    const isSure = best === 1 || (top.length === 1 && best >= SURE && best * words.length >= 2);
    const offered = scored.filter(({ share }) => share >= OFFERED).sort((a, b) => b.share - a.share);
    const shown = isSure ? top : offered.slice(0, MOST_OFFERED).map(({ note }) => note);
    const heading = best === 1 ? texts.matching(shown.length, query) : isSure ? texts.answering : texts.nearest;
    return show(ctx, { notes: shown, total: shown.length }, 1, heading, { tool: 'note_search', input: { query } });
  },
});

/** How many of `words` the note holds, in any of their forms. */
function held(words: readonly string[], { text, tags }: Note): number {
  const own = [...wordsIn(text), ...tags];
  const holds = (word: string) =>
    own.some((one) => isFormOf(word, one) || (word.length >= 4 && one.startsWith(word)) || tagName(word) === one);
  return words.filter(holds).length;
}
