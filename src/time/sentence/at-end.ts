import { mayBeName } from '../names.ts';
import type { Stretch } from '../tokens.ts';
import { hasOwnClock, isAim, isAsked, isBound, isTold, mayBeCalled, startOfDays } from './days.ts';
import { isNumberAtEnd, isVerse, withBareHour, withDayNumber, withDigits } from './digits.ts';
import { doubtBefore, doubtWithin, earlierWithin, oneOfTwo } from './doubts.ts';
import { asPurpose } from './events.ts';
import type { Guard } from './guard.ts';
import { withClock } from './joins.ts';
import { ENDS, isMeasure, middle } from './middle.ts';
import type { Run, Sentence, Understood } from './sentence.ts';
import { isDoubtful } from './weak.ts';

/** The longest time that a sentence ends with, and what stands before it. */
export interface End {
  run: Run;
  from: number;
  to: number;
  task: Stretch;
}

export function endOf(s: Sentence, [from, to]: Stretch): End | undefined {
  const run = s.longestUpTo(to, from + 1, (one) => !one.startsWeak);
  return run && { run, from, to, task: [from, run.from] };
}

/** Asks whether the time is meant; the words before it are the task. */
const doubted = (s: Sentence, { run, task }: End): Understood => s.ask([run.when], run.words, [task]);

/** The same where the time may be but a word of the task. */
const owned = (s: Sentence, { run, from, to }: End): Understood => s.ask([run.when], run.words, [[from, to]]);

/** What is asked of a time at the end of a sentence, in this order. */
export const AT_END: readonly Guard<End>[] = [
  {
    name: 'name or day',
    rule: 'A first word that may be a name or an everyday word is asked about.',
    example: 'dinner at Rainforest Tuesday at 7pm',
    read(s, end) {
      const { run, to, task } = end;
      const first = run.first;
      if (!first || !isDoubtful(first, s.tokens)) return undefined;
      const shorter = s.exactly(first.to, to);
      if (shorter) return s.ask([run.when, shorter.when], run.words, [task]);
      const isName = first.piece.kind === 'recur' || mayBeName(s.tokens, first.from);
      return isName ? doubted(s, end) : undefined;
    },
  },
  {
    name: 'aim',
    rule: 'A day that is planned for is the task, or the time.',
    example: 'plan christmas at 5',
    read(s, { run, from, to }) {
      const first = run.first;
      if (!first || !isAim(s, run)) return undefined;
      const clock = s.exactly(first.to, to);
      return s.ask(clock ? [clock.when, run.when] : [run.when], run.words, [[from, first.to]]);
    },
  },
  {
    name: 'verse',
    rule: 'Digits with a colon behind a capitalised word may be a verse.',
    example: 'read John 3:16',
    read(s, { run, from, to }) {
      if (!isVerse(s, run, from)) return undefined;
      const day = s.exactly(run.from + 1, to);
      return s.ask(day ? [day.when, run.when] : [run.when], run.words, [[from, day?.from ?? run.from]]);
    },
  },
  {
    name: 'end of a series',
    rule: 'A day behind "until" ends the series within the sentence.',
    example: 'remind me to take pills every day with food until Friday',
    read(s, { run, from, to }) {
      const series = ENDS.has(s.word(run.from - 1)) ? middle(s, [from, to]) : undefined;
      return series?.when.kind === 'recurring' ? series : undefined;
    },
  },
  {
    name: 'moved to',
    rule: 'The time that something is moved to is asked about.',
    example: "move Ana's call to Thursday",
    read: (s, end) => (isMovedTo(s, end.run, end.from) ? owned(s, end) : undefined),
  },
  {
    name: 'number at the end',
    rule: 'A decimal number that ends a sentence is no date without a question.',
    example: 'update to version 3.11.',
    read: (s, end) => (isNumberAtEnd(s, end.run, end.from) ? owned(s, end) : undefined),
  },
  {
    name: 'moved from',
    rule: 'From one time to another is no range of the reminder.',
    example: 'meeting moved from 3 to 4',
    read: (s, end) => (isMoved(s, end.run) ? doubted(s, end) : undefined),
  },
  {
    name: 'measure',
    rule: 'A number of degrees or of money is no hour.',
    example: 'buy stock at 150 tomorrow',
    read: (s, end) => (isMeasure(s, end.run, end.from) ? doubted(s, end) : undefined),
  },
  {
    name: 'date of a weekday',
    rule: 'A number between a weekday and a clock time is the date.',
    example: 'dentist Sat 21 at 10',
    read: (s, { run, from }) => withDayNumber(s, run, from),
  },
  {
    name: 'date in digits',
    rule: 'Digits before a clock time may be its date.',
    example: 'fireworks 12/31 at 11:30pm',
    read: (s, { run, from }) => withDigits(s, run, from),
  },
  {
    name: 'bare hour',
    rule: 'A number before a day may be its hour.',
    example: 'dentist 3 tomorrow',
    read: (s, { run, from }) => withBareHour(s, run, from),
  },
  {
    name: 'before an event',
    rule: 'A time that counts from an event belongs to it.',
    example: 'remind me to check in 24 hours before my flight on Friday at 6pm',
    read: (s, { run, from }) => earlierWithin(s, run, from),
  },
  {
    name: 'one of two tasks',
    rule: 'Where each of two tasks has its time, both are offered.',
    example: 'pack at 9 and leave at 10 tomorrow',
    read: (s, { run, from }) => oneOfTwo(s, run, from),
  },
  {
    name: 'unread word before',
    rule: 'A word about time, or a day, that stands unread before the time makes it doubtful.',
    example: 'call Bo Friday about the rent at 10',
    read: (s, { run, from }) => doubtBefore(s, run, from),
  },
  {
    name: 'unread series',
    rule: 'An "every" that was not read would turn into a single time.',
    example: "take out trash every thursday unless it's a holiday at 7pm",
    read: (s, { run, task }) => doubtWithin(s, run, task),
  },
  {
    name: 'from day to day',
    rule: 'The second of two days is not when the first one is.',
    example: 'trip from Dec 1 to Dec 3',
    read(s, { run, from, to }) {
      const start = startOfDays(s, run, from);
      return start && s.ask([start.when, run.when], run.words, [[from, to]]);
    },
  },
  {
    name: 'own clock',
    rule: 'A day beside a thing with a clock time of its own may be that of the thing.',
    example: 'catch the 6:30 train Friday',
    read: (s, end) => (hasOwnClock(s, end.run, end.from) ? doubted(s, end) : undefined),
  },
  {
    name: 'asked',
    rule: 'The time of what is to be found out is that of the question.',
    example: 'see if Ana can come Friday at 5',
    read: (s, end) => (isAsked(s, end.run, end.from) ? doubted(s, end) : undefined),
  },
  {
    name: 'told',
    rule: 'The time of what somebody is to be told is that of the thing.',
    example: 'tell Max the meeting is at 3pm',
    read: (s, end) => (isTold(s, end.run, end.from) ? owned(s, end) : undefined),
  },
  {
    name: 'title',
    rule: 'What is watched, read or played may be called so.',
    example: 'watch Black Friday at 9',
    read: (s, end) => (mayBeCalled(s, end.run, end.from) ? doubted(s, end) : undefined),
  },
  {
    name: 'topic',
    rule: 'A day behind "about", "of" or "it\'s" is what is spoken of.',
    example: 'tell Bob about Friday at 3',
    read(s, end) {
      const isTopic = end.run.phrase.dates.length > 0 && TOPICS.test(s.word(end.run.from - 1));
      return isTopic ? owned(s, end) : undefined;
    },
  },
  {
    name: 'attribute',
    rule: 'A clock time that an article or "for" binds to a thing is the time of the thing.',
    example: "change Friday's meeting to 3pm",
    read: (s, end) => (end.run.isAttribute ? owned(s, end) : undefined),
  },
  {
    name: 'clock within',
    rule: 'A day at the end takes the clock time that stands within the task.',
    example: 'buy milk at 3pm with Sam tomorrow',
    read: (s, { run, from }) => (isBound(s, run) ? undefined : withClock(s, run, [from, run.from], false)),
  },
  {
    name: 'purpose',
    rule: 'The day that something is booked or done for may be but what it is for.',
    example: 'find a sitter for Saturday night',
    read: (s, { run, from }) => asPurpose(s, run, from),
  },
];

const TOPICS = /^(?:about|of|from|it's|that's)$/;

/** "Meeting moved from 3pm to 4pm": from one time to another. */
function isMoved(s: Sentence, { from, phrase }: Run): boolean {
  return phrase.range !== undefined && s.word(from) === 'from' && MOVES.test(s.word(from - 1));
}

/** "Move Ana's call to Thursday": the day that it is moved to. */
function isMovedTo(s: Sentence, { from, phrase }: Run, start: number): boolean {
  if (s.word(from - 1) !== 'to' || phrase.dates.length === 0) return false;
  // "Push it to Monday": the reminder itself.
  return (
    (/^(?:moved|shifted|pushed|postponed|rescheduled|brought|delayed)$/.test(s.word(from - 2)) ||
      s.tokens.slice(start, from - 2).some(({ text }) => MOVES.test(text))) &&
    !PRONOUN.test(s.word(from - 2))
  );
}

const MOVES = /^(?:move|shift|change|push|postpone|reschedule|bring|delay)[a-z]*$|^brought$|^(?:forward|back|it|them)$/;

const PRONOUN = /^(?:it|this|that|them|me)$/;
