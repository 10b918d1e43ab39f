import { clockOf } from '../civil.ts';
import { parseWhen } from '../parse.ts';
import { distinct, readingsOf } from '../readings.ts';
import type { Reading, WhenContext } from '../types.ts';
import type { Language } from './language.ts';
import type { ForeignPiece } from './rules.ts';
import { foreignTokens } from './words.ts';

/**
 * Readings of words of another language, each with English words for it; or these where it has passed, or never comes.
 */
export type Translated = { readings: readonly Reading[] } | { refused: string };

/** No slot that is understood has more. */
const MOST_TOKENS = 40;
const MOST_STEPS = 2_000;
const MOST_COVERS = 50;
const MOST_PHRASES = 64;

/** A slot in the words of `language`; undefined where one of them is not known, or no time comes of them. */
export function translate(text: string, language: Language, ctx: WhenContext): Translated | undefined {
  const english = [...coversOf(text, language)].flatMap(phrasesOf).slice(0, MOST_PHRASES);
  const read = [...new Set(english)].map((words) => ({ words, when: parseWhen(words.replace(/^until /, ''), ctx) }));
  const readings = distinct(
    read.flatMap(({ words, when }) =>
      readingsOf(when).map((reading) => ({ ...reading, words: when.kind === 'ambiguous' ? '' : words })),
    ),
  );
  if (readings.length > 0) return { readings };
  const refused = read.find(({ when }) => when.kind === 'reject' && when.code !== 'NOT_A_DATE');
  return refused && { refused: refused.words };
}

/** The ways in which pieces follow each other up to the end, with nothing left between them. */
function* coversOf(text: string, { grammar, glue, parted }: Language): Generator<readonly ForeignPiece[]> {
  const tokens = foreignTokens(text, parted);
  if (tokens.length > MOST_TOKENS) return;
  const pieces = grammar.over(tokens);
  let steps = MOST_STEPS;
  let covers = MOST_COVERS;
  function* walk(at: number, before: readonly ForeignPiece[]): Generator<readonly ForeignPiece[]> {
    if (steps-- <= 0) return;
    if (at === tokens.length) {
      if (before.length > 0 && covers-- > 0) yield before;
      return;
    }
    for (const { end, value } of pieces(at)) yield* walk(end, [...before, value]);
    if (glue.has(tokens[at]?.text ?? '')) yield* walk(at + 1, before);
  }
  yield* walk(0, []);
}

type Clock = Extract<ForeignPiece, { kind: 'clock' }>;

/** The English phrases that pieces stand for: several where one of them has several meanings. */
function phrasesOf(pieces: readonly ForeignPiece[]): string[] {
  const clocks = pieces.filter((piece) => piece.kind === 'clock');
  const [part, other] = pieces.flatMap((piece) => (piece.kind === 'words' && piece.part ? [piece.part] : []));
  if (other !== undefined || (part !== undefined && clocks.length > 1)) return [];
  // "Om 10.15" is no ten and fifteen.
  const joins = pieces.filter((piece) => piece.kind === 'words' && piece.english[0] === 'and').length;
  if (clocks.length > joins + 1) return [];
  // A part of the day and an hour that stand apart are one time, told once.
  const time = clocks.length === 0 ? partWords(part) : timeWords(clocks, part);
  let told = false;
  return pieces
    .reduce<string[]>(
      (phrases, piece) => {
        const words = piece.kind === 'words' ? piece.english : [''];
        const isTime = !told && (piece.kind === 'clock' || piece.part !== undefined);
        told ||= isTime;
        const times = isTime ? time : [''];
        return phrases.flatMap((phrase) => words.flatMap((word) => times.map((at) => `${phrase} ${word} ${at}`)));
      },
      [''],
    )
    .map((phrase) => phrase.trim().replace(/ +/g, ' '));
}

const exactly = ({ hour, minute }: Pick<Clock, 'hour' | 'minute'>): string => clockOf(hour * 60 + minute);

const PART_WORDS: Readonly<Record<string, string>> = {
  early: 'early',
  morning: 'in the morning',
  noon: 'at noon',
  afternoon: 'in the afternoon',
  evening: 'in the evening',
  night: 'at night',
  midnight: 'at midnight',
};

const partWords = (part: string | undefined): string[] =>
  part !== undefined && PART_WORDS[part] ? [PART_WORDS[part]] : [];

/**
 * An hour of which nobody said in which half of the day it lies is read as it stands, and as the time language reads it;
 * where these differ a person is asked.
 */
function timeWords([clock, ...others]: readonly Clock[], part: string | undefined): string[] {
  if (!clock) return [];
  if (part !== undefined) return within(clock, part);
  if (others.length > 0) return [`at ${[clock, ...others].map(exactly).join(' and ')}`];
  const { hour, minute, on24 } = clock;
  const bare = minute === 0 ? `at ${hour}` : `at ${hour}:${String(minute).padStart(2, '0')}`;
  return on24 ? [`at ${exactly(clock)}`] : [bare, `at ${exactly(clock)}`];
}

/** The hours of each part as the languages here have it: an afternoon may last until nine in the evening. */
const HOURS: Readonly<Record<string, readonly [number, number]>> = {
  early: [3, 12],
  dawn: [0, 7],
  morning: [0, 12],
  noon: [11, 15],
  afternoon: [12, 21],
  evening: [16, 24],
};

/** The hour within a part of the day: "8 in the evening". None where it does not lie in it. */
function within(clock: Clock, part: string): string[] {
  const { hour, minute } = clock;
  const at = (value: number) => `at ${exactly({ hour: value, minute })}`;
  if (part === 'midnight') return hour % 12 === 0 && minute === 0 ? ['at midnight'] : [];
  if (part === 'night') {
    if (hour % 12 === 0) return minute === 0 ? ['at midnight'] : [];
    // Two o'clock of this night is tomorrow, of tomorrow it may be either.
    if (hour < 6) return [at(hour), `at ${hour}:${String(minute).padStart(2, '0')} at night`];
    return hour < 12 ? [at(hour + 12)] : hour > 17 ? [at(hour)] : [];
  }
  const [from, to] = HOURS[part] ?? [0, 0];
  const hours = [hour, hour + 12].filter((value) => value >= from && value < to && (value < 24 || minute === 0));
  return hours.map(at);
}
