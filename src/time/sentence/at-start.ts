import { english } from '../lang/en.ts';
import { ORDINALS } from '../lang/en-words.ts';
import type { Layout } from '../layout.ts';
import type { Stretch } from '../tokens.ts';
import { doubtAfter, saysTime } from './behind.ts';
import type { Guard } from './guard.ts';
import { asSeries, dayBehind, isOccasion, rivalled, titled } from './rivals.ts';
import type { Run, Sentence, Understood } from './sentence.ts';
import { PREPOSITIONS, THINGS } from './words.ts';

/** The longest time that a sentence begins with, and what follows it. */
export interface Start {
  s: Sentence;
  run: Run;
  to: number;
  /** What ties the task to the time: "to", "about", a sign; or none. */
  connector: string;
  layout: Layout;
  /** Reads the sentence from behind the time. */
  rest(): Understood;
}

export function startOf(s: Sentence, layout: Layout, rest: (body: Stretch) => Understood): Start | undefined {
  const [from, to] = layout.body;
  const run = s.longestFrom(from, to, (one) => opens(s, one, layout));
  return run && { s, run, to, connector: connectorAt(s, run.to), layout, rest: () => rest([run.to, to]) };
}

/** The word that ties what follows to the time before it; "around 5pm" is no "about". */
export function connectorAt(s: Sentence, at: number): string {
  const said = s.word(at);
  const isOther = said === 'about' && s.tokens[at]?.raw.toLowerCase() !== said;
  return english.connectors.has(said) && !isOther ? said : '';
}

/** Whether a time may open a sentence, as long as it is. */
function opens(s: Sentence, one: Run, layout: Layout): boolean {
  const [, to] = layout.body;
  if (connectorAt(s, one.to) !== '') return !one.startsWeakly;
  if (goesTooFar(s, one) || isUnfinished(s, one, to) || (layout.hasLead && isNumberOfThings(s, one))) return false;
  const isWhole = isDated(one, layout) || isHourOf(one) || isCompact(s, one, layout);
  return (isWhole || !one.startsWeak) && (!one.endsWeak || endsInPart(s, one, to));
}

/** "In 2 hours, 10 minute plank", "on the 31st, second interview", "at 9: Monday report": more than the time. */
function goesTooFar(s: Sentence, { from, to, next }: Run): boolean {
  const colon = s.tokens.slice(from, to - 1).findIndex(({ text, glued }) => text === ':' && glued);
  if (colon > 0 && !PREPOSITIONS.has(s.word(from + colon + 1)) && s.exactly(from, from + colon)) return true;
  if (next === '' || english.connectors.has(next)) return false;
  const [number, unit] = [s.word(to - 2), s.tokens[to - 1]?.raw ?? ''];
  const isSingular = /^(?:minute|hour|day|week|month|year)$/i.test(unit) && Number(number) > 1;
  const at = isSingular ? to - 2 : Object.hasOwn(ORDINALS, s.word(to - 1)) ? to - 1 : from;
  return s.exactly(from, at) !== undefined;
}

/** "14.07.2026 um 15 Uhr": digits after a date in digits may be its time. */
function isUnfinished(s: Sentence, run: Run, to: number): boolean {
  if (run.hasTime || !/^\d/.test(run.start)) return false;
  // "24 December call Bo at 10": its time is read.
  if (s.firstFrom(run.to, to, (one) => one.onlyTime && !one.startsWeak)) return false;
  // "24 December buy 2 tickets": a number of things.
  return s.said(run.to, to).some((said, index) => {
    const next = s.word(run.to + index + 1);
    const isHour = index === 0 || /^(?:uhr|h|am|pm|hour|o'clock|[.!?]|)$/.test(next);
    return /^\d+[:.]\d/.test(said) || (/^\d/.test(said) && isHour);
  });
}

/** Whether "about" stands before the last word of a time. */
const isAbout = (s: Sentence, { last, to }: Run): boolean =>
  last?.to === to && s.tokens[last.from]?.raw.toLowerCase() === 'about';

/** "Remind me tomorrow about 3 invoices". */
function isNumberOfThings(s: Sentence, run: Run): boolean {
  return isAbout(s, run) && run.last?.from === run.to - 2 && THINGS.test(run.next) && !saysTime(s, run.to);
}

/** "Remind me 12/24 6pm wrap presents", "5/11 at 7:30pm fireworks": a date in digits and a time, where they belong. */
function isDated({ first, hasTime }: Run, { hasLead }: Layout): boolean {
  const date = first?.piece.kind === 'date' ? first.piece.date : undefined;
  const isWhole = date?.type === 'numeric' || (hasLead && date?.type === 'monthday' && date.month !== undefined);
  return isWhole && hasTime;
}

/** "6 tonight feed the dog": a number that nothing but an hour can be. */
function isHourOf({ phrase: { placed } }: Run): boolean {
  const [first, second, third] = placed.map(({ piece }) => piece);
  if (first?.kind !== 'time' || !first.time.clock?.weak || third) return false;
  return second?.kind === 'time'
    ? second.time.today === true
    : second?.kind === 'date' && second.date.type === 'offset';
}

/** "2h30m laundry", "remind me 2 hours laundry", where nothing else says when. */
function isCompact(s: Sentence, { to, words, phrase }: Run, { hasLead, body }: Layout): boolean {
  if ((phrase.shift ?? phrase.vague) === undefined || phrase.placed.length > 1) return false;
  return ((hasLead && LENGTH.test(words)) || /^\d[\dsmhdw]*$/i.test(words)) && !s.longestUpTo(body[1], to + 1);
}

const LENGTH = /^\d+ (?:m|minutes?|mins?|h|hours?|hrs?|days?|weeks?|months?)$/i;

/** "Tomorrow morning call Ana": a part of the day that was named, unless the task is but a word ("morning run"). */
function endsInPart(s: Sentence, run: Run, to: number): boolean {
  const piece = run.last?.piece;
  const isPart = piece?.kind === 'time' && piece.time.part !== undefined && !piece.time.clock;
  if (!isPart || !(run.date || run.isSeries) || to - run.to < 2) return false;
  const last = s.word(run.to - 1);
  return !/^(?:early|late)$/.test(last) && !(last === 'lunch' && /^(?:with|at|in|for|and)$/.test(run.next));
}

/** What is asked of a time at the beginning of a sentence, in this order. */
export const AT_START: readonly Guard<Start>[] = [
  {
    name: 'from day to day',
    rule: 'A second day behind "to" or a dash is the end of what is spoken of.',
    example: 'Dec 1 to Dec 3 trip',
    read({ s, run, to, connector }) {
      const isDay = ({ phrase: { dates }, date }: Run) =>
        dates.length === 1 && /^(?:monthday|numeric)$/.test(date?.type ?? '');
      const last = /^(?:to|-)$/.test(connector) && isDay(run) ? s.longestFrom(run.to + 1, to, isDay) : undefined;
      return last && s.ask([run.when, last.when], s.words(run.from, last.to), [[last.to, to]]);
    },
  },
  {
    name: 'length',
    rule: 'A bare length of time before a task is when it begins, or how long it lasts.',
    example: 'remind me 30 minutes yoga',
    read({ s, run, to, connector, layout }) {
      const { shift, placed } = run.phrase;
      const isBare = shift?.bare === true && LENGTH.test(run.words) && placed.length === 1;
      const isAsked = connector === '' && layout.hasLead && !layout.isCommand;
      return isAsked && isBare ? s.ask([run.when], run.words, [[run.to, to]]) : undefined;
    },
  },
  {
    name: 'about what',
    rule: 'A time behind "about" is roughly then, or what the reminder is about.',
    example: 'remind me tomorrow about noon prayer',
    read({ s, run, to, connector, layout }) {
      const { last } = run;
      if (!layout.hasLead || connector !== '' || !last || !isAbout(s, run)) return undefined;
      if (run.isOpen || english.connectors.has(run.next) || run.next === '') return undefined;
      const shorter = s.exactly(run.from, last.from);
      return shorter && s.ask([shorter.when, run.when], run.words, [[last.from + 1, to]]);
    },
  },
  {
    name: 'named occasion',
    rule: 'A named day before a series is what the series is about.',
    example: 'Halloween every October 31 at 6pm',
    read({ s, run, to, connector }) {
      const series = connector === '' && isOccasion(s, run) ? s.exactly(run.to, to) : undefined;
      if (series?.when.kind !== 'recurring') return undefined;
      return s.result(series.when, series.words, [[run.from, run.to]]);
    },
  },
  {
    name: 'more of the time',
    rule: 'What follows without a connector and may still say when is asked about.',
    example: 'every weekday at 9 except holidays',
    read: ({ s, run, to, connector, layout }) =>
      connector === '' ? doubtAfter(s, run, to, layout.hasLead) : undefined,
  },
  {
    name: 'day behind an adverb',
    rule: 'An adverb before a task with a day of its own belongs to the task, or makes a series with the day.',
    example: 'weekly sync tomorrow with the team at 9am',
    read({ s, run, to, connector, rest }) {
      const day = connector === '' ? dayBehind(s, run, to) : undefined;
      if (!day) return undefined;
      const inner = rest();
      const both = asSeries(s, run, day);
      const asked = both ? s.ask([inner.when, both], inner.words ?? '', []) : inner;
      return { ...asked, task: `${run.words} ${inner.task}` };
    },
  },
  {
    name: 'rival',
    rule: 'Where another time ends the sentence and both cannot hold, the first may be a word of the task.',
    example: 'Monday meeting prep in 20 minutes',
    read: ({ s, run, to, connector, layout }) =>
      /\w/.test(connector) ? undefined : rivalled(s, run, to, layout.hasLead),
  },
  {
    name: 'title',
    rule: 'A cadence before a noun is how often, or what the thing is called.',
    example: 'nightly backup check at 11pm',
    read: ({ s, run, to, connector }) => (connector === '' ? titled(s, run, to) : undefined),
  },
];
