import { english } from '../lang/en.ts';
import { mayBeName } from '../names.ts';
import type { Stretch } from '../tokens.ts';
import type { When } from '../types.ts';
import { hasOwnClock, isAim, isMeasure, oneOfTwo, withClock } from './apart.ts';
import { isNumberAtEnd, withBareHour, withDayNumber, withDigits } from './digits.ts';
import type { Guard } from './guard.ts';
import { ENDS, middle } from './middle.ts';
import type { Run, Sentence, Understood } from './sentence.ts';
import { doubtBefore } from './unread.ts';
import { isDoubtful } from './weak.ts';

/** The longest time that a sentence ends with, and where what stands before it begins. */
export interface End {
  s: Sentence;
  run: Run;
  from: number;
  to: number;
}

export function endOf(s: Sentence, [from, to]: Stretch): End | undefined {
  const run = s.longestUpTo(to, from + 1);
  return run && { s, run, from, to };
}

/** Asks which of these is meant, or the time itself; the words before it are the task. */
const doubted = ({ s, run, from }: End, ...whens: When[]): Understood =>
  s.ask([...whens, run.when], run.words, [[from, run.from]]);

/** Asks whether the time is meant, which may be but a word of the task. */
const owned = ({ s, run, from, to }: End): Understood => s.ask([run.when], run.words, [[from, to]]);

/** What is asked of a time at the end of a sentence, in this order. */
export const AT_END: readonly Guard<End>[] = [
  {
    name: 'name or day',
    rule: 'A first word that may be a name or an everyday word is asked about.',
    example: 'dinner at Rainforest Tuesday at 7pm',
    read(end) {
      const { s, run, to } = end;
      const { first } = run;
      if (!first || !isDoubtful(first, s.tokens)) return undefined;
      const shorter = s.exactly(first.to, to);
      if (shorter) return doubted(end, run.when, shorter.when);
      return first.piece.kind === 'recur' || mayBeName(s.tokens, first.from) ? doubted(end) : undefined;
    },
  },
  {
    name: 'aim',
    rule: 'A day that is planned for is the task, or the time.',
    example: 'plan christmas at 5',
    read({ s, run, from, to }) {
      const first = isAim(run) ? run.first : undefined;
      const clock = first && s.exactly(first.to, to);
      return first && s.ask(clock ? [clock.when, run.when] : [run.when], run.words, [[from, first.to]]);
    },
  },
  {
    name: 'verse',
    rule: 'Digits with a colon behind a capitalised word may be a verse.',
    example: 'read John 3:16',
    read({ s, run, from, to }) {
      const isNamed = run.from - 1 > from && /^\p{Lu}\p{Ll}/u.test(s.tokens[run.from - 1]?.raw ?? '');
      if (!isNamed || !/^\d{1,2}:\d[1-46-9]$/.test(run.start)) return undefined;
      const day = s.exactly(run.from + 1, to);
      return s.ask(day ? [day.when, run.when] : [run.when], run.words, [[from, day?.from ?? run.from]]);
    },
  },
  {
    name: 'end of a series',
    rule: 'A day behind "until" ends the series within the sentence.',
    example: 'remind me to take pills every day with food until Friday',
    read({ s, run, from, to }) {
      const series = ENDS.has(run.before) ? middle(s, [from, to]) : undefined;
      return series?.when.kind === 'recurring' ? series : undefined;
    },
  },
  {
    name: 'moved to',
    rule: 'The time that something is moved to is asked about.',
    example: "move Ana's call to Thursday",
    read(end) {
      const { s, run, from } = end;
      const thing = s.word(run.from - 2);
      const isMoved = s.said(from, run.from - 2).some((said) => MOVES.test(said)) || /^\w+ed$|^brought$/.test(thing);
      // "Push it to Monday": the reminder itself.
      const isIt = /^(?:it|this|that|them|me)$/.test(thing);
      return run.before === 'to' && run.date && isMoved && !isIt ? owned(end) : undefined;
    },
  },
  {
    name: 'number at the end',
    rule: 'A decimal number that ends a sentence is no date without a question.',
    example: 'update to version 3.11.',
    read: (end) => (isNumberAtEnd(end) ? owned(end) : undefined),
  },
  {
    name: 'moved from',
    rule: 'From one time to another is no range of the reminder.',
    example: 'meeting moved from 3 to 4',
    read(end) {
      const { phrase, start, before } = end.run;
      return phrase.range && start === 'from' && MOVES.test(before) ? doubted(end) : undefined;
    },
  },
  {
    name: 'measure',
    rule: 'A number of degrees or of money is no hour.',
    example: 'buy stock at 150 tomorrow',
    read: (end) => (isMeasure(end) ? doubted(end) : undefined),
  },
  {
    name: 'date of a weekday',
    rule: 'A number between a weekday and a clock time is the date.',
    example: 'dentist Sat 21 at 10',
    read: withDayNumber,
  },
  {
    name: 'date in digits',
    rule: 'Digits before a clock time may be its date.',
    example: 'fireworks 12/31 at 11:30pm',
    read: (end) => withDigits(end),
  },
  {
    name: 'bare hour',
    rule: 'A number before a day may be its hour.',
    example: 'dentist 3 tomorrow',
    read: withBareHour,
  },
  {
    name: 'before an event',
    rule: 'A time that counts from an event belongs to it.',
    example: 'remind me to check in 24 hours before my flight on Friday at 6pm',
    read(end) {
      const { s, run, from } = end;
      for (let at = from + 1; at < run.from; at++) {
        const pieces = s.pieces(at);
        const piece = pieces.find(({ value, end }) => value.kind === 'before' && end < run.from);
        const isLonger = pieces.some(
          ({ value, end }) => /^(?:date|shift)$/.test(value.kind) && end > (piece?.end ?? 0),
        );
        if (piece && !isLonger) return doubted(end, s.joined([[at, piece.end], run], []).when);
      }
      return undefined;
    },
  },
  {
    name: 'one of two tasks',
    rule: 'Where each of two tasks has its time, both are offered.',
    example: 'pack at 9 and leave at 10 tomorrow',
    read: oneOfTwo,
  },
  {
    name: 'unread word before',
    rule: 'A word about time, or a day, that stands unread before the time makes it doubtful.',
    example: 'call Bo Friday about the rent at 10',
    read: doubtBefore,
  },
  {
    name: 'unread series',
    rule: 'An "every" that was not read would turn into a single time.',
    example: "take out trash every thursday unless it's a holiday at 7pm",
    read(end) {
      const { s, run, from } = end;
      const isUnread = s.tokens.slice(from, run.from).some(({ text, raw }, index) => {
        const [before, next] = [s.word(from + index - 1), s.word(from + index + 1)];
        // "The Everyday Cookbook".
        const isNamed = /^everyday$/i.test(raw) && /^(?:the|a|an|my|our|his|her|their|your|some)$/.test(before);
        return text === 'every' && !isNamed && (english.temporal.has(next) || CLIPPED_DAY.test(next));
      });
      return isUnread ? doubted(end) : undefined;
    },
  },
  {
    name: 'from day to day',
    rule: 'The second of two days is not when the first one is.',
    example: 'trip from Dec 1 to Dec 3',
    read({ s, run, from, to }) {
      const days = run.before === '-' ? /^(?:monthday|numeric)$/ : /^(?:monthday|numeric|weekday|offset)$/;
      const start =
        run.date && /^(?:to|and|-|until|through)$/.test(run.before)
          ? s.longestUpTo(run.from - 1, from, (one) => days.test(one.date?.type ?? ''))
          : undefined;
      return start && s.ask([start.when, run.when], run.words, [[from, to]]);
    },
  },
  {
    name: 'own clock',
    rule: 'A day beside a thing with a clock time of its own may be that of the thing.',
    example: 'catch the 6:30 train Friday',
    read: (end) => (hasOwnClock(end) ? doubted(end) : undefined),
  },
  {
    name: 'asked',
    rule: 'The time of what is to be found out is that of the question.',
    example: 'see if Ana can come Friday at 5',
    read(end) {
      const { s, run, from } = end;
      const clause = run.date ? s.said(from + 1, run.from) : [];
      const at = clause.findIndex((said) => /^(?:if|whether)$/.test(said));
      // What is over is found out at that time: "check if it came".
      const isToCome = at >= 0 && at < clause.length - 1 && clause.slice(at).some((said) => TO_COME.test(said));
      return isToCome ? doubted(end) : undefined;
    },
  },
  {
    name: 'told',
    rule: 'The time of what somebody is to be told is that of the thing.',
    example: 'tell Max the meeting is at 3pm',
    read(end) {
      const { s, run, from } = end;
      if (!TELLS.test(s.word(from)) || run.from - from <= 3 || !WHEN_IT_IS.test(run.before)) return undefined;
      // "Tell everyone to leave at 5" is said then, and "text Sam when I land at 6" too.
      const told = s.said(from, run.from - 1);
      const isThen = told.at(-1) === 'to' || told.some((said) => /^(?:when|once|after|before|until)$/.test(said));
      return isThen ? undefined : owned(end);
    },
  },
  {
    name: 'title',
    rule: 'What is watched, read or played may be called so.',
    example: 'watch Black Friday at 9',
    read(end) {
      const { s, run, from } = end;
      const { first } = run;
      const isNamed = first?.piece.kind === 'date' && /^(?:weekday|holiday)$/.test(first.piece.date.type);
      if (!isNamed || !/^\p{Lu}/u.test(s.tokens[run.from]?.raw ?? '')) return undefined;
      // "Call Dr. Friday at 3".
      const isPerson = english.names.honorifics.has(run.before === '.' ? s.word(run.from - 2) : run.before);
      return isPerson || (run.from - 1 === from && WATCHES.test(run.before)) ? doubted(end) : undefined;
    },
  },
  {
    name: 'topic',
    rule: 'A day behind "about", "of" or "it\'s" is what is spoken of.',
    example: 'tell Bob about Friday at 3',
    read: (end) => (end.run.date && /^(?:about|of|from|it's|that's)$/.test(end.run.before) ? owned(end) : undefined),
  },
  {
    name: 'attribute',
    rule: 'A clock time that an article or "for" binds to a thing is the time of the thing.',
    example: "change Friday's meeting to 3pm",
    read: (end) => (end.run.isAttribute ? owned(end) : undefined),
  },
  {
    name: 'clock within',
    rule: 'A day at the end takes the clock time that stands within the task.',
    example: 'buy milk at 3pm with Sam tomorrow',
    read: ({ s, run, from }) => (run.isBound ? undefined : withClock(s, run, [from, run.from], false)),
  },
  {
    name: 'purpose',
    rule: 'The day that something is booked or done for may be but what it is for.',
    example: 'find a sitter for Saturday night',
    read(end) {
      const { s, run, from } = end;
      // "Pay the rent at 5pm for Friday".
      const inner = s.said(run.from, run.to).indexOf('for');
      const clock = inner > 0 ? s.exactly(run.from, run.from + inner) : undefined;
      if (clock?.onlyTime) return doubted(end, run.when, clock.when);
      if (!run.date || run.clock) return undefined;
      const isNight = /^(?:night|evening)$/.test(run.phrase.time?.part ?? '') && !/^(?:on|at|by)$/.test(run.start);
      const isFor = run.before === 'for' && run.from - 1 > from && !run.phrase.range;
      const first = s.word(from);
      return (isNight && BOOKS.test(first)) || (isFor && english.task.deeds.has(first)) ? doubted(end) : undefined;
    },
  },
];

const MOVES = /^(?:move|shift|change|push|postpone|reschedule|bring|delay)[a-z]*$|^brought$|^(?:forward|back|it|them)$/;

/** What people clip the days of the week to, or count. */
const CLIPPED_DAY = /^(?:m|mo|t|tu|th|w|we|r|f|fr|s|sa|su|\d.*)$/;

/** What is said of what is now, or to come. */
const TO_COME =
  /^(?:is|are|am|can|could|will|would|should|may|might|works?|wants?|comes?|'s|\w+'(?:s|re|ll|m)|\w+ing)$/;

const TELLS = /^(?:tell|text|email|mail|message|inform|remind|notify|warn|say|let|ping|write|mention|announce)$/;

const WHEN_IT_IS =
  /^(?:is|are|was|were|be|starts?|begins?|ends?|opens?|closes?|leaves?|departs?|arrives?|lands?|boards?|due|happens|moved|changed|free|busy|now|on)$/;

/** What is done to a work with a name. */
const WATCHES = /^(?:watch|rewatch|see|hear|read|stream|listen|download|record)$/;

/** What is seldom done at night, but done for one: "book a table Friday night". */
const BOOKS = /^(?:find|book|reserve|hire|arrange|get|order)$/;
