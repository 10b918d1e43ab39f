/** Messages of a person and answers to them, with the words around those that were searched for. */
import { searchPast } from '../../agent/index.ts';
import { lexemesOf } from '../../base/lexemes.ts';
import type { Finder } from '../../chat/index.ts';

const LONGEST_EXCERPT = 160;

export const conversations: Finder = {
  kind: 'conversations',
  async find({ db, personId }, words, most) {
    const messages = await searchPast(db, { personId }, words, most);
    return messages.map(({ conversationId, place: { channel, adapter }, text, at }) => {
      // A conversation of their own in the browser has a name there.
      const own =
        adapter === 'http' && channel.startsWith(`web-${personId}/`)
          ? channel.slice(channel.indexOf('/') + 1)
          : undefined;
      const excerpt = excerptOf(text, words);
      return { id: own ?? conversationId, title: excerpt.join(''), where: adapter, excerpt, at };
    });
  },
};

/** Characters that are looked through, and those that stand before the first word. */
const [LOOKED_AT, BEFORE] = [20_000, 50];

/** The words around the first that was searched for: plain and searched for, in turn. */
function excerptOf(text: string, words: string): string[] {
  const flat = text.slice(0, LOOKED_AT).replace(/\s+/g, ' ').trim();
  const forms = [...wordsOf(words).map(({ word }) => word), ...lexemesOf(words)].map((form) => form.toLowerCase());
  const hits = wordsOf(flat).filter(({ word }) => forms.some((form) => word.startsWith(form)));
  const first = hits[0]?.at ?? 0;
  const from = first <= BEFORE ? 0 : flat.indexOf(' ', first - BEFORE) + 1;
  const to = from + LONGEST_EXCERPT;
  const pieces: string[] = [];
  let at = from;
  for (const { at: begin, word } of hits) {
    if (begin + word.length > to) break;
    pieces.push(flat.slice(at, begin), flat.slice(begin, begin + word.length));
    at = begin + word.length;
  }
  pieces.push(flat.slice(at, to) + (flat.length > to ? ' …' : ''));
  if (from > 0) pieces[0] = `… ${pieces[0]}`;
  return pieces;
}

const wordsOf = (text: string): { at: number; word: string }[] =>
  [...text.matchAll(/[\p{L}\p{N}]+/gu)].map(({ 0: word, index }) => ({ at: index, word: word.toLowerCase() }));
