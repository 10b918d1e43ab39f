/** Decides what is told of one look at a source. Pure: rule, memory, what was seen and the time make the answer. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Instant } from '../../../base/clock.ts';
import { addDays, dayAt, formatClock, weekdayOfDay } from '../../../time/index.ts';
import { numberIn } from './number.ts';
import { type Condition, DAYS } from './rule.ts';

export interface Item {
  /** The same for the same thing, whenever it is seen. */
  id: string;
  text: string;
}

/**
 * One look. `items`: parts of the text that are known one by one; `isWhole`: an item that is missing is gone; `isNews`: the first look is told, too. A failure is the
 * source's own (an exit status, a page that is away); `sign` is equal for equal failures.
 */
export type Observation =
  | { ok: true; text: string; hash?: string | undefined; items?: readonly Item[]; isWhole?: boolean; isNews?: boolean }
  | { ok: false; sign: string; message: string };

/** Stored between two looks. A field that is not there yet has never been needed. */
export const memory = z.object({
  /** Items that were seen, with the beginnings of their texts. */
  seen: z.record(z.string(), z.string()).optional(),
  /** Hash of the text that was seen last, by `changed`. */
  last: z.string().optional(),
  /** Hash of the output that was told last, by `anything`. */
  told: z.string().optional(),
  /** Looks in a row at which it was met, and at which it was not. */
  streak: z.int().optional(),
  calm: z.int().optional(),
  /** True since it was told that it is met. */
  met: z.boolean().optional(),
  /** The failure that was told. */
  broken: z.string().optional(),
  /** The local day on which something was told last. */
  day: z.string().optional(),
  /** When something was told within the last hour: milliseconds. */
  recent: z.array(z.number()).optional(),
  /** Told too often: since when it has been as `sign` says. */
  flapping: z.object({ sign: z.string(), since: z.number() }).optional(),
});
export type Memory = z.output<typeof memory>;

export type SpeechKind = 'output' | 'met' | 'over' | 'broken' | 'mended' | 'flapping' | 'steady';

export interface Speech {
  kind: SpeechKind;
  text: string;
}

/** Why nothing was told, or that something was; `gathered`: a digest tells it. */
export type Finding = 'told' | 'gathered' | 'nothing' | 'same' | 'not met' | 'not now' | 'first look' | 'flapping';

export interface Verdict {
  memory: Memory;
  finding: Finding;
  speech?: Speech;
}

const HOUR_MS = 3_600_000;
/** Changes to and fro are told so often within an hour; then that it goes to and fro, once. */
const MOST_AN_HOUR = 4;
const MOST_SEEN = 500;
const SNIPPET = 80;

export function evaluate(
  rule: Condition,
  before: Memory,
  observed: Observation,
  at: { now: Instant; zone: string },
): Verdict {
  const text = observed.ok ? observed.text.trim() : observed.message;
  return limitSpeech(rule, before, { ...lookAtOnce(rule, before, observed), text }, at);
}

interface Look {
  memory: Memory;
  speech?: Speech;
  finding: Exclude<Finding, 'told' | 'not now' | 'flapping'>;
  /** Equal for equal states of the source. */
  sign: string;
}

function lookAtOnce(rule: Condition, before: Memory, observed: Observation): Look {
  const failure = observed.ok ? missingNumber(rule, observed) : observed;
  if (failure || !observed.ok) return lookBroken(before, failure as Failure);
  const { broken, ...mended } = before;
  const looked = lookWell(rule, mended, observed);
  if (broken === undefined || looked.speech) return looked;
  return { ...looked, speech: { kind: 'mended', text: '' } };
}

type Failure = Pick<Extract<Observation, { ok: false }>, 'sign' | 'message'>;

function lookBroken(before: Memory, { sign, message }: Failure): Look {
  const broken = hashOf(sign);
  const after = { ...before, broken };
  if (before.broken === broken) return { memory: after, finding: 'same', sign: broken };
  return { memory: after, finding: 'same', sign: broken, speech: { kind: 'broken', text: message } };
}

type GoodObservation = Extract<Observation, { ok: true }>;

function lookWell(rule: Condition, before: Memory, observed: GoodObservation): Look {
  const { is } = rule;
  if (is === 'anything')
    return observed.items ? lookAtItems(rule, before, observed) : lookAtOutput(rule, before, observed);
  if (is === 'changed') return observed.items ? lookAtItems(rule, before, observed) : lookForChange(before, observed);
  if (is === 'contains' && observed.items && !observed.isWhole) return lookAtItems(rule, before, observed);
  return lookForState(rule, before, observed);
}

const textHash = ({ text, hash }: GoodObservation): string => hashOf(`${text.trim()}${hash ?? ''}`);

/** Any output is told, the same once; an empty one tells nothing. */
function lookAtOutput(rule: Condition, before: Memory, observed: GoodObservation): Look {
  const text = observed.text.trim();
  if (text === '') return lookAtSilence(rule, before);
  const sign = textHash(observed);
  const streak = (before.streak ?? 0) + 1;
  const after: Memory = { ...before, streak, calm: 0 };
  if (before.told === sign) return { memory: { ...after, met: true }, finding: 'same', sign };
  if (streak < rule.times) return { memory: after, finding: 'not met', sign };
  return { memory: { ...after, met: true, told: sign }, finding: 'same', sign, speech: { kind: 'output', text } };
}

function lookAtSilence(rule: Condition, before: Memory): Look {
  const { told: _, ...rest } = before;
  const after = { ...rest, streak: 0, calm: (before.calm ?? 0) + 1 };
  const looked: Look = { memory: { ...after, met: false }, finding: 'nothing', sign: '' };
  if (!before.met || !rule.over) return looked;
  if (after.calm < rule.times) return { ...looked, memory: { ...after, met: true } };
  return { ...looked, speech: { kind: 'over', text: '' } };
}

/** The first look tells nothing: there is nothing that it could differ from. */
function lookForChange(before: Memory, observed: GoodObservation): Look {
  const last = textHash(observed);
  const after = { ...before, last };
  if (before.last === undefined) return { memory: after, finding: 'first look', sign: last };
  if (before.last === last) return { memory: after, finding: 'same', sign: last };
  return { memory: after, finding: 'same', sign: last, speech: { kind: 'output', text: observed.text.trim() } };
}

/** Items that were not there at the last look, and of a whole set those that are gone. */
function lookAtItems(
  rule: Condition,
  before: Memory,
  { items = [], isWhole = false, isNews = false }: GoodObservation,
): Look {
  const seen = before.seen ?? {};
  const ids = items.map(({ id }) => hashOf(id));
  const now = Object.fromEntries(items.map(({ text }, at) => [ids[at] as string, text.slice(0, SNIPPET)]));
  const kept = isWhole ? now : Object.fromEntries(Object.entries({ ...seen, ...now }).slice(-MOST_SEEN));
  const after = { ...before, seen: kept };
  const sign = hashOf(ids.join(' '));
  if (before.seen === undefined && !isNews) return { memory: after, finding: 'first look', sign };
  const fresh = items.filter((item, at) => !Object.hasOwn(seen, ids[at] as string) && holds(rule, item.text));
  const gone = isWhole ? Object.entries(seen).flatMap(([id, text]) => (Object.hasOwn(now, id) ? [] : [text])) : [];
  if (fresh.length === 0 && gone.length === 0) return { memory: after, finding: 'same', sign };
  const lines = [...fresh.map(({ text }) => text), ...gone.map((text) => `gone: ${text}`)];
  return { memory: after, finding: 'same', sign, speech: { kind: 'output', text: lines.join('\n') } };
}

const holds = ({ is, text = '' }: Condition, words: string): boolean =>
  is !== 'contains' || words.toLowerCase().includes(text.toLowerCase());

/** A state is told when it begins, and where the rule says so when it is over. */
function lookForState(rule: Condition, before: Memory, observed: GoodObservation): Look {
  const isMet = stateOf(rule, observed.text);
  const streak = isMet ? (before.streak ?? 0) + 1 : 0;
  const calm = isMet ? 0 : (before.calm ?? 0) + 1;
  const after = { ...before, streak, calm };
  const sign = isMet ? 'met' : 'calm';
  if (!before.met && streak >= rule.times)
    return {
      memory: { ...after, met: true },
      finding: 'same',
      sign,
      speech: { kind: 'met', text: observed.text.trim() },
    };
  if (!before.met || calm < rule.times) return { memory: after, finding: before.met ? 'same' : 'not met', sign };
  const over = { memory: { ...after, met: false }, finding: 'not met' as const, sign };
  return rule.over ? { ...over, speech: { kind: 'over', text: observed.text.trim() } } : over;
}

function stateOf({ is, text = '', number = 0, after }: Condition, said: string): boolean {
  const has = said.toLowerCase().includes(text.toLowerCase());
  if (is === 'contains') return has;
  if (is === 'lacks') return !has;
  const found = numberIn(said, after) ?? number;
  return is === 'above' ? found > number : found < number;
}

function missingNumber({ is, after }: Condition, { text }: GoodObservation): Failure | undefined {
  if ((is !== 'above' && is !== 'below') || numberIn(text, after) !== undefined) return undefined;
  const message = after === undefined ? 'there is no number in it' : `there is no number behind “${after}”`;
  return { sign: 'no number', message };
}

// When something may be told: days, window, once a day, and a limit for what goes to and fro.

type LookWithText = Look & { text: string };

function limitSpeech(
  rule: Condition,
  before: Memory,
  looked: LookWithText,
  { now, zone }: { now: Instant; zone: string },
): Verdict {
  const { speech, memory: after, finding, sign } = looked;
  const ms = now.getTime();
  if (before.flapping) return settleFlapping(before.flapping, looked, ms);
  if (!speech) return { memory: after, finding };
  const day = dayAt(now, zone);
  const isNow = inWindow(rule, now, zone) && !(rule.daily && before.day === day);
  // The state that was told stays as it was, so that it is told at the first look at which it may be.
  if (!isNow) return { memory: { ...before, ...countsOf(after) }, finding: 'not now' };
  const recent = (before.recent ?? []).filter((each) => each > ms - HOUR_MS);
  const told = { ...after, day, recent: [...recent, ms] };
  if (recent.length < MOST_AN_HOUR) return { memory: told, finding: 'told', speech };
  return {
    memory: { ...told, flapping: { sign, since: ms } },
    finding: 'told',
    speech: { ...speech, kind: 'flapping' },
  };
}

const countsOf = ({ streak, calm }: Memory): Memory => ({
  ...(streak !== undefined && { streak }),
  ...(calm !== undefined && { calm }),
});

/** After an hour without a change it is told how it stands, and from then on as before. */
function settleFlapping(
  flapping: NonNullable<Memory['flapping']>,
  { memory: after, sign, text }: LookWithText,
  ms: number,
): Verdict {
  if (sign !== flapping.sign) return { memory: { ...after, flapping: { sign, since: ms } }, finding: 'flapping' };
  if (ms - flapping.since < HOUR_MS) return { memory: { ...after, flapping }, finding: 'flapping' };
  const { flapping: _, ...steady } = after;
  return { memory: { ...steady, recent: [ms] }, finding: 'told', speech: { kind: 'steady', text } };
}

function inWindow({ days, from, to }: Condition, now: Instant, zone: string): boolean {
  const time = formatClock(now, { zone });
  const isNight = from !== undefined && to !== undefined && from > to;
  const isIn =
    from === undefined || to === undefined || (isNight ? time >= from || time < to : time >= from && time < to);
  // A window over midnight belongs to the day on which it begins.
  const day = isNight && time < (to as string) ? addDays(dayAt(now, zone), -1) : dayAt(now, zone);
  return isIn && (days === undefined || days.includes(DAYS[weekdayOfDay(day) - 1] as (typeof DAYS)[number]));
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
