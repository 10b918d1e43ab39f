import { mayBeName } from '../names.ts';
import { isDoubtful, type Run } from '../runs.ts';
import { hasOwnClock, isAim, isAsked, isBound, isTold, mayBeCalled, startOfDays } from './days.ts';
import { isNumberAtEnd, isVerse, withBareHour, withDayNumber, withDigits } from './digits.ts';
import { doubtBefore, doubtWithin, earlierWithin, oneOfTwo } from './doubts.ts';
import { asPurpose } from './events.ts';
import type { Guard } from './guard.ts';
import { withClock } from './joins.ts';
import { ENDS, isMeasure, middle } from './middle.ts';
import { ask, isAttribute, isMoved, isMovedTo, startsWeak, type Understood, type View, word } from './view.ts';

/** The longest time that a sentence ends with, and what stands before it. */
export interface End {
  run: Run;
  from: number;
  to: number;
  task: [number, number];
}

export function endOf(view: View, [from, to]: [number, number]): End | undefined {
  const run = view.runs.longestUpTo(to, from + 1, (one) => !startsWeak(view, one));
  return run && { run, from, to, task: [from, run.from] };
}

/** Asks whether the time is meant; the words before it are the task. */
const doubted = (view: View, { run, task }: End): Understood => ask(view, [run.when], run.words, [task]);

/** The same where the time may be but a word of the task. */
const owned = (view: View, { run, from, to }: End): Understood => ask(view, [run.when], run.words, [[from, to]]);

/** What is asked of a time at the end of a sentence, in this order. */
export const AT_END: readonly Guard<End>[] = [
  {
    name: 'name or day',
    rule: 'A first word that may be a name or an everyday word is asked about.',
    example: 'dinner at Rainforest Tuesday at 7pm',
    read(view, end) {
      const { run, to, task } = end;
      const first = run.first;
      if (!first || !isDoubtful(first, view.tokens)) return undefined;
      const shorter = view.runs.exactly(first.to, to);
      if (shorter) return ask(view, [run.when, shorter.when], run.words, [task]);
      const isName = first.piece.kind === 'recur' || mayBeName(view.tokens, first.from);
      return isName ? doubted(view, end) : undefined;
    },
  },
  {
    name: 'aim',
    rule: 'A day that is planned for is the task, or the time.',
    example: 'plan christmas at 5',
    read(view, { run, from, to }) {
      const first = run.first;
      if (!first || !isAim(view, run)) return undefined;
      const clock = view.runs.exactly(first.to, to);
      return ask(view, clock ? [clock.when, run.when] : [run.when], run.words, [[from, first.to]]);
    },
  },
  {
    name: 'verse',
    rule: 'Digits with a colon behind a capitalised word may be a verse.',
    example: 'read John 3:16',
    read(view, { run, from, to }) {
      if (!isVerse(view, run, from)) return undefined;
      const day = view.runs.exactly(run.from + 1, to);
      return ask(view, day ? [day.when, run.when] : [run.when], run.words, [[from, day?.from ?? run.from]]);
    },
  },
  {
    name: 'end of a series',
    rule: 'A day behind "until" ends the series within the sentence.',
    example: 'remind me to take pills every day with food until Friday',
    read(view, { run, from, to }) {
      const series = ENDS.has(word(view, run.from - 1)) ? middle(view, [from, to]) : undefined;
      return series?.when.kind === 'recurring' ? series : undefined;
    },
  },
  {
    name: 'moved to',
    rule: 'The time that something is moved to is asked about.',
    example: "move Ana's call to Thursday",
    read: (view, end) => (isMovedTo(view, end.run, end.from) ? owned(view, end) : undefined),
  },
  {
    name: 'number at the end',
    rule: 'A decimal number that ends a sentence is no date without a question.',
    example: 'update to version 3.11.',
    read: (view, end) => (isNumberAtEnd(view, end.run, end.from) ? owned(view, end) : undefined),
  },
  {
    name: 'moved from',
    rule: 'From one time to another is no range of the reminder.',
    example: 'meeting moved from 3 to 4',
    read: (view, end) => (isMoved(view, end.run) ? doubted(view, end) : undefined),
  },
  {
    name: 'measure',
    rule: 'A number of degrees or of money is no hour.',
    example: 'buy stock at 150 tomorrow',
    read: (view, end) => (isMeasure(view, end.run, end.from) ? doubted(view, end) : undefined),
  },
  {
    name: 'date of a weekday',
    rule: 'A number between a weekday and a clock time is the date.',
    example: 'dentist Sat 21 at 10',
    read: (view, { run, from }) => withDayNumber(view, run, from),
  },
  {
    name: 'date in digits',
    rule: 'Digits before a clock time may be its date.',
    example: 'fireworks 12/31 at 11:30pm',
    read: (view, { run, from }) => withDigits(view, run, from),
  },
  {
    name: 'bare hour',
    rule: 'A number before a day may be its hour.',
    example: 'dentist 3 tomorrow',
    read: (view, { run, from }) => withBareHour(view, run, from),
  },
  {
    name: 'before an event',
    rule: 'A time that counts from an event belongs to it.',
    example: 'remind me to check in 24 hours before my flight on Friday at 6pm',
    read: (view, { run, from }) => earlierWithin(view, run, from),
  },
  {
    name: 'one of two tasks',
    rule: 'Where each of two tasks has its time, both are offered.',
    example: 'pack at 9 and leave at 10 tomorrow',
    read: (view, { run, from }) => oneOfTwo(view, run, from),
  },
  {
    name: 'unread word before',
    rule: 'A word about time, or a day, that stands unread before the time makes it doubtful.',
    example: 'call Bo Friday about the rent at 10',
    read: (view, { run, from }) => doubtBefore(view, run, from),
  },
  {
    name: 'unread series',
    rule: 'An "every" that was not read would turn into a single time.',
    example: "take out trash every thursday unless it's a holiday at 7pm",
    read: (view, { run, task }) => doubtWithin(view, run, task),
  },
  {
    name: 'from day to day',
    rule: 'The second of two days is not when the first one is.',
    example: 'trip from Dec 1 to Dec 3',
    read(view, { run, from, to }) {
      const start = startOfDays(view, run, from);
      return start && ask(view, [start.when, run.when], run.words, [[from, to]]);
    },
  },
  {
    name: 'own clock',
    rule: 'A day beside a thing with a clock time of its own may be that of the thing.',
    example: 'catch the 6:30 train Friday',
    read: (view, end) => (hasOwnClock(view, end.run, end.from) ? doubted(view, end) : undefined),
  },
  {
    name: 'asked',
    rule: 'The time of what is to be found out is that of the question.',
    example: 'see if Ana can come Friday at 5',
    read: (view, end) => (isAsked(view, end.run, end.from) ? doubted(view, end) : undefined),
  },
  {
    name: 'told',
    rule: 'The time of what somebody is to be told is that of the thing.',
    example: 'tell Max the meeting is at 3pm',
    read: (view, end) => (isTold(view, end.run, end.from) ? owned(view, end) : undefined),
  },
  {
    name: 'title',
    rule: 'What is watched, read or played may be called so.',
    example: 'watch Black Friday at 9',
    read: (view, end) => (mayBeCalled(view, end.run, end.from) ? doubted(view, end) : undefined),
  },
  {
    name: 'topic',
    rule: 'A day behind "about", "of" or "it\'s" is what is spoken of.',
    example: 'tell Bob about Friday at 3',
    read(view, end) {
      const isTopic = end.run.phrase.dates.length > 0 && TOPICS.test(word(view, end.run.from - 1));
      return isTopic ? owned(view, end) : undefined;
    },
  },
  {
    name: 'attribute',
    rule: 'A clock time that an article or "for" binds to a thing is the time of the thing.',
    example: "change Friday's meeting to 3pm",
    read: (view, end) => (isAttribute(view, end.run) ? owned(view, end) : undefined),
  },
  {
    name: 'clock within',
    rule: 'A day at the end takes the clock time that stands within the task.',
    example: 'buy milk at 3pm with Sam tomorrow',
    read: (view, { run, from }) => (isBound(view, run) ? undefined : withClock(view, run, [from, run.from], false)),
  },
  {
    name: 'purpose',
    rule: 'The day that something is booked or done for may be but what it is for.',
    example: 'find a sitter for Saturday night',
    read: (view, { run, from }) => asPurpose(view, run, from),
  },
];

const TOPICS = /^(?:about|of|from|it's|that's)$/;
