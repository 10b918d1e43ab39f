import { isoOfWall, MINUTE } from './civil.ts';
import { type Env, envIn, envOf, hereOf } from './env.ts';
import { isOtherWord } from './foreign/marks.ts';
import { notUnderstood } from './foreign/texts.ts';
import { english } from './lang/en.ts';
import { type Budget, type Phrase, type PlacedPiece, readings, type Words, wordsOf } from './lang/phrase.ts';
import { correctTokens, type Stretch, type Token, tokenise, wordAt } from './lang/tokens.ts';
import type { DateSpec } from './pieces.ts';
import { distinct, eitherOf, isCertain, readingsOf } from './readings.ts';
import { parseCron } from './rules/cron.ts';
import { describe } from './rules/describe.ts';
import { resolveOnce } from './rules/once.ts';
import { daysOfMonth } from './rules/parts.ts';
import { parseRule } from './rules/rule.ts';
import { resolveSeries, whenOfRule } from './rules/series.ts';
import { parseRuleText } from './rules/text.ts';
import { uniteRules } from './rules/union.ts';
import { scopesOf } from './scopes.ts';
import { impossible, noTime, past, rejectNever, tooLong, tooOften, unknownZone, whichOne } from './texts.ts';
import type { ParsedWhen, TimeReading, WhenContext } from './types.ts';
import { endingBy } from './until-day.ts';
import { findZone, isZone, wallAt } from './zones.ts';

/** "At 5 or 6", "tomorrow or the day after": times of which either may be meant. */
interface Alternatives {
  /** With the first; what is left out of it are the tokens from `from` up to `to`. */
  first: { text: string; from: number; to: number };
  second: { text: string };
}

const MOST_CHOICES = 3;
const ALTERNATIVES_MOST_TOKENS = 16;

/** Possible lengths in words of the first and the second; alternatives are mostly alike. */
const LENGTHS = '11 22 33 44 21 12 31 13 32 23 42 24'
  .split(' ')
  .map((pair) => [Number(pair[0]), Number(pair[1])] as const);

function* alternatives(
  text: string,
  tokens: readonly Token[],
  stretch: readonly [number, number],
): Generator<Alternatives> {
  const [from, to] = stretch;
  const places = (is: (word: string) => boolean) =>
    tokens.flatMap((token, at) => (at > from && at < to - 1 && is(token.text) ? [at] : []));
  const choices = places((word) => english.choices.has(word));
  if (choices.length === 0 || choices.length > MOST_CHOICES || to - from > ALTERNATIVES_MOST_TOKENS) return;
  // "At 5, 6 or 7": where it is not the word that parts two of them, it is a comma.
  for (const at of [...choices, ...places((word) => word === ',')]) yield* partedAt(at, text, tokens, stretch);
}

function* partedAt(
  at: number,
  text: string,
  tokens: readonly Token[],
  [from, to]: readonly [number, number],
): Generator<Alternatives> {
  const word = (place: number) => tokens[place]?.text ?? '';
  // "At 5... or maybe 6".
  let end = at;
  while (end > from && SIGN.test(word(end - 1))) end--;
  let next = at + 1;
  while (next < to && (SIGN.test(word(next)) || english.hedges.has(word(next)))) next++;
  if (end === from || next >= to) return;
  const slice = (first: number, last: number) =>
    first < last ? text.slice(tokens[first]?.start, tokens[last - 1]?.end) : '';
  const without = (first: number, last: number) => `${slice(from, first)} ${slice(last, to)}`.trim();
  const first = (last: number) => ({ text: without(end, last), from: end, to: last });
  // "In an hour or two".
  if (/^(?:an?|one)$/.test(word(end - 2)) && english.temporal.has(word(end - 1)) && NUMBER.test(word(next))) {
    const second = `${slice(from, end - 2)} ${word(next)} ${word(end - 1)} ${slice(next + 1, to)}`;
    yield { first: first(next + 1), second: { text: second.trim() } };
  }
  // "Tomorrow or the day after".
  if (word(next) === 'the' && /^(?:after|before)$/.test(word(next + 2)) && next + 3 <= to)
    for (let start = end - 1; start >= Math.max(from, end - 3); start--) {
      const second = `${slice(from, start)} ${slice(next, next + 3)} ${slice(start, end)} ${slice(next + 3, to)}`;
      yield { first: first(next + 3), second: { text: second.trim() } };
    }
  for (const [one, other] of LENGTHS)
    if (end - one >= from && next + other <= to)
      yield { first: first(next + other), second: { text: without(end - one, next) } };
}

function withoutEither(tokens: readonly Token[], begins: (at: number) => boolean) {
  const at = tokens.findIndex(({ text }, index) => text === 'either' && begins(index + 1));
  if (at < 0 || !tokens.slice(at).some(({ text }) => english.choices.has(text))) return tokens;
  return tokens.filter((_, index) => index !== at);
}

const SIGN = /^[.,;:()-]$/;

const NUMBER = /^(?:\d{1,2}|two|three|four|five|six)$/;

const LONGEST_TEXT = 2_000;
const MOST_TOKENS = 80;
const LONGEST_SLIPS = 2 * MOST_TOKENS;

/**
 * Parses `text` as a time: an instant, a rule, a question with its readings, or a refusal with its reason. The whole
 * text must be about time; for a text with a task in it see `splitTask`. Never throws.
 */
export function parseWhen(text: string, ctx: WhenContext): ParsedWhen {
  if (text.length > LONGEST_TEXT) return tooLong();
  if (!('home' in ctx) && !isZone(ctx.zone)) return unknownZone(ctx.zone);
  const here = hereOf(ctx);
  const rule = readRule(text, here);
  if (rule) return rule;
  const read = readPhrase(text, here);
  const ending = read && endingBy(text, read, (words) => readPhrase(words, here));
  return ending ? withWords(whichOne(ending), here) : (read ?? explain(text));
}

function readRule(text: string, ctx: WhenContext): ParsedWhen | undefined {
  const rule = parseRuleText(text, ctx) ?? parseCron(text, ctx);
  return rule && withWords(rule, ctx);
}

const readPhrase = (text: string, ctx: WhenContext): ParsedWhen | undefined =>
  readWords(chooseWords(wordsOf(text, tokenise(text))), ctx);

function chooseWords(words: Words): Words {
  const tokens = withoutEither(words.tokens, (at) => words.pieces(at).length > 0);
  return tokens === words.tokens ? words : wordsOf(words.text, tokens);
}

function readWords(words: Words, ctx: WhenContext): ParsedWhen | undefined {
  const read = readWhole(words, ctx);
  if (read) return read.when;
  const tokens = words.tokens.length > LONGEST_SLIPS ? undefined : correctTokens(words.tokens, isOtherWord);
  const right = tokens && readWhole(wordsOf(words.text, tokens), ctx);
  return (right ?? readUnits(words, ctx, [0, words.tokens.length], effort()))?.when;
}

/** Bounds the time that any text takes; what a person writes needs a third of it. */
interface Effort {
  steps: Budget;
  tries: Budget;
}

const STEPS = 1_000;
const PHRASE_STEPS = 400;
const RESOLVING = 40;

export const effort = (steps = STEPS, tries: Budget = { left: 60 }): Effort => ({ steps: { left: steps }, tries });

export const isExhausted = ({ steps }: Effort): boolean => steps.left <= 0;

interface Read {
  when: ParsedWhen;
  phrase: Phrase;
}

function readWhole(words: Words, ctx: WhenContext, tries?: Budget): Read | undefined {
  const [from, to] = trimStretch(words.tokens, [0, words.tokens.length]);
  return to - from > MOST_TOKENS ? undefined : readStretch(words, ctx, [from, to], effort(PHRASE_STEPS, tries));
}

/** A stretch without the courtesies and signs at its ends; the dot of "24.12." belongs to the date, "-5 minutes" is no time. */
function trimStretch(tokens: readonly Token[], [from, to]: Stretch): Stretch {
  let [start, end] = [from, to];
  const isNumber = (at: number) => /^\d/.test(wordAt(tokens, at)) && tokens[at]?.glued === true;
  while (start < end && (english.openers.has(wordAt(tokens, start)) || (isSign(tokens, start) && !isNumber(start + 1))))
    start++;
  while (
    end > start &&
    (english.closers.has(wordAt(tokens, end - 1)) || (isSign(tokens, end - 1) && !endsDate(tokens, end - 1)))
  )
    end--;
  return [start, end];
}

const isSign = (tokens: readonly Token[], at: number): boolean => /^[,.!;:?-]$/.test(wordAt(tokens, at));

const endsDate = (tokens: readonly Token[], at: number): boolean =>
  wordAt(tokens, at) === '.' &&
  tokens[at]?.glued === true &&
  /^\d\d?\.(?:0?[1-9]|1[0-2])$/.test(wordAt(tokens, at - 1));

export function readStretch(
  words: Words,
  ctx: WhenContext,
  stretch: Stretch,
  effort: Effort,
  fits: (phrase: Phrase) => boolean = () => true,
): Read | undefined {
  let open: Read | undefined;
  for (const phrase of readings(words, stretch, effort.steps)) {
    const scopes = fits(phrase) ? scopesOf(phrase.placed, words.tokens) : 'lost';
    if (scopes === 'lost') continue;
    effort.steps.left -= RESOLVING * (phrase.vague?.instead.length ?? 1);
    if (scopes !== 'kept') {
      open ??= inEitherScope(phrase, scopes, words, ctx, stretch);
      continue;
    }
    const when = phrase.vague ? askAbout(phrase, words, ctx, stretch) : interpret(phrase, ctx);
    if (when) return { phrase, when: withWords(when, ctx) };
  }
  return open ?? readEither(words, ctx, stretch, effort);
}

/** "Every weekday except Wednesdays at 9 in August": in August alone, or not on its Wednesdays. */
function inEitherScope(
  phrase: Phrase,
  { head, moved }: { head: PlacedPiece; moved: PlacedPiece },
  { text, tokens }: Words,
  ctx: WhenContext,
  [from, to]: Stretch,
): Read | undefined {
  const slice = (first: number, last: number) =>
    first < last ? text.slice(tokens[first]?.start, tokens[last - 1]?.end) : '';
  const behind = `${slice(from, head.to)} ${slice(moved.from, moved.to)} ${slice(head.to, moved.from)} ${slice(moved.to, to)}`;
  const whens = [interpret(phrase, ctx), readPhrase(behind, ctx)].filter(isCertain);
  return whens.length > 0 ? { phrase, when: withWords(whichOne(distinct(whens.flatMap(readingsOf))), ctx) } : undefined;
}

/** "In 2 hous": a word that is no unit behind a number is asked about, with the units that it may stand for. */
export function readUnits(words: Words, ctx: WhenContext, [from, to]: Stretch, effort: Effort): Read | undefined {
  const slip = words.slips().find((one) => one.from >= from && one.to <= to);
  if (!slip || words.tokens.length > MOST_TOKENS) return undefined;
  const behind = words.tokens.length - to;
  const reads: Read[] = [];
  for (const text of slip.texts) {
    const tokens = tokenise(text);
    const read = readStretch(wordsOf(text, tokens), ctx, [from, tokens.length - behind], effort);
    if (read) reads.push(read);
    else if (reads.length === 0) return undefined;
  }
  const [first] = reads;
  // The unit is what is asked for; the time alone does not tell it.
  const readings = reads.flatMap(({ when }, at) =>
    readingsOf(when).map((one) => ({ ...one, unit: slip.units[at] ?? '' })),
  );
  return first && { ...first, when: readings.length > 0 ? withWords(whichOne(distinct(readings)), ctx) : first.when };
}

/** "At 5 or 6": both are read, and a person is asked. The pieces are those of the first, at their places in `words`. */
function readEither({ text, tokens }: Words, ctx: WhenContext, stretch: Stretch, effort: Effort): Read | undefined {
  const [from, to] = stretch;
  if (!tokens.slice(from, to).some(({ text }) => english.choices.has(text))) return undefined;
  const readByWords = new Map<string, Read | undefined>();
  const read = (words: string): Read | undefined => {
    if (!readByWords.has(words) && effort.tries.left-- > 0)
      readByWords.set(words, readWhole(wordsOf(words, tokenise(words)), ctx, effort.tries));
    return readByWords.get(words);
  };
  for (const { first, second } of alternatives(text, tokens, stretch)) {
    if (isExhausted(effort)) return undefined;
    const one = read(first.text);
    const other = one && read(second.text);
    const candidates = [one, other].flatMap((each) => (each ? readingsOf(each.when) : []));
    if (!one || !other || candidates.length === 0) continue;
    const place = (at: number) => (from + at < first.from ? from + at : at + from + first.to - first.from);
    const placed = one.phrase.placed.map((each) => ({ ...each, from: place(each.from), to: place(each.to - 1) + 1 }));
    return { when: withWords(whichOne(distinct(candidates)), ctx), phrase: { ...one.phrase, placed } };
  }
  return undefined;
}

function askAbout(
  { vague, placed }: Phrase,
  { text, tokens }: Words,
  ctx: WhenContext,
  stretch: Stretch,
): ParsedWhen | undefined {
  const { from = 0, to = 0 } = placed.find(({ piece }) => piece === vague) ?? {};
  const { instead = [], certain } = vague ?? {};
  const before = text.slice(tokens[stretch[0]]?.start ?? 0, tokens[from]?.start);
  const after = text.slice(tokens[to - 1]?.end ?? text.length, tokens[stretch[1] - 1]?.end);
  const candidates: TimeReading[] = [];
  for (const meaning of instead) {
    const when = readPhrase(`${before} ${meaning} ${after}`, ctx);
    if (when && instead.length === 1 && (when.kind === 'reject' || certain)) return when;
    if (when) candidates.push(...readingsOf(when));
  }
  const [first, ...rest] = candidates;
  if (!first) return undefined;
  // Readings that are near each other become a button instead of a question.
  const isNear = rest.length > 0 && rest.every((other) => areNear(first.when, other.when));
  return isNear ? { ...first.when, others: rest } : whichOne(candidates);
}

/** True if two times are so close that nobody wants to be asked which is meant. */
const areNear = (one: TimeReading['when'], other: TimeReading['when']): boolean =>
  one.kind === 'once' && other.kind === 'once' && Math.abs(one.at.getTime() - other.at.getTime()) <= NEAR;

const NEAR = 30 * MINUTE;

/** Asks which of these is meant; where none can be, the first of them stands. */
export function whichOf(whens: readonly ParsedWhen[], ctx: WhenContext): ParsedWhen {
  const different = distinct(whens.flatMap(readingsOf));
  return different.length > 0 ? withWords(whichOne(different), ctx) : (whens[0] ?? noTime());
}

export function withWords(when: ParsedWhen, ctx: WhenContext): ParsedWhen {
  if (when.kind === 'reject') return when;
  const name = (reading: TimeReading): TimeReading => {
    const words = describe(reading.when, ctx);
    return { ...reading, words: reading.unit === undefined ? words : `${reading.unit}: ${words}` };
  };
  if (when.kind === 'ambiguous') return whichOne(when.readings.map(name));
  return when.others ? { ...when, others: when.others.map(name) } : when;
}

function explain(text: string): ParsedWhen {
  const tokens = tokenise(text);
  const mentions = tokens.some(({ text: word }) => english.temporal.has(word) || /\d/.test(word));
  return mentions ? notUnderstood(text.trim()) : noTime();
}

const REFUSALS = { PAST: () => past(''), NEVER: rejectNever, TOO_OFTEN: tooOften, NOT_A_DATE: impossible };

/** The meaning of a phrase here and now; undefined when its pieces contradict each other. */
function interpret(phrase: Phrase, ctx: WhenContext): ParsedWhen | undefined {
  if (phrase.wrong) return REFUSALS[phrase.wrong.code]();
  const isDated = phrase.dates.length + phrase.recurs.length > 0 || phrase.days !== undefined;
  if (phrase.time?.clock?.lettered && !isDated) return undefined;
  if (phrase.zone === undefined) return inOffsetOfStart(phrase, ctx) ?? resolve(phrase, envOf(ctx));
  const { words, offset } = phrase.zone;
  const named = findZone(words, ctx.zone);
  if (!named) return unknownZone(words);
  if (offset !== undefined) return atOffset(phrase, ctx, named.zone, offset);
  return inZone(/^UTC$|^[+-]/.test(named.zone) ? exactly(phrase) : phrase, ctx, named.zone);
}

/** "Every day from 3 March 09:00 UTC+1": the offset of the first time is that of all. */
function inOffsetOfStart(phrase: Phrase, ctx: WhenContext): ParsedWhen | undefined {
  const { offset, ...moment } = phrase.start?.moment ?? {};
  const zone = offset === undefined ? undefined : findZone(offset)?.zone;
  return phrase.start && zone !== undefined
    ? resolve({ ...phrase, start: { ...phrase.start, moment } }, envOf(ctx, zone))
    : undefined;
}

/** "02:30 UTC+01:00 (Europe/Berlin)": the one of two equal times at which the zone has this offset. */
function atOffset(phrase: Phrase, ctx: WhenContext, zone: string, offset: string): ParsedWhen | undefined {
  const fixed = findZone(offset)?.zone;
  const when = fixed === undefined ? undefined : resolve(exactly(phrase), envOf(ctx, fixed));
  if (when?.kind !== 'once') return when;
  return isoOfWall(wallAt(when.at.getTime(), zone)) === when.local ? { ...when, zone } : impossible();
}

/** Times in UTC, and those with an offset in numbers, are told on the 24-hour clock. */
function exactly(phrase: Phrase): Phrase {
  const clock = phrase.time?.clock;
  return clock ? { ...phrase, time: { ...phrase.time, clock: { ...clock, exact: true } } } : phrase;
}

/** "Tomorrow at 9 in Tokyo": where it is another day already, "tomorrow" has two meanings. */
function inZone(phrase: Phrase, ctx: WhenContext, zone: string): ParsedWhen | undefined {
  const there = envOf(ctx, zone);
  const { today } = envOf(ctx);
  const result = resolve(phrase, there);
  if (there.today === today || !phrase.dates.some(dependsOnToday)) return result;
  const possible = [result, resolve(phrase, { ...there, today })].filter((when) => when?.kind === 'once');
  const [first, second] = distinct(possible.flatMap(readingsOf));
  return first && second ? whichOne([first, second]) : (first?.when ?? result);
}

function dependsOnToday(date: DateSpec): boolean {
  if (date.type === 'monthday') return date.month === undefined || date.inMonth !== undefined;
  return date.type !== 'numeric' && date.type !== 'holiday' && date.type !== 'both';
}

const DAILY = { freq: 'DAILY', interval: 1 } as const;

function resolve(phrase: Phrase, env: Env): ParsedWhen | undefined {
  const { recurs, earlier, days, dates, time, times, lasting, shift } = phrase;
  if (earlier.length > 0) return union(phrase, env);
  if (recurs.length > 0) return resolveSeries(phrase, env);
  if (days) return weekly(phrase, env);
  if ((time || times) && lasting?.daily && lasting.span.milliseconds === 0 && dates.length === 0)
    return resolveSeries({ ...phrase, recurs: [DAILY] }, env);
  if ((time || times) && shift?.during) return resolveDuring(phrase, env);
  const { start, until, count, excepts } = phrase;
  // "From 20 to 27 December at 9": on each of these days?
  const isRun = start?.moment.date?.type === 'monthday' && until?.moment.date?.type === 'monthday';
  if (isRun && (time || times) && dates.length === 0)
    return eitherOf([resolveSeries({ ...phrase, recurs: [DAILY] }, env)]);
  if (start || until || lasting || count || excepts.length > 0) return undefined;
  return times ? resolveEachTime(phrase, env) : (monthly(phrase, env) ?? resolveOnce(phrase, env));
}

/** "On the last day of the month": of this one, or of each? */
function monthly(phrase: Phrase, env: Env): ParsedWhen | undefined {
  const [date, also] = phrase.dates;
  const days = date && 'monthly' in date && date.monthly && !also && !phrase.before ? daysOfMonth(date) : undefined;
  if (!days) return undefined;
  const series = { ...phrase, dates: [], recurs: [{ freq: 'MONTHLY' as const, interval: 1, days }] };
  return eitherOf([resolveOnce(phrase, env), resolveSeries(series, env)]);
}

/** "Monday and Thursday at 9": each week, or only the next of each? */
function weekly({ days, ...rest }: Phrase, env: Env): ParsedWhen | undefined {
  if (!days || rest.dates.length > 0) return undefined;
  const series: Phrase = { ...rest, recurs: [{ freq: 'WEEKLY', interval: 1, days: days.days }] };
  const always = resolveSeries(series, env);
  if (always?.kind !== 'recurring' || rest.until || rest.lasting || rest.count) return always;
  const next = resolveSeries({ ...series, count: { kind: 'count', count: days.days.weekdays?.length ?? 1 } }, env);
  return next ? eitherOf([always, next]) : always;
}

/** "At 8am for 7 days": on each of them, or once for what lasts so long. */
function resolveDuring({ shift, ...rest }: Phrase, env: Env): ParsedWhen | undefined {
  if (!shift || shift.span.milliseconds > 0 || rest.dates.length > 0) return undefined;
  const lasting = { kind: 'lasting', span: shift.span } as const;
  return eitherOf([resolveSeries({ ...rest, lasting, recurs: [DAILY] }, env), resolve(rest, env)]);
}

/** "At 9 and 5": two times, but one reminder. */
function resolveEachTime({ times, ...rest }: Phrase, env: Env): ParsedWhen | undefined {
  const whens = (times?.times ?? []).map((time) => resolveOnce({ ...rest, time }, env));
  return whens.includes(undefined) ? undefined : (eitherOf(whens) ?? past(''));
}

/**
 * "Mondays at 9 and Fridays at 5": times that are meant together. A limit that is said in front of the last one is that of
 * its own series; at the end it may be that of all.
 */
function union(phrase: Phrase, env: Env): ParsedWhen | undefined {
  const { earlier, time, times } = phrase;
  const last = { ...phrase, earlier: [] };
  // An hour is shared, a limit may be: "every other Monday and every Thursday at 10".
  const timed = earlier.map((one) => (hasOwnTime(one) ? one : { ...one, time, times }));
  if (earlier.some((one) => one.time || one.times) && !time && !times)
    return eitherOf([...timed, last].map((one) => resolve(one, env)));
  const own = uniteSeries([...timed, last], env);
  const { start, until, lasting, excepts, placed } = phrase;
  // "… and every Monday except the last Monday of the month at 9" is no limit at the end.
  const behind = placed.slice(placed.findLastIndex(({ piece }) => /^(?:time|times|range)$/.test(piece.kind)) + 1);
  if (!behind.some(({ piece }) => /^(?:start|until|lasting|except)$/.test(piece.kind))) return own;
  if (timed.some((one) => one.start || one.until || one.lasting || one.excepts.length > 0)) return own;
  const shared = uniteSeries([...timed.map((one) => ({ ...one, start, until, lasting, excepts })), last], env);
  if (start?.all) return shared;
  const readings = distinct([shared, own].flatMap(readingsOf));
  return readings.length > 1 ? whichOne(readings) : (shared ?? own);
}

const hasOwnTime = ({ time, times, range, recurs }: Phrase): boolean =>
  time !== undefined || times !== undefined || range !== undefined || recurs.some(({ step }) => step !== undefined);

/** Several series as one rule; where none can say them, each is a button. */
function uniteSeries(phrases: readonly Phrase[], env: Env): ParsedWhen | undefined {
  const whens = phrases.map((one) => {
    const zone = one.zone && findZone(one.zone.words)?.zone;
    return resolve(one, zone === undefined ? env : envIn(env, zone));
  });
  if (!whens.every((when) => when && when.kind !== 'reject')) return undefined;
  const rules = whens.flatMap((when) => {
    const rule = when?.kind === 'recurring' ? parseRule(when.rule, { start: 0, zone: env.zone }) : undefined;
    return rule && !('problem' in rule) ? [rule] : [];
  });
  const isOneStart = new Set(phrases.map(({ start }) => start)).size === 1;
  const rule =
    rules.length === whens.length && isOneStart ? uniteRules(rules, phrases[0]?.start === undefined) : undefined;
  return rule ? whenOfRule(rule, env) : whichOne(distinct(whens.flatMap(readingsOf)));
}
