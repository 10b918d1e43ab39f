/**
 * Acts that a model has chosen, held against the person's words. What takes something away needs words for it; any other act is
 * asked about only where the words name another one of the same thing. In a language without words here, what takes away asks.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lazy } from '../../base/async.ts';
import { packageRoot } from '../../base/root.ts';
import type { Choice } from '../../delivery/index.ts';
import { DROP } from '../dialogue/tools.ts';
import * as texts from '../texts.ts';
import type { Act, Call, CallContext, ChosenByModel, Failed } from './tool.ts';
import { failed } from './tool.ts';

/** Acts that need words, each with those that count for it. */
const NAMED_BY: Partial<Record<Act, readonly Act[]>> = {
  remove: ['remove'],
  forget: ['forget', 'remove'],
  undo: ['undo'],
};

interface MeantThing {
  text: string;
  /** The call of the button that says yes: for this thing, as the question shows it. */
  yes: Call;
  /** Buttons for what may have been meant instead. */
  others?: readonly Choice[];
}

/** The question before an act that a model has chosen and the person's words do not bear out; undefined: they do. */
export function askIfUnnamed(
  { turn: { chosen } }: CallContext,
  { text, yes, others = [] }: MeantThing,
): Failed | undefined {
  const { act } = chosen ?? {};
  if (!chosen || !act || isNamed(act, chosen, text)) return undefined;
  const { label, question } = texts.actMeant(act, text);
  return failed('AMBIGUOUS', question, {
    notices: [question],
    choices: [
      { label, ...yes, ...(NAMED_BY[act] && { style: 'danger' }) },
      ...others,
      { label: 'No', tool: DROP, input: {} },
    ],
  });
}

function isNamed(act: Act, { among = [], said, before, answer }: ChosenByModel, text: string): boolean {
  const clausesOf = (texts: readonly string[]) => texts.flatMap((words) => clausesIn(words, text));
  const own = clausesOf(said);
  const isAnswer = own.length > 0 && own.length <= MOST_REFERRING && own.some(refers);
  const words = isAnswer ? [...own, ...clausesOf(before)] : own;
  const needed = NAMED_BY[act];
  if (needed) {
    // A yes to a question that names the act names it.
    const all = isAnswer ? [...words, ...clausesOf(answer)] : words;
    return needed.some((each) => all.some((clause) => isNamedIn(clause, each)));
  }
  const names = (each: Act): boolean => words.some((clause) => isNamedIn(clause, each));
  return names(act) || !among.some((other) => other !== act && names(other));
}

/** An answer to what was said before is short. Clauses. */
const MOST_REFERRING = 3;

const refers = (clause: Clause): boolean => wordsFor('refer').some((phrase) => placesOf(clause, phrase).length > 0);

/** True if the clause has words for the act, and does not say "not" beside them. */
function isNamedIn(clause: Clause, act: Act): boolean {
  const found = wordsFor(act).flatMap((phrase) => placesOf(clause, phrase));
  const isDenied = (at: readonly number[]) =>
    wordsFor('not').some((phrase) =>
      placesOf(clause, phrase).some((places) => places.some((place) => !at.includes(place))),
    );
  return found.some((at) => !isDenied(at));
}

/** Words of a part of a sentence, and its letters for languages that write none apart. */
interface Clause {
  words: readonly string[];
  letters: string;
}

/** Longer messages are looked at as far as this. Characters. */
const LONGEST = 4_000;

/** The clauses of a text, without the words of the thing itself: "cancel the gym" may be what a reminder says. */
function clausesIn(text: string, thing: string): Clause[] {
  const letters = plainOf(text.slice(0, LONGEST));
  const own = plainOf(thing).trim();
  return (own === '' ? letters : letters.replaceAll(own, ' '))
    .split(/[.,;:!?…\n、。，；！？]+/)
    .map((part) => ({ words: part.match(/[\p{L}\p{M}\p{N}'-]+/gu) ?? [], letters: part }))
    .filter(({ words }) => words.length > 0);
}

const plainOf = (text: string): string => text.normalize('NFC').toLowerCase().replaceAll('’', "'");

/** The places of a phrase's words, in their order, with others between; none where one is missing. */
function placesOf({ words, letters }: Clause, phrase: readonly string[]): (readonly number[])[] {
  const [only = ''] = phrase;
  if (isUnspaced(only)) return letters.includes(only) ? [[-1 - letters.indexOf(only)]] : [];
  const places: number[] = [];
  for (const word of phrase) {
    const at = words.indexOf(word, (places.at(-1) ?? -1) + 1);
    if (at < 0) return [];
    places.push(at);
  }
  return [places];
}

const isUnspaced = (word: string): boolean => /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u.test(word);

type Words = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Phrases of all languages, by act. */
const lexicon = lazy(() => {
  const words = JSON.parse(readFileSync(join(packageRoot(), 'assets', 'act-words.json'), 'utf8')) as Words;
  return new Map(
    Object.entries(words).map(([act, byLanguage]) => [
      act,
      Object.values(byLanguage).flatMap((phrases) => phrases.map((phrase) => phrase.split(' '))),
    ]),
  );
});

const wordsFor = (act: Act | 'refer' | 'not'): readonly (readonly string[])[] => lexicon().get(act) ?? [];
