import { createHash } from 'node:crypto';
import { z } from 'zod';
import { foldLetters, hasSigns, signsNamed } from '../../base/lexemes.ts';
import { shorten } from '../../base/text.ts';
import type { Choice } from '../../delivery/index.ts';
import { changedAsk, deleteLabel, someOf } from '../texts.ts';
import { type Call, type Failed, failed, quoteRows } from './tool.ts';

const MOST_CHOICES = 5;

export interface TitledThing {
  id: string;
  title: string;
  tainted: boolean;
}

export interface Naming<T extends TitledThing> {
  /** People's nouns for one: "the gym *schedule*", "*task* 2". */
  nouns: readonly string[];
  /** Texts its words may stand in, the likeliest first: its title, then all of its text. */
  texts: readonly ((thing: T) => string)[];
}

const plain = (words: string): string =>
  foldLetters(words)
    .replace(/[^\p{L}\p{M}\p{N}#]+/gu, ' ')
    .trim();

/**
 * The ones of `all`, in the order of their list, that the words fit best: by id, by number of the list, "that" for the last,
 * all for no words at all, by title, else those that hold every word. `shownIds`: in the order of their list. Pure.
 */
export function namedAmong<T extends TitledThing>(
  all: readonly T[],
  which: string,
  { nouns, texts }: Naming<T>,
  shownIds: readonly string[] = [],
): T[] {
  const noun = `(?:${nouns.join('|')})`;
  const words = plain(which)
    .replace(/^(?:(?:the|my|that|this|every|a) )+(?=\S)/, '')
    .replace(new RegExp(`^${noun} (?=\\S)`), '')
    .replace(new RegExp(` (?:${noun}|one)$`), '');
  const byId = all.filter(({ id }) => id === words || id === which.trim());
  if (byId.length > 0) return byId;
  const number = /^#?(\d{1,3})$/.exec(words)?.[1];
  if (number !== undefined && shownIds.length > 0) return all.filter(({ id }) => id === shownIds[Number(number) - 1]);
  if (number !== undefined) return all.slice(Number(number) - 1, Number(number));
  if (which.trim() === '') return [...all];
  const signs = signsNamed(which);
  if (signs) return all.filter((thing) => texts.some((text) => hasSigns(text(thing), signs)));
  if (new RegExp(`^(?:it|that|this|last|${noun})$`).test(words)) return all.slice(-1);
  const exact = all.filter(({ title }) => plain(title) === words);
  if (exact.length > 0 && words !== '') return exact;
  if (words === '') return [];
  for (const text of texts) {
    const matches = all.filter((thing) => words.split(' ').every((word) => plain(text(thing)).includes(word)));
    if (matches.length > 0) return matches;
  }
  return [];
}

/** The field of a button that takes something away: a mark of what its card showed. A tool has it among `form.own`. */
export const seenField = z.string().max(40).optional();

/** A mark of what a card shows of things, so that a press on an old card meets the same ones. */
export const markOf = (...parts: readonly (string | undefined)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);

/** Asks anew where a thing is no longer as the pressed card showed it; undefined: it is, or no card was pressed. */
export function askIfChanged(
  { tool, input }: Call & { input: { seen?: string | undefined } },
  { id, text, mark }: { id: string; text: string; mark: string },
): Failed | undefined {
  if (input.seen === undefined || input.seen === mark) return undefined;
  const again = { label: deleteLabel(), tool, input: { ...input, which: id, seen: mark }, style: 'danger' as const };
  return failed('AMBIGUOUS', changedAsk(text), { choices: [again] });
}

/** The call that words are resolved for. Its buttons carry a mark of what they name, where it takes something away. */
export interface MarkedCall<T> extends Call {
  mark?(thing: T): string;
}

export interface QuestionTexts {
  question: string;
  none: { message: string; remedy: string };
  /** Even a single one is asked about: a list of another kind was shown since. */
  isUnsure?: boolean;
}

/** True for the number of a list. */
export const isNumber = (which: string): boolean => /^\s*#?\d{1,3}\s*$/.test(which);

export function onlyOne<T extends TitledThing>(
  matches: readonly T[],
  call: MarkedCall<T>,
  { question, none, isUnsure }: QuestionTexts,
): T | Failed {
  const [only, ...others] = matches;
  if (!only) return failed('NOT_FOUND', none);
  if (others.length === 0 && !isUnsure) return only;
  const choices = matches.map((thing) => ({
    label: shorten(thing.title, 60),
    tool: call.tool,
    input: { ...call.input, which: thing.id, ...(call.mark && { seen: call.mark(thing) }) },
  }));
  return quoteRows(askAmong(question, choices), matches);
}

/** Asks which is meant, with buttons for the first ones; that there are more is said. */
export function askAmong(question: string, choices: readonly Choice[]): Failed {
  const firstChoices = choices.slice(0, MOST_CHOICES);
  const isAll = firstChoices.length === choices.length;
  return failed('AMBIGUOUS', isAll ? question : `${question} ${someOf(firstChoices.length, choices.length)}`, {
    choices: firstChoices,
  });
}
