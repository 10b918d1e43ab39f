/** The thing that words name: by number, as the one at hand, or by a part of its text. Pure. */
import type { Heard, Named as Thing } from '../agent/index.ts';
import { type Word, wordsOf } from './words.ts';

/**
 * `certain`: these ids, or numbers of the list shown. `open`: each of these may be meant. `isNamed`: a noun says which kind of
 * thing is meant, so that another kind is none.
 */
export type Target = { isNamed: boolean } & (
  | { kind: 'certain'; which: readonly string[]; text?: string | undefined }
  | { kind: 'open'; among: readonly Thing[] }
  | { kind: 'none' }
);

const ORDINALS = 'first second third fourth fifth sixth seventh eighth ninth tenth'.split(' ');
const SHORT_ORDINALS = '1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th'.split(' ');
const DETERMINERS = new Set('the my our that this those these a an of'.split(' '));
const AT_HAND =
  /^(?:it|there|that|this|that one|this one|last|last one|latest|latest one|one|them|those|these|both|both of (?:them|those|these)|)$/;
const THIS = /^(?:it|there|that|this|that one|this one|one|)$/;
const ALL = /^(?:all|everything|every|all of (?:them|it|those|these)|them all|every single)$/;
const LINKS = new Set('about to for on of called named saying that number no with'.split(' '));

/** `nouns`: what the kind is called, between bars. `among`: the form of the texts of those that are meant. */
export async function targetOf(
  which: string,
  { thing, nouns, among }: { thing: string; nouns: string; among?: RegExp | undefined },
  { dialogue, repliesTo, look: lookAll }: Pick<Heard, 'look' | 'dialogue' | 'repliesTo'>,
): Promise<Target> {
  const look = async (kind: string) =>
    (await lookAll(kind)).filter(({ text }) => among === undefined || among.test(text));
  const heard = { dialogue, repliesTo, look };
  const { words, isNamed } = bare(wordsOf(which), nouns);
  const said = words.map(({ norm }) => norm).join(' ');
  const { topic } = dialogue;
  const isAtHand = topic?.thing === thing && (among === undefined || among.test(topic.text ?? ''));
  if (ALL.test(said))
    return isNamed || isAtHand ? { isNamed, kind: 'certain', which: ['all'] } : { isNamed, kind: 'none' };
  const numbers = numbersIn(words);
  if (numbers) return isNamed || isAtHand ? { isNamed, kind: 'certain', which: numbers } : { isNamed, kind: 'none' };
  if (AT_HAND.test(said)) {
    const replied = THIS.test(said) ? await repliedTo(thing, heard) : undefined;
    const [one, ...more] = replied ?? [];
    if (one && more.length === 0) return { isNamed, kind: 'certain', which: [one.id], text: one.text };
    // A reply's target is the message it replies to, and nothing else that is at hand.
    if (replied) return one || isNamed ? { isNamed, kind: 'open', among: replied } : { isNamed, kind: 'none' };
    const ids = isAtHand ? (topic.id?.split(/,\s*/) ?? []) : [];
    if (said.startsWith('both') && ids.length !== 2) return { isNamed, kind: 'none' };
    if (ids.length > 0) return { isNamed, kind: 'certain', which: ids, text: topic?.text };
    const all = isAtHand || isNamed ? await heard.look(thing) : [];
    const [only, ...others] = all;
    if (isAtHand && only && others.length === 0) return { isNamed, kind: 'certain', which: [only.id], text: only.text };
    return isAtHand || isNamed ? { isNamed, kind: 'open', among: all } : { isNamed, kind: 'none' };
  }
  const found = named(said, await heard.look(thing));
  const [only, ...others] = found;
  if (only && others.length === 0) return { isNamed, kind: 'certain', which: [only.id], text: only.text };
  return found.length > 0 ? { isNamed, kind: 'open', among: found } : { isNamed, kind: 'none' };
}

/** The words without articles and without what the kind is called. */
function bare(all: readonly Word[], nouns: string): { words: readonly Word[]; isNamed: boolean } {
  const phrases = nouns.split('|').map((noun) => noun.split(' '));
  let words = withoutDeterminers(all);
  // "The one about Lars".
  const one = words.findIndex(({ norm }) => norm === 'one');
  if (one >= 0 && one < 2 && LINKS.has(words[one + 1]?.norm ?? ''))
    return { words: withoutDeterminers(words.slice(one + 2)), isNamed: false };
  const begins = phrases.find((noun) => noun.every((norm, at) => words[at]?.norm === norm));
  if (begins) {
    words = words.slice(begins.length);
    if (LINKS.has(words[0]?.norm ?? '')) words = words.slice(1);
    return { words: withoutDeterminers(words), isNamed: true };
  }
  const ends = phrases.find((noun) => noun.every((norm, at) => words[words.length - noun.length + at]?.norm === norm));
  if (!ends) return { words: withoutOne(words), isNamed: false };
  words = words.slice(0, words.length - ends.length);
  // "All of my reminders".
  while (words.length > 1 && DETERMINERS.has(words.at(-1)?.norm ?? '')) words = words.slice(0, -1);
  return { words, isNamed: true };
}

const PLACES = new Set([...ORDINALS, ...SHORT_ORDINALS, 'that', 'this', 'last', 'latest', 'the']);

/** "The church one" is the church. */
function withoutOne(words: readonly Word[]): readonly Word[] {
  const [before, last] = words.slice(-2);
  const isOne = last?.norm === 'one' && before !== undefined && !PLACES.has(before.norm);
  return isOne ? words.slice(0, -1) : words;
}

function withoutDeterminers(words: readonly Word[]): readonly Word[] {
  let from = 0;
  while (from < words.length - 1 && DETERMINERS.has(words[from]?.norm ?? '') && words[from + 1]?.norm !== 'one') from++;
  return words.slice(from);
}

/** "2", "#2", "the second one", "1, 3 and 4". */
function numbersIn(words: readonly Word[]): string[] | undefined {
  const said = words.filter(({ norm }) => !/^(?:and|the|one|ones|number)$/.test(norm)).map(({ norm }) => norm);
  const numbers = said
    .flatMap((word) => word.split(','))
    .map((word) => {
      if (/^#?\d{1,3}$/.test(word)) return word.replace('#', '');
      const place = [ORDINALS, SHORT_ORDINALS].map((names) => names.indexOf(word)).find((at) => at >= 0);
      return place === undefined ? undefined : String(place + 1);
    });
  return numbers.length > 0 && numbers.every((number) => number !== undefined) ? numbers : undefined;
}

/** The things whose text stands in the message that is replied to; undefined where it replies to none. */
async function repliedTo(
  thing: string,
  { repliesTo, look }: Pick<Heard, 'look' | 'repliesTo'>,
): Promise<readonly Thing[] | undefined> {
  if (repliesTo === undefined) return undefined;
  const within = plain(repliesTo.text);
  return (await look(thing)).filter(({ text }) => ` ${within} `.includes(` ${plain(text)} `));
}

const plain = (text: string): string =>
  wordsOf(text)
    .map(({ norm }) => norm.replace(/'s$/, ''))
    .join(' ');

/** A list goes by its name, not by what is on it. */
const nameOf = (text: string): string => /^([^:\n]{1,60}\blist\b[^:\n]{0,40}):/i.exec(text)?.[1] ?? text;

/** Those whose text is said, else those of whose text the words are a part, else those that have all of the words. */
function named(said: string, things: readonly Thing[]): readonly Thing[] {
  const words = plain(said);
  if (words === '') return [];
  const byId = things.filter(({ id }) => id === said.trim());
  if (byId.length > 0) return byId;
  const texts = things.map((thing) => ({ thing, text: plain(nameOf(thing.text)) }));
  const ways = [
    (text: string) => text === words,
    (text: string) => ` ${text} `.includes(` ${words} `),
    (text: string) => words.split(' ').every((word) => text.split(' ').includes(word)),
  ];
  for (const isMeant of ways) {
    const found = texts.filter(({ text }) => isMeant(text));
    if (found.length > 0) return found.map(({ thing }) => thing);
  }
  return [];
}
