import type { Instant } from '../../base/clock.ts';
import { formOf, lengthOf, listOf, pattern, plural, shorten } from '../../base/text.ts';
import {
  describe,
  formatInstant,
  formatMinute,
  MONTH,
  occurrences,
  type PlannedTime,
  type Reader,
  WEEKDAY,
} from '../../time/index.ts';
import { everyWords, quoteWords, thenTold } from './fields/texts.ts';
import type { Firing } from './plan.ts';
import { isOpen, MOST_NAGS, type Reminder } from './reminder.ts';

/** Milliseconds: nobody is told the seconds of what is further away. */
const SECONDS_MATTER_MS = 120_000;

function spokenInstant(at: Instant, reader: Reader, zone = reader.zone, between = ' '): string {
  const isNear = Math.abs(at.getTime() - reader.now.getTime()) < SECONDS_MATTER_MS;
  const minute = isNear ? at : new Date(at.getTime() - (at.getTime() % 60_000));
  return formatInstant(minute, reader, zone, between);
}

const instantWords = (at: Instant, reader: Reader, zone = reader.zone): string =>
  spokenInstant(at, reader, zone, ' at ');

function scheduleWords({ plannedAt, rule, zone }: PlannedTime, reader: Reader): string {
  if (rule === undefined) return `on ${instantWords(plannedAt, reader, zone)} (${zone})`;
  // Occurrences skipped before `plannedAt` do not come any more.
  return describe({ kind: 'recurring', rule, zone, next: nextTimes(rule, plannedAt) }, reader);
}

function nextTimes(rule: string, planned: Instant): Instant[] {
  const after = new Date(planned.getTime() - 1);
  const next: Instant[] = [];
  for (const at of occurrences(rule, { after })) if (next.push(at) === 5) break;
  return next;
}

export type Lead = 'to' | 'about' | 'that';

/** A task in another language stands behind no English word: “Müll rausbringen”. */
const isEnglishReader = ({ locale }: Pick<Reader, 'locale'>): boolean => locale === undefined || /^en\b/i.test(locale);

/** Words behind "remind you" where the person's own are not known: things are told about, deeds to do. */
function guessedLead(text: string): Lead {
  if (/^(?:I|it|he|she|we|they|there)(?=['’\s])/i.test(text)) return 'that';
  if (/^(?:the|my|your|our|his|her|their|a|an|that|this|about|of)\s/i.test(text)) return 'about';
  return 'to';
}

function object(text: string, lead: Lead | undefined, reader: Pick<Reader, 'locale'>): string {
  if (lead === undefined && !isEnglishReader(reader)) return `of “${text}”`;
  return `${lead ?? guessedLead(text)} ${text}`;
}

export function createdNotice(
  text: string,
  schedule: PlannedTime,
  reader: Reader,
  {
    lead,
    toDm = false,
    urgent = false,
    nag,
    thenTarget,
    thenMinutes,
    escalateTo = '',
  }: Partial<Pick<Reminder, 'toDm' | 'urgent' | 'nag' | 'thenTarget' | 'thenMinutes'>> & {
    lead?: Lead | undefined;
    escalateTo?: string | undefined;
  },
): string {
  const { plannedAt, rule, zone } = schedule;
  const home = reader.zone;
  const how = `${toDm ? ', in a direct message' : ''}${urgent ? ', even in quiet hours' : ''}`;
  const there = `${scheduleWords(schedule, reader)}${how}`;
  // Said in another zone's time, a single time is told by the person's own clock too.
  const here = rule === undefined && zone !== home ? ` That is ${instantWords(plannedAt, reader)} (${home}).` : '';
  const again = nag === undefined ? '' : ` I'll repeat it ${everyWords(nag)} until you say it is done.`;
  const then = thenTarget === undefined ? '' : ` ${thenTold(escalateTo, thenMinutes)}`;
  return `I'll remind you ${object(text, lead, reader)} ${there}.${here}${again}${then}`;
}

/** A reminder of which others are to be told, for whoever says yes to it. */
export function asksToTell({
  text,
  which,
  replace,
  when,
  to,
  escalate,
}: AskedTelling): [string, Record<string, unknown>] {
  const after = escalate?.after === undefined ? 'in time' : 'within {after}';
  const planned = when === undefined ? '' : ', {when}';
  const changed =
    which === undefined || (text ?? replace) === undefined
      ? ''
      : `, whose words become ${text === undefined ? 'those with {new} for {old}' : '{text}'},`;
  const whose = to === undefined ? '' : ' of {whom}';
  const silent = to === undefined ? 'you have not' : 'nobody has';
  return [
    `Tell {to} about the reminder {about}${whose}${planned}${changed} if ${silent} answered it ${after}`,
    { to: escalate?.to, after: escalate?.after, about: which ?? text, whom: to, new: replace?.to, old: replace?.from },
  ];
}

interface AskedTelling {
  text?: string | undefined;
  which?: string | undefined;
  replace?: { from: string; to: string } | undefined;
  when?: string | undefined;
  to?: string | undefined;
  escalate?: { to: string; after?: string | undefined } | null | undefined;
}

/** The beginning of a finding: its own name stands there. */
const findingName = ({ text, seen }: Reminder): string =>
  seen ? (/^“[^”]*”/.exec(text)?.[0] ?? quoteWords(text.split('\n')[0] ?? '')) : quoteWords(text);

const MOST_MOVES = 10;

function movedLine(before: Reminder, after: Reminder, reader: Reader): string {
  const at = (instant: Date | undefined) => (instant ? formatMinute(instant, reader) : '–');
  return `- ${quoteWords(before.text)}${before.rule ? ' (repeats)' : ''}: ${at(before.plannedAt)} → ${at(after.plannedAt)}`;
}

export function zoneUnknown(zone: string): string {
  return `I took that as ${zone} time, as I don't know where you are: "/timezone Berlin" sets your time zone.`;
}

export function zoneOfBrowser(zone: string): string {
  return `That is the time of ${zone}, from your browser: "/timezone Paris" sets another zone.`;
}

export function line(reminder: Reminder, reader: Reader): string {
  const text = reminder.text.replace(/\s+/g, ' ');
  return `${shorten(text, 120)} — ${state(reminder, reader)}`;
}

export function agendaLine(reminder: Reminder, reader: Reader): string {
  const { nextAt, lastOccurrence, completedAt, text } = reminder;
  const at = reminder.state === 'completed' ? completedAt : isOpen(reminder) ? lastOccurrence : nextAt;
  return `${at ? `${formatMinute(at, reader)}: ` : ''}${shorten(text.replace(/\s+/g, ' '), 120)}`;
}

function state(reminder: Reminder, reader: Reader): string {
  const { zone, rule, nextAt, lastOccurrence, plannedAt, snoozedUntil, heldSince, completedAt } = reminder;
  const at = (instant: Instant) => spokenInstant(instant, reader);
  if (reminder.state === 'completed') {
    return completedAt ? `done ${formatMinute(completedAt, reader)}` : 'done';
  }
  const parts: string[] = [];
  if (isOpen(reminder) && lastOccurrence) parts.push(`due since ${at(lastOccurrence)}`);
  if (rule !== undefined && plannedAt) parts.push(scheduleWords({ plannedAt, rule, zone }, reader));
  else if (plannedAt) parts.push(at(plannedAt));
  const putOff = heldSince ? 'held by quiet hours until' : reminder.nagged > 0 ? 'again' : 'snoozed until';
  if (snoozedUntil) parts.push(`${putOff} ${at(snoozedUntil)}`);
  if (reminder.nag !== undefined && !(snoozedUntil && reminder.nagged > 0))
    parts.push(`repeated ${everyWords(reminder.nag)} until done`);
  if (reminder.thenMinutes !== undefined)
    parts.push(`told elsewhere, too, after ${lengthOf(reminder.thenMinutes)} without an answer`);
  if (parts.length === 0) parts.push(nextAt ? at(nextAt) : 'no more occurrences');
  return parts.join(', ');
}

export function dueText({ reminder, plan, due, late, heldSince, missed }: Firing, now: Instant): string {
  const notes: string[] = [];
  if (reminder.nagged > 0 && plan.occurrence.getTime() === reminder.snoozedOccurrence?.getTime())
    notes.push(
      `repeated, ${reminder.nagged} of ${MOST_NAGS}: ${reminder.seen ? 'press Seen to end that' : 'say when it is done'}`,
    );
  if (late || heldSince) notes.push(`was due ${dueWords(heldSince ?? due, { ...reminder.reads, now })}`);
  if (missed > 0) notes.push(missed >= 1_000 ? 'more than 1,000 missed before' : `${missed} missed before`);
  // Its own person alone is told: the limit is of their reminders.
  if (reminder.seen && reminder.nag === undefined && reminder.readerId === reminder.personId && !reminder.targetId)
    notes.push('said once, as your reminders come as often as they may already');
  const text = reminder.seen ? reminder.text : `⏰ ${reminder.text}`;
  return notes.length === 0 ? text : `${text}\n(${notes.join('; ')})`;
}

function dueWords(due: Instant, reader: Reader): string {
  const words = instantWords(due, reader);
  const day = (text: string) => text.split(' at ')[0];
  return day(words) === day(instantWords(reader.now, reader)) ? words.slice(words.indexOf(' at ') + 1) : `on ${words}`;
}

const A_WEEKDAY = pattern.gi`\b${WEEKDAY}\b`;
const IS_MONTH = pattern.i`^${MONTH}$`;

function dayWords(day: string): string {
  const named = day.replace(A_WEEKDAY, (name) => {
    return name.charAt(0).toUpperCase() + name.slice(1).toLowerCase();
  });
  if (IS_MONTH.test(named)) return `in ${named.charAt(0).toUpperCase()}${named.slice(1)}`;
  if (/^(?:the )?week (?:of|beg|start|comm)/.test(named)) return `in ${named}`;
  return /^(?:[A-Z]\w+day|\d)/.test(named) ? `on ${named}` : named;
}

const seriesNames = (series: readonly Reminder[]): string =>
  `the series ${listOf(series.map(({ text }) => quoteWords(text)))}`;

export const texts = {
  otherByPerson: {
    message: 'Somebody else is reminded only where you ask for it yourself, in your own words.',
    remedy: 'Say it to me again.',
  },
  noOther: (name: string) => ({
    message: `I know nobody ${quoteWords(name)} to whom I could write alone.`,
    remedy: 'Say their name as I know it; they have to have written to me.',
  }),
  otherRefuses: (name: string) => `${name} does not want to be reminded by you.`,
  otherWaits: (name: string) => `I have asked ${name}, who has not answered yet. Say it again then.`,
  asksOther: (name: string) => `I have asked ${name} whether I may. From a yes on it is their reminder.`,
  otherReminded: (name: string, words: string) => `${name}: ${words}`,
  wantsToRemind: (by: string, words: string) => `${by} would like me to remind you. If you agree: ${words}`,
  answers: { once: 'Yes, this one', always: 'Yes, and others too', no: 'No' },
  otherAgrees: (name: string, text: string) => `${name} agrees to ${quoteWords(text)}.`,
  otherAgreesLate: (name: string, text: string) =>
    `${name} agrees, but the time of ${quoteWords(text)} has passed: it is not planned.`,
  otherDeclines: (name: string) => `${name} does not want to be reminded by you.`,
  accepted: 'It is your reminder now.',
  acceptedLate: 'Its time has passed, so there is nothing to remind you of.',
  declined: 'Good, I leave it.',
  otherEscalates: {
    message: 'What somebody else is reminded of is theirs: only they have it told to a third person.',
    remedy: 'Leave out whom it is told then.',
  },
  escalatedText: {
    message: 'What it says is told somebody else where you do not answer: words from elsewhere do not go into it.',
    remedy: 'Have it told nobody else first, or make another reminder.',
  },
  forMe: 'For me',
  forOther: (name: string) => `For ${name}`,
  forWhom: (text: string, name: string) =>
    `Is ${quoteWords(text)} to be said to you, or to ${name}? You have not named them, and nothing was done yet.`,
  seen: 'Seen',
  seenNow: (reminder: Reminder) => `Seen: ${findingName(reminder)}. I say no more of it.`,
  seenBy: (reminder: Reminder, name: string) => `${name} has seen ${findingName(reminder)}.`,
  seenBefore: (reminder: Reminder) => `${findingName(reminder)} has been seen already.`,
  seenLate: (reminder: Reminder) =>
    `That was for an earlier time: ${findingName(reminder)} comes again, and is as it was.`,
  nothingWaits: 'Nothing waits for that any more.',
  seenElsewhere: 'That is pressed where it was told.',
  unanswered: ({ text, seen, thenMinutes = 0 }: Reminder, { of, isLost }: { of: string; isLost: boolean }) =>
    [
      `Nobody has ${seen ? 'pressed Seen' : 'answered'} for ${lengthOf(thenMinutes)}${of === '' ? '' : ` (it was for ${of})`}:`,
      seen ? text : `⏰ ${text}`,
      ...(isLost ? ['(It cannot be told where it was to be told then, so it comes to you.)'] : []),
    ].join('\n'),
  signed: (text: string, by: string) => `${text} (from ${by})`,
  home: {
    title: 'Reminders',
    none: 'Nothing is coming up. Say “remind me tomorrow at 9 to …”.',
    done: 'Done',
    hour: 'Snooze 1 hour',
    tomorrow: 'Tomorrow',
  },
  agenda: { today: 'Reminders', open: 'Still open', done: 'Done', coming: 'Coming up' },
  snoozeLabels: { short: '10 min', hour: '1 hour', tomorrow: 'Tomorrow', other: 'Later…' },
  doneOf: (name: string) => `Done: ${name}`,
  snoozeOf: (name: string) => `10 min: ${name}`,
  snoozeForm: { field: 'when', label: 'Until when?', placeholder: 'in 2 hours, Friday at 9, next week' },
  twin: 'You had the same reminder already, so it will come twice; Undo takes this one back.',
  otherTime: {
    label: 'Not what I meant…',
    form: { field: 'when', label: 'When instead?', placeholder: 'tomorrow at 9, every Monday at 8' },
  },
  noTime: (text: string, lead: Lead | undefined, reader: Pick<Reader, 'locale'>) => ({
    message: `When should I remind you ${object(text, lead, reader)}?`,
    remedy: 'For example "in 20 minutes", "tomorrow at 9" or "every Monday at 8".',
  }),
  noText: { message: 'What should I remind you of?', remedy: 'For example "remind me to call Bob tomorrow at 9".' },
  tooLong: (max: number) => `A reminder may have at most ${max.toLocaleString('en')} ${formOf(max, 'character')}.`,
  tooMany: (max: number) => ({
    message: `You have ${plural(max, 'pending reminder')}, which is the most there can be.`,
    remedy: 'Complete or delete some first: "what are my reminders" lists them.',
  }),
  tooOften: (max: number) => ({
    message: `With that one, reminders would come more than ${plural(max, 'time')} an hour, which is the most for one person and for one place.`,
    remedy: 'Have it come less often, or delete another one that comes often: "what are my reminders" lists them.',
  }),
  pickedPast: 'That time has passed meanwhile.',
  notFound: (words: string) => ({
    message: words
      ? `I found no pending reminder about ${quoteWords(words)}.`
      : 'There is no reminder that you could mean.',
    remedy: '"What are my reminders" lists them.',
  }),
  noSuchNumber: (number: number) => ({
    message: `There is no number ${number} in the last list.`,
    remedy: '"What are my reminders" shows them with their numbers.',
  }),
  which: 'Which one do you mean?',
  over: (reminder: Reminder) =>
    `${quoteWords(reminder.text)} is ${reminder.state === 'completed' ? 'already done' : 'deleted already'}.`,
  completed: (reminder: Reminder) => `Done: ${quoteWords(reminder.text)}.`,
  completedOne: (reminder: Reminder, reader: Reader) =>
    reminder.plannedAt
      ? `Done: ${quoteWords(reminder.text)}. Next: ${instantWords(reminder.plannedAt, reader)}.`
      : `Done: ${quoteWords(reminder.text)}.`,
  notOpen: (reminder: Reminder, next: Instant, reader: Reader) =>
    `${quoteWords(reminder.text)} is not due now; it comes next on ${instantWords(next, reader)}.`,
  noSeries: ({ text }: Reminder) => `${quoteWords(text)} comes only once: it can be moved or deleted, not skipped.`,
  notThen: ({ text, plannedAt }: Reminder, reader: Reader) =>
    `${quoteWords(text)} does not come then as it is.${plannedAt ? ` Next: ${instantWords(plannedAt, reader)}.` : ''}`,
  moveNext: ({ plannedAt }: Reminder, at: Instant, reader: Reader) =>
    `Move ${plannedAt ? spokenInstant(plannedAt, reader) : 'the next one'} to ${spokenInstant(at, reader)}`,
  movedApart: ({ text }: Reminder, from: Instant, to: Instant, reader: Reader) =>
    `Moved only ${quoteWords(text)} of ${instantWords(from, reader)}, to ${instantWords(to, reader)} (${reader.zone}).`,
  skipped: (reminder: Reminder, skipped: Instant, reader: Reader) =>
    `Skipped: ${quoteWords(reminder.text)} on ${instantWords(skipped, reader)}.` +
    (reminder.plannedAt ? ` Next: ${instantWords(reminder.plannedAt, reader)}.` : ''),
  snoozed: (reminder: Reminder, until: Instant, reader: Reader) =>
    `I'll bring up ${quoteWords(reminder.text)} again on ${instantWords(until, reader)} (${reader.zone}).`,
  snoozeOnce: {
    message: 'I can put it off to one time, not to several.',
    remedy: 'For example "snooze that 10 minutes", or "move that to every Monday at 9".',
  },
  edited: (reminder: Reminder, reader: Reader) =>
    reminder.plannedAt
      ? `Changed: ${quoteWords(reminder.text)}, ${scheduleWords({ plannedAt: reminder.plannedAt, rule: reminder.rule, zone: reminder.zone }, reader)}.`
      : `Changed: ${quoteWords(reminder.text)}.`,
  nothingToEdit: {
    message: 'What should change: its text or its time?',
    remedy: 'For example "move the dentist to Friday 3pm".',
  },
  oneOrAll: (reminder: Reminder) =>
    `${quoteWords(reminder.text)} repeats. Move only its next time, or replace the series?`,
  timeOfOneOrAll: (reminder: Reminder, at: Instant, reader: Reader) =>
    `${quoteWords(reminder.text)} repeats. Move only the next one, to ${instantWords(at, reader)}, or the whole series?`,
  deleted: (reminder: Reminder) =>
    reminder.rule === undefined
      ? `Deleted the reminder ${quoteWords(reminder.text)}.`
      : `Ended the series ${quoteWords(reminder.text)}: it will not come again.`,
  restored: (reminders: readonly Reminder[], reader: Reader) => {
    const [first, ...others] = reminders;
    if (!first || others.length > 0)
      return `Taken back: ${plural(reminders.length, 'reminder is', 'reminders are')} as they were before.`;
    const { plannedAt, rule, zone } = first;
    const when =
      first.state === 'pending' && plannedAt ? ` again ${scheduleWords({ plannedAt, rule, zone }, reader)}` : '';
    return `Taken back: ${quoteWords(first.text)} is ${when === '' ? 'as it was before' : `set${when}`}.`;
  },
  uncreated: (reminder: Reminder) => `Taken back: I won't remind you of ${quoteWords(reminder.text)}.`,
  changedSince: (reminder: Reminder) => `${quoteWords(reminder.text)} has been changed since, so I left it as it is.`,
  replaced: (reminder: Reminder) =>
    `A newer finding has taken the place of ${findingName(reminder)}, so it stays as it is.`,
  move: 'Move my reminders too',
  offerMove: (moves: readonly { before: Reminder; after: Reminder }[], reader: Reader, from: string) =>
    [
      `${plural(moves.length, 'reminder keeps', 'reminders keep')} the time of ${from} until moved; by your clock:`,
      ...moves.slice(0, MOST_MOVES).map(({ before, after }) => movedLine(before, after, reader)),
      ...(moves.length > MOST_MOVES ? [`and ${moves.length - MOST_MOVES} more`] : []),
    ].join('\n'),
  moved: (count: number, zone: string, areSeries = true) => {
    const kind = areSeries ? 'recurring reminder' : 'reminder';
    return count === 0
      ? 'You have no reminders to move.'
      : count === 1
        ? `Moved your ${kind} to ${zone}: it keeps its time of day there.`
        : `Moved ${plural(count, kind)} to ${zone}: they keep their time of day there.`;
  },
  unknownZone: (zone: string) => ({
    message: `I know no time zone ${quoteWords(zone)}.`,
    remedy: 'Say a city or a zone, such as "Berlin" or "America/New_York".',
  }),
  labelOfSeveral: (count: number) => plural(count, 'reminder'),
  notInText: (reminder: Reminder, words: string) => `${quoteWords(reminder.text)} does not say ${quoteWords(words)}.`,
  reallyAll: (reminders: readonly Reminder[]) => {
    const series = reminders.filter(({ rule }) => rule !== undefined);
    const end = series.length === 0 ? '' : ` That ends ${seriesNames(series)}.`;
    return `${reminders.length === 1 ? 'Delete your only reminder?' : `Delete all ${plural(reminders.length, 'reminder')}?`}${end}`;
  },
  leftOut: (reminder: Reminder, skipped: readonly Instant[], reader: Reader) => {
    const { text, plannedAt } = reminder;
    const [first, last] = [skipped[0], skipped.at(-1)].map((at) => (at ? instantWords(at, reader) : ''));
    const days = [first, last].map((words = '') => words.split(' at ')[0]);
    const when = first === last ? `on ${first}` : `from ${days[0]} to ${days[1]}`;
    const next = plannedAt ? ` Next: ${instantWords(plannedAt, reader)}.` : '';
    return `Skipped: ${quoteWords(text)} ${when}.${next}`;
  },
  label: (reminder: Reminder) => `the reminder ${quoteWords(reminder.text)}`,
  none: (status: string, day: string | undefined) =>
    status === 'completed'
      ? 'You have completed no reminders yet.'
      : day
        ? `Nothing ${dayWords(day)}.`
        : 'You have no reminders. Say "remind me to call Bob tomorrow at 9" to make one.',
  noPage: (page: number, pages: number) => `There is no page ${page}; the last one is ${pages}.`,
  heading: (status: string, total: number, day: string | undefined) =>
    day
      ? `${plural(total, 'reminder')} ${dayWords(day)}:`
      : status === 'completed'
        ? `${plural(total, 'completed reminder')}:`
        : status === 'all'
          ? `${plural(total, 'reminder')} in all:`
          : `${plural(total, 'pending reminder')}:`,
  more: (page: number, pages: number) => `Page ${page} of ${pages}.`,
  badDay: (words: string) => ({
    message: `I do not know which day ${quoteWords(words)} is.`,
    remedy: 'Say it in plain English words, for example "today", "tomorrow", "Friday" or "this week".',
  }),
  prompt: (lines: readonly string[]) => `The soonest pending ones: ${listOf(lines)}.`,
};
