/** Decides what is told of one look at a source. Pure: rule, memory, what was seen and the time make the answer. */

import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Instant } from '../../../base/clock.ts';
import { omitUndefined } from '../../../base/json.ts';
import { addDays, dayAt, formatClock, weekdayOfDay } from '../../../time/index.ts';
import { numberIn } from './number.ts';
import { type Condition, DAYS } from './rule.ts';

export interface Item {
  /** The same for the same thing, whenever it is seen. */
  id: string;
  /** Other names under which it may come again. */
  also?: readonly string[];
  text: string;
}

/**
 * A look. `items`: parts of the text that are known one by one; `isWhole`: an item that is missing is gone; `isNews`: it holds
 * now, so the first look is told, too, and nothing is told late. A failure is the source's own (an exit status, a page that is
 * away); `sign` is equal for equal failures.
 */
export type Observation =
  | {
      ok: true;
      text: string;
      /** The page's, as its HTML says it. */
      language?: string | undefined;
      hash?: string | undefined;
      items?: readonly Item[];
      isWhole?: boolean;
      isNews?: boolean;
      /** A group or a list of values, and no number itself. */
      isGroup?: boolean;
    }
  | {
      ok: false;
      sign: string;
      message: string;
      /** About something else than before: a failure only where nothing was ever seen. */
      isOfOther?: boolean;
    };

/** Stored between two looks. A field that is not there yet has never been needed. */
export const memory = z.object({
  /** Items that were seen, with the beginnings of their texts where one that is gone is told. */
  seen: z.record(z.string(), z.string()).optional(),
  /** Looks in a row at which a new entry was there that is not told yet. */
  waiting: z.record(z.string(), z.int()).optional(),
  /** Entries that were found when nothing could be told, and the number of those beyond. */
  pending: z.array(z.string()).optional(),
  pendingMore: z.int().optional(),
  /** Deliveries about something else, before the first about this. */
  misses: z.int().optional(),
  /** A state that differs from the last one, and the looks in a row at which it was met. */
  candidate: z.object({ sign: z.string(), looks: z.int() }).optional(),
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
  /** When something was told within the last day: milliseconds. */
  recent: z.array(z.number()).optional(),
  /** The last looks: `1` where something was told, `0` where not. */
  lately: z.string().optional(),
  /** Told too often: since when, and at how many looks, it has been as `sign` says. */
  flapping: z.object({ sign: z.string(), since: z.number(), looks: z.int().default(0) }).optional(),
});
export type Memory = z.output<typeof memory>;

export type SpeechKind = 'output' | 'met' | 'over' | 'broken' | 'mended' | 'flapping' | 'steady';

export interface Speech {
  kind: SpeechKind;
  text: string;
  isOfEntries?: true;
}

/** Why nothing was told, or that something was; `gathered`: a digest tells it. */
export type Finding = 'told' | 'gathered' | 'nothing' | 'same' | 'not met' | 'not now' | 'first look' | 'flapping';

export interface Verdict {
  memory: Memory;
  finding: Finding;
  speech?: Speech;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Changes to and fro are told so often within an hour, or within so many looks at a page in a day; then that they do so, once. */
const MOST_TOLD = 4;
const LATELY = 8;
/** Looks without a change, beside an hour, after which a page counts as steady. */
const STEADY_LOOKS = 4;
/** Entries that are no longer in their feed and are remembered: those that are in it always are. */
const MOST_GONE = 1_000;
const MOST_PENDING = 200;
const LONGEST_PENDING = 1_300;
/** Characters of the entries that are told at once. */
export const LONGEST_ENTRIES = 6_000;
const SNIPPET = 80;

export function evaluate(
  rule: Condition,
  before: Memory,
  observed: Observation,
  at: { now: Instant; zone: string },
): Verdict {
  const observation = leaveOut(rule, observed);
  const text = observation.ok ? observation.text.trim() : '';
  return limitSpeech(rule, before, { ...lookAtOnce(rule, before, observation), text, isFailure: !observation.ok }, at);
}

/** Without the lines that have the words of `without` in them: "Last updated" is another one at each look. */
function leaveOut({ without }: Condition, observed: Observation): Observation {
  const words = (without ?? '')
    .toLowerCase()
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean);
  if (!observed.ok || words.length === 0) return observed;
  const keep = (text: string) =>
    text
      .split('\n')
      .filter((line) => !words.some((each) => line.toLowerCase().includes(each)))
      .join('\n');
  const items = observed.items
    ?.map((item) => ({ ...item, text: keep(item.text), id: item.id === item.text ? keep(item.id) : item.id }))
    .filter(({ text }) => text.trim() !== '');
  return { ...observed, text: keep(observed.text), ...(items && { items }) };
}

interface Look {
  memory: Memory;
  speech?: Speech;
  finding: Exclude<Finding, 'told' | 'not now' | 'flapping'>;
  /** Equal for equal states of the source. */
  sign: string;
  /** New entries, each of which is told once, however late. */
  entries?: readonly string[];
  /** Holds now alone: each is told once, and never later. */
  isNews?: true;
}

function lookAtOnce(rule: Condition, before: Memory, observed: Observation): Look {
  const failure = observed.ok ? missingNumber(rule, observed) : observed;
  if (!observed.ok && observed.isOfOther) {
    const misses = (before.misses ?? 0) + 1;
    if (hasSeen(before)) return { memory: before, finding: 'nothing', sign: '' };
    if (misses < MOST_MISSES) return { memory: { ...before, misses }, finding: 'nothing', sign: '' };
  }
  if (failure || !observed.ok) return lookBroken(before, failure as Failure);
  const { broken, ...mended } = before;
  const looked = lookWell(rule, mended, observed);
  if (broken === undefined || looked.speech) return looked;
  return { ...looked, speech: { kind: 'mended', text: '' } };
}

/** Deliveries without the field after which it is said that it never came: a service may send other things first. */
const MOST_MISSES = 3;

const hasSeen = ({ streak, calm, last, seen, told }: Memory): boolean =>
  [streak, calm, last, seen, told].some((each) => each !== undefined);

type Failure = Pick<Extract<Observation, { ok: false }>, 'sign' | 'message'>;

function lookBroken(before: Memory, { sign, message }: Failure): Look {
  const signHash = hashOf(sign);
  const after = { ...before, broken: signHash };
  if (before.broken === signHash) return { memory: after, finding: 'same', sign: signHash };
  return { memory: after, finding: 'same', sign: signHash, speech: { kind: 'broken', text: message } };
}

type GoodObservation = Extract<Observation, { ok: true }>;

function lookWell(rule: Condition, before: Memory, observed: GoodObservation): Look {
  const { is } = rule;
  const isOfItems = is === 'anything' || is === 'changed' || (is === 'contains' && !observed.isWhole);
  if (observed.items && isOfItems)
    return observed.isWhole ? lookAtParts(rule, before, observed) : lookAtEntries(rule, before, observed);
  if (is === 'anything') return lookAtOutput(rule, before, observed);
  return is === 'changed' ? lookForChange(rule, before, observed) : lookForState(rule, before, observed);
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
function lookForChange(rule: Condition, before: Memory, observed: GoodObservation): Look {
  const sign = textHash(observed);
  const { candidate: _, ...rest } = before;
  const same: Memory = { ...rest, last: sign };
  if (before.last === undefined) return { memory: same, finding: 'first look', sign };
  if (before.last === sign) return { memory: same, finding: 'same', sign };
  const candidate = countLooks(before, sign);
  if (candidate.looks < rule.times) return { memory: { ...before, candidate }, finding: 'not met', sign };
  return { memory: same, finding: 'same', sign, speech: { kind: 'output', text: observed.text.trim() } };
}

/** A state that lasts is told after `times` looks in a row. */
const countLooks = ({ candidate }: Memory, sign: string): NonNullable<Memory['candidate']> => ({
  sign,
  looks: candidate?.sign === sign ? candidate.looks + 1 : 1,
});

/** Parts of a page that were not there at the last look, and those that are gone. */
function lookAtParts(rule: Condition, before: Memory, { items = [] }: GoodObservation): Look {
  const { candidate: _, ...rest } = before;
  const seenTexts = before.seen ?? {};
  const ids = items.map(({ id }) => hashOf(id));
  const now = Object.fromEntries(items.map(({ text }, at) => [ids[at] as string, text.slice(0, SNIPPET)]));
  const after: Memory = { ...rest, seen: now };
  const sign = hashOf(ids.join(' '));
  if (before.seen === undefined) return { memory: after, finding: 'first look', sign };
  const fresh = items.filter((item, at) => !Object.hasOwn(seenTexts, ids[at] as string) && holds(rule, item.text));
  const goneTexts = Object.entries(seenTexts).flatMap(([id, text]) => (Object.hasOwn(now, id) ? [] : [text]));
  if (fresh.length === 0 && goneTexts.length === 0) return { memory: after, finding: 'same', sign };
  const candidate = countLooks(before, sign);
  if (candidate.looks < rule.times) return { memory: { ...before, candidate }, finding: 'not met', sign };
  const lines = [...fresh.map(({ text }) => text), ...goneTexts.map((text) => `gone: ${text}`)];
  return { memory: after, finding: 'same', sign, speech: { kind: 'output', text: lines.join('\n') } };
}

const namesOf = ({ id, also = [] }: Item): string[] => [id, ...also].map(hashOf);

/** Entries that were never seen before. Those that are there now are remembered, however many they are. */
function lookAtEntries(rule: Condition, before: Memory, { items = [], isNews = false }: GoodObservation): Look {
  const seenTexts = before.seen ?? {};
  const named = items.map((item) => ({ item, names: namesOf(item) }));
  const isFirst = before.seen === undefined && !isNews;
  const waiting: Record<string, number> = {};
  const now: Record<string, string> = {};
  const fresh: string[] = [];
  for (const { item, names } of named) {
    const isKnown = isFirst || names.some((name) => Object.hasOwn(seenTexts, name) || Object.hasOwn(now, name));
    const looks = isKnown ? rule.times : Math.max(...names.map((name) => before.waiting?.[name] ?? 0)) + 1;
    for (const name of names)
      if (looks < rule.times) waiting[name] = looks;
      else now[name] = '';
    if (!isKnown && looks >= rule.times && holds(rule, item.text)) fresh.push(item.text);
  }
  const goneEntries = Object.entries(seenTexts).filter(([name]) => !Object.hasOwn(now, name));
  const { waiting: _, pending = [], pendingMore = 0, ...rest } = before;
  const textsByName = Object.fromEntries([...goneEntries.slice(-MOST_GONE), ...Object.entries(now)]);
  const isWaiting = Object.keys(waiting).length > 0;
  const after: Memory = { ...rest, seen: textsByName, ...(isWaiting && { waiting }) };
  const sign = hashOf(named.map(({ names }) => names[0]).join(' '));
  if (isFirst) return { memory: after, finding: 'first look', sign };
  const entries = [...pending, ...fresh];
  if (entries.length === 0) return { memory: after, finding: isWaiting ? 'not met' : 'same', sign };
  const { lines, others } = fitEntries(entries);
  const unsaid = pendingMore + (isNews ? others.length : 0);
  const more = unsaid > 0 ? [`and ${unsaid} more`] : [];
  const speech: Speech = { kind: 'output', text: [...lines, ...more].join('\n'), isOfEntries: true };
  // An appointment that was not told in time is not told afterwards.
  if (isNews) return { memory: after, finding: 'same', sign, speech, isNews };
  return { memory: others.length > 0 ? keepPending(after, others, {}) : after, finding: 'same', sign, speech, entries };
}

/** Entries that one message has room for; the others are told at the next look. */
function fitEntries(entries: readonly string[]): { lines: string[]; others: string[] } {
  let [size, count] = [0, 0];
  for (const entry of entries) {
    size += entry.length + 1;
    if (count > 0 && size > LONGEST_ENTRIES) break;
    count++;
  }
  return { lines: entries.slice(0, count), others: entries.slice(count) };
}

/** Entries that cannot be told now, for the first look at which they may be. */
function keepPending(memory: Memory, entries: readonly string[], { pendingMore = 0 }: Memory): Memory {
  const more = pendingMore + Math.max(0, entries.length - MOST_PENDING);
  const pending = entries.slice(0, MOST_PENDING).map((each) => each.slice(0, LONGEST_PENDING));
  return { ...memory, pending, ...(more > 0 && { pendingMore: more }) };
}

const holds = ({ is, text = '' }: Condition, words: string): boolean =>
  is !== 'contains' || words.toLowerCase().includes(text.toLowerCase());

/** A state is told when it begins, and where the rule says so when it is over. */
function lookForState(rule: Condition, before: Memory, observed: GoodObservation): Look {
  const isMet = stateOf(rule, observed);
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

function stateOf(
  { is, text = '', number = 0, after }: Condition,
  { text: observedText, language }: GoodObservation,
): boolean {
  const has = observedText.toLowerCase().includes(text.toLowerCase());
  if (is === 'contains') return has;
  if (is === 'lacks') return !has;
  const amount = numberIn(observedText, after, language) ?? number;
  return is === 'above' ? amount > number : amount < number;
}

function missingNumber({ is, after }: Condition, { text, language, isGroup }: GoodObservation): Failure | undefined {
  if (is !== 'above' && is !== 'below') return undefined;
  if (isGroup) return { sign: 'a group', message: 'it is a group of values and no number: name one of them' };
  if (numberIn(text, after, language) !== undefined) return undefined;
  const message = after === undefined ? 'there is no number in it' : `there is no number behind “${after}”`;
  return { sign: 'no number', message };
}

// When something may be told: days, window, once a day, and a limit for what goes to and fro.

type LookWithText = Look & { text: string; isFailure: boolean };

/** Pages, feeds and calendars, with parts that are remembered: several looks say more about these than the time. */
const isOfLooks = ({ seen }: Memory): boolean => seen !== undefined;

function limitSpeech(
  rule: Condition,
  before: Memory,
  looked: LookWithText,
  { now, zone }: { now: Instant; zone: string },
): Verdict {
  const { speech, memory: after, finding, sign, entries, isNews } = looked;
  const ms = now.getTime();
  if (before.flapping && !isNews) {
    if (!hasStood(before.flapping, before, sign, ms)) return settleFlapping(before.flapping, before, looked, ms);
    return limitSpeech(rule, clearFlapping(before), { ...looked, memory: clearFlapping(after) }, { now, zone });
  }
  const lately = `${before.lately ?? ''}${speech ? 1 : 0}`.slice(-LATELY);
  if (!speech) return { memory: { ...after, lately }, finding };
  const day = dayAt(now, zone);
  const isNow = inWindow(rule, now, zone) && !(rule.daily && before.day === day);
  if (!isNow && entries) return { memory: keepPending(after, entries, before), finding: 'not now' };
  // The state that was told stays as it was, so that it is told at the first look at which it may be.
  if (!isNow) return { memory: { ...before, ...countsOf(after) }, finding: 'not now' };
  const recent = (before.recent ?? []).filter((each) => each > ms - DAY_MS);
  // Each entry is another one: nothing of it goes to and fro.
  if (entries || isNews) return { memory: { ...after, day }, finding: 'told', speech };
  const nextMemory: Memory = { ...after, day, lately, recent: [...recent, ms].slice(-LATELY) };
  if (!isTooOften(recent, isOfLooks(before) ? lately : '', ms)) return { memory: nextMemory, finding: 'told', speech };
  return {
    memory: { ...nextMemory, flapping: { sign, since: ms, looks: 0 } },
    finding: 'told',
    speech: { ...speech, kind: 'flapping' },
  };
}

const clearFlapping = ({ flapping: _, lately: __, recent: ___, ...rest }: Memory): Memory => rest;

/** A source that tells its changes alone says nothing while it stands still: it stood when the next change comes after an hour. */
const hasStood = (flapping: NonNullable<Memory['flapping']>, before: Memory, sign: string, ms: number): boolean =>
  !isOfLooks(before) && sign !== flapping.sign && ms - flapping.since >= HOUR_MS;

/** A page that is looked at once an hour or less may change at each look of a quarter of a day, and no more. */
function isTooOften(recent: readonly number[], lately: string, ms: number): boolean {
  const ofHour = recent.filter((each) => each > ms - HOUR_MS).length;
  const ofLooks = lately.replaceAll('0', '').length - 1;
  return ofHour >= MOST_TOLD || Math.min(recent.length, ofLooks) >= MOST_TOLD;
}

const countsOf = ({ streak, calm, candidate }: Memory): Memory => ({
  ...omitUndefined({ streak, calm, candidate }),
});

/** After an hour and some looks without a change it is told how it stands, and from then on as before. */
function settleFlapping(
  flapping: NonNullable<Memory['flapping']>,
  before: Memory,
  { memory: looked, sign, text, isFailure, speech, entries }: LookWithText,
  ms: number,
): Verdict {
  const after = entries ? keepPending(looked, entries, before) : looked;
  const looks = flapping.looks + 1;
  if (sign !== flapping.sign)
    return { memory: { ...after, flapping: { sign, since: ms, looks: 0 } }, finding: 'flapping' };
  if (ms - flapping.since < HOUR_MS || (isOfLooks(before) && looks < STEADY_LOOKS))
    return { memory: { ...after, flapping: { ...flapping, looks } }, finding: 'flapping' };
  // Entries that are told now do not wait any more.
  const { flapping: _, lately: __, ...steady } = looked;
  const says = isFailure ? ('broken' as const) : ('steady' as const);
  return { memory: { ...steady, recent: [ms] }, finding: 'told', speech: { text, ...speech, kind: says } };
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
