/** The limit of a series within the task beside it: "every day at 8 | to walk for 2 weeks". Pure. */
import { stripEnd } from '../base/text.ts';
import { wordsFor } from './foreign/door.ts';
import { type Words, wordsOf } from './lang/phrase.ts';
import { tokenise } from './lang/tokens.ts';
import { parseWhen } from './parse.ts';
import type { Piece } from './pieces.ts';
import { distinct, readingsOf } from './readings.ts';
import type { ParsedWhen, WhenContext } from './types.ts';
import { takesDayForEnd } from './until-day.ts';

export interface LimitedTask {
  when: ParsedWhen;
  /** Words that say the series with its limit. */
  words: string;
  /** The task without the words of the limit. */
  task: string;
}

const LONGEST = 2_000;
/** Places of a text that are read together with its time; each takes as long as the time by itself. */
const MOST_PLACES = 12;

/**
 * The series that `time` says, within the limit that stands somewhere in `task`; undefined where there is none, and where
 * the series would come once at most: "every hour to stretch for 5 minutes" is no limit. Whether the words limit the series or
 * belong to the task, nobody but the person can say.
 */
export function limitWithin(task: string, time: string, ctx: WhenContext): LimitedTask | undefined {
  if (task.length > LONGEST || !readingsOf(parseWhen(time, ctx)).some(isSeries)) return undefined;
  const words = wordsOf(task, tokenise(task));
  let remaining = MOST_PLACES;
  for (let at = 0; at < words.tokens.length && remaining > 0; at++) {
    for (const end of limitsAt(words, at)) {
      if (remaining-- <= 0) return undefined;
      const stretch = task.slice(words.tokens[at]?.start, words.tokens[end - 1]?.end).replace(/^[\s,;]+/, '');
      const limited = seriesWithin(`${time} ${stretch}`, ctx);
      if (!limited) continue;
      const before = stripEnd(task.slice(0, words.tokens[at]?.start).trimEnd(), ',;:–(-').trimEnd();
      const behind = task.slice(words.tokens[end - 1]?.end).trimStart();
      const rest = `${before}${/^[,;.!?]/.test(behind) ? '' : ' '}${behind}`.trim();
      return rest === '' ? undefined : { when: limited, words: `${time} ${stretch}`, task: rest };
    }
  }
  return undefined;
}

/**
 * The series that `time` says, in words of its own for each way in which a day at the end of `task` may be meant: "every day at 8 |
 * to take pills by Friday". Empty where there is none.
 */
export function endingsWithin(task: string, time: string, ctx: WhenContext): { words: string; task: string }[] {
  const at = task.length > LONGEST ? -1 : task.toLowerCase().lastIndexOf(' by ');
  if (at < 0) return [];
  const before = task.slice(0, at).trim();
  const when = parseWhen(`${time}${task.slice(at)}`, ctx);
  if (when.kind === 'reject') {
    // "Every weekday at 9 by 5 December" is no time; until that day it is one.
    const words = `${time} until ${task.slice(at + ' by '.length)}`;
    return seriesWithin(words, ctx)
      ? [
          { words, task: before },
          { words: time, task },
        ]
      : [];
  }
  if (when.kind !== 'ambiguous') return [];
  const endings = when.readings.flatMap((reading) => {
    const words = wordsFor(reading, ctx).replace(/ \([^()]*\)$/, '');
    const again = parseWhen(words, ctx);
    const isSame = again.kind === 'recurring' && reading.when.kind === 'recurring' && again.rule === reading.when.rule;
    return isSame ? [{ words, task: before }] : [];
  });
  return endings.length === when.readings.length ? endings : [];
}

/**
 * True if the task beside a series may say when it comes, and when not, in words that are read as no limit: "every weekday at 7 to
 * get up unless it's a holiday", "every Monday to water the plants in even weeks".
 */
export function hasUnreadLimit(task: string, time: string, ctx: WhenContext): boolean {
  if (!EXCEPTING.test(task.slice(0, LONGEST)))
    return takesDayForEnd(time, parseWhen(time, ctx), (words) => parseWhen(words, ctx));
  return readingsOf(parseWhen(time, ctx)).some(isSeries);
}

const EXCEPTING =
  /(?<![\p{L}\p{N}])(?:except|excepting|excluding|unless|barring|(?:but|and|just|only) (?:not|never|skip|only)|not (?:on|in|at|when|if|during)|only (?:on|in|if|when|until|till|from|through|during)|until|till|til|while|as long as|(?<!for )all (?:week|month)|during|throughout|starting|beginning|(?:even|odd|alternate|alternating) (?:days?|weeks?|months?|years?)|next (?:\p{L}+ |\d+ )?(?:days|weeks|months|years))(?![\p{L}\p{N}])|, (?:once|twice|only)$|(?<!\p{L})(?:after|before)$/iu;

/** Ends of the limits that begin at a word, the longest first: of all that stand there one behind the other. */
function limitsAt({ tokens, pieces }: Words, at: number): number[] {
  const ends = new Set<number>();
  const open = pieces(at).flatMap(({ end, value }) => (isLimitPiece(value) ? [end] : []));
  for (const end of open) {
    ends.add(end);
    const next = /^(?:and|but|,)$/.test(tokens[end]?.text ?? '') ? end + 1 : end;
    if (ends.size < MOST_PLACES)
      open.push(
        ...pieces(next).flatMap((piece) => (isLimitPiece(piece.value) && !ends.has(piece.end) ? [piece.end] : [])),
      );
  }
  return [...ends].sort((one, other) => other - one);
}

/** True if the words are limits of a series and nothing else: "not on Fridays", "until 15 December". */
export function isLimit(text: string): boolean {
  if (text.length > LONGEST) return false;
  const words = wordsOf(text, tokenise(text));
  return limitsAt(words, 0).includes(words.tokens.length);
}

const LIMITS: ReadonlySet<Piece['kind']> = new Set<Piece['kind']>(['start', 'until', 'lasting', 'count', 'except']);

const isLimitPiece = (piece: Piece): boolean => LIMITS.has(piece.kind);

const isSeries = ({ when }: { when: ParsedWhen }): boolean => when.kind === 'recurring' && when.next.length > 1;

function seriesWithin(words: string, ctx: WhenContext): ParsedWhen | undefined {
  const when = parseWhen(words, ctx);
  return distinct(readingsOf(when)).some(isSeries) ? when : undefined;
}
