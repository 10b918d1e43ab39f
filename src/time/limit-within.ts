/** The limit of a series within the task beside it: "every day at 8 | to walk for 2 weeks". Pure. */
import { stripEnd } from '../base/text.ts';
import { type Words, wordsOf } from './lang/phrase.ts';
import { tokenise } from './lang/tokens.ts';
import { parseWhen } from './parse.ts';
import type { Piece } from './pieces.ts';
import { distinct, readingsOf } from './readings.ts';
import type { ParsedWhen, WhenContext } from './types.ts';

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
  let left = MOST_PLACES;
  for (let at = 0; at < words.tokens.length && left > 0; at++) {
    for (const end of limitsAt(words, at)) {
      if (left-- <= 0) return undefined;
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
 * True if the task beside a series may say when it comes, and when not, in words that are read as no limit: "every weekday at 7 to
 * get up unless it's a holiday", "every Monday to water the plants in even weeks".
 */
export function hasUnreadLimit(task: string, time: string, ctx: WhenContext): boolean {
  if (!EXCEPTING.test(task.slice(0, LONGEST))) return isTimeUntilDay(time, ctx);
  return readingsOf(parseWhen(time, ctx)).some(isSeries);
}

const EXCEPTING =
  /(?<![\p{L}\p{N}])(?:except|excepting|excluding|unless|barring|(?:but|and|just|only) (?:not|never|skip|only)|not (?:on|in|at|when|if|during)|only (?:on|in|if|when|until|till|from|through|during)|until|till|til|while|as long as|(?<!for )all (?:week|month)|during|throughout|starting|beginning|(?:even|odd|alternate|alternating) (?:days?|weeks?|months?|years?)|next (?:\p{L}+ |\d+ )?(?:days|weeks|months|years))(?![\p{L}\p{N}])|, (?:once|twice|only)$|(?<!\p{L})(?:after|before)$/iu;

/**
 * True if a day that ends the series was read as its beginning, or as the day on which it comes: "every day at 8 by Friday" would
 * come every Friday. "Every week by Friday" and "every day by 8" say just that.
 */
function isTimeUntilDay(time: string, ctx: WhenContext): boolean {
  if (time.length > LONGEST_TIME) return false;
  const tokens = tokenise(time);
  const at = tokens.findIndex(({ text }) => /^(?:by|before|after)$/.test(text));
  if (at < 0) return false;
  const [whole] = readingsOf(parseWhen(time, ctx));
  if (!whole || !isSeries(whole)) return false;
  for (let end = at + 2; end <= Math.min(tokens.length, at + LONGEST_DAY); end++) {
    const rest = `${time.slice(0, tokens[at]?.start)} ${time.slice(tokens[end - 1]?.end)}`;
    const [series] = readingsOf(parseWhen(rest, ctx));
    if (series && isSeries(series) && isOtherSeries(series.when, whole.when)) return true;
  }
  return false;
}

const LONGEST_TIME = 200;
/** Words of "by Friday the 4th of December". */
const LONGEST_DAY = 6;

/** True if `read` comes on other days than `said`, or begins later than its second time. */
function isOtherSeries(said: ParsedWhen, read: ParsedWhen): boolean {
  if (said.kind !== 'recurring' || read.kind !== 'recurring') return false;
  const rhythm = rhythmOf(said.rule);
  if (!/DAILY|BYDAY/.test(rhythm)) return false;
  const [, second] = said.next;
  const [first] = read.next;
  return rhythm !== rhythmOf(read.rule) || (second !== undefined && first !== undefined && first > second);
}

const rhythmOf = (rule: string): string => (rule.match(/FREQ=\w+|BYDAY=[^;\n]+/g) ?? []).join(';');

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
