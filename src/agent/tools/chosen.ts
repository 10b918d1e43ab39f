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
import type { Act, ChosenByModel } from './act.ts';
import type { Call, CallContext, Failed } from './tool.ts';
import { failed } from './tool.ts';

/** Acts that need words, each with those that count for it. */
const NAMED_BY: Partial<Record<Act, readonly Act[]>> = {
  remove: ['remove'],
  forget: ['forget', 'remove'],
  undo: ['undo'],
};

/** Words for these say the act as well: "change it to 9" moves it, "remove the eggs" leaves them out of a list. */
const SAID_BY: Partial<Record<Act, readonly Act[]>> = {
  later: ['later', 'replace'],
  replace: ['replace', 'later', 'remove'],
  add: ['add', 'replace'],
  skip: ['skip', 'remove', 'later'],
  tag: ['tag', 'add', 'replace'],
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
  // A yes to a question that names the act names it.
  const words = isAnswer ? [...own, ...clausesOf(before), ...clausesOf(answer.filter(asks))] : own;
  const counting = NAMED_BY[act] ?? SAID_BY[act] ?? [act];
  if (counting.some((each) => words.some((clause) => isNamedIn(clause, each)))) return true;
  if (NAMED_BY[act]) return false;
  return !among.some((other) => !counting.includes(other) && own.some((clause) => isNamedIn(clause, other, leads)));
}

const asks = (text: string): boolean => /[?？؟]\s*$/u.test(text);

/** An answer to what was said before is short. Clauses. */
const MOST_REFERRING = 3;

const refers = (clause: Clause): boolean => wordsFor('refer').some((phrase) => placesOf(clause, phrase).length > 0);

/** A word for "not" farther away is about something else, but for one at the end ("lösch das bitte nicht"). Words. */
const DENIES_WITHIN = 3;

/** True if the clause has words for the act at such places, and does not say "not" beside them. */
function isNamedIn(clause: Clause, act: Act, counts: (at: readonly number[], clause: Clause) => boolean = () => true) {
  const places = wordsFor(act).flatMap((phrase) => placesOf(clause, phrase));
  const denying = wordsFor('not').flatMap((phrase) => placesOf(clause, phrase).flat());
  const isDenied = (at: readonly number[]) =>
    denying.some((place) => {
      // A clause without blanks is denied as a whole.
      const isAlways = place < 0 || place === clause.words.length - 1;
      const isNear = isAlways || at.some((each) => Math.abs(each - place) <= DENIES_WITHIN);
      return isNear && !at.includes(place);
    });
  return places.some((at) => counts(at, clause) && !isDenied(at));
}

/** A wish begins with its verb, or ends with it: "please cancel it", "kannst du das löschen". Words before it. */
const MOST_BEFORE_VERB = 3;

const leads = (at: readonly number[], { words }: Clause): boolean =>
  (at[0] ?? 0) <= MOST_BEFORE_VERB || at.at(-1) === words.length - 1;

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
  const own = wordsIn(plainOf(thing));
  const clauses = letters.split(/[.,;:!?…\n、。，；！？]+/).map((part) => ({
    words: wordsIn(part),
    letters: own.length > 0 && isUnspaced(part) ? part.replaceAll(plainOf(thing).trim(), ' ') : part,
  }));
  const all = new Set(clauses.flatMap(({ words }) => words));
  const isSaid = own.filter((word) => all.has(word)).length >= Math.max(1, own.length / 2);
  const rest = isSaid ? [...own] : [];
  const spared = clauses.toReversed().map(({ words, letters: part }) => ({
    letters: part,
    words: words
      .toReversed()
      .filter((word) => !takeFrom(rest, word))
      .toReversed(),
  }));
  return spared.toReversed().filter(({ words }) => words.length > 0);
}

/** Each of the thing's words is taken out once, from the end: "delete the reminder to delete old backups" keeps its verb. */
function takeFrom(rest: string[], word: string): boolean {
  const at = rest.indexOf(word);
  if (at >= 0) rest.splice(at, 1);
  return at >= 0;
}

const wordsIn = (text: string): string[] => text.match(/[\p{L}\p{M}\p{N}'-]+/gu) ?? [];

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
