import { english } from '../lang/en.ts';
import { ORDINALS } from '../lang/en-words.ts';
import type { Layout } from '../layout.ts';
import type { Stretch } from '../tokens.ts';
import { endOfDays } from './days.ts';
import { isDated, isHourOf, isUnfinished } from './digits.ts';
import { aboutWhat, isCompact, isLoose, isNumberOfThings } from './doubts.ts';
import { doubtAfter } from './ends.ts';
import type { Guard } from './guard.ts';
import { connectorAt, endsInPart } from './joins.ts';
import { asSeries, dayBehind, isOccasion, rivalled, titled } from './rivals.ts';
import { PREPOSITIONS, type Run, type Sentence, type Understood } from './sentence.ts';

/** The longest time that a sentence begins with, and what follows it. */
export interface Start {
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
  return run && { run, to, connector: connectorAt(s, run.to), layout, rest: () => rest([run.to, to]) };
}

/** Whether a time may open a sentence, as long as it is. */
function opens(s: Sentence, one: Run, layout: Layout): boolean {
  const [, to] = layout.body;
  if (connectorAt(s, one.to) !== '') return !one.startsWeakly;
  if (goesTooFar(s, one) || isUnfinished(s, one, to) || (layout.hasLead && isNumberOfThings(s, one))) return false;
  const isWhole = isDated(one, layout) || isHourOf(one) || isCompact(s, one, to, layout);
  if (one.startsWeak && !isWhole) return false;
  return !one.endsWeak || endsInPart(s, one, to);
}

/** What is asked of a time at the beginning of a sentence, in this order. */
export const AT_START: readonly Guard<Start>[] = [
  {
    name: 'from day to day',
    rule: 'A second day behind "to" or a dash is the end of what is spoken of.',
    example: 'Dec 1 to Dec 3 trip',
    read(s, { run, to, connector }) {
      const last = /^(?:to|-)$/.test(connector) ? endOfDays(s, run, to) : undefined;
      return last && s.ask([run.when, last.when], s.words(run.from, last.to), [[last.to, to]]);
    },
  },
  {
    name: 'length',
    rule: 'A bare length of time before a task is when it begins, or how long it lasts.',
    example: 'remind me 30 minutes yoga',
    read(s, { run, to, connector, layout }) {
      if (connector !== '' || !layout.hasLead || !isLoose(s, run, layout)) return undefined;
      return s.ask([run.when], run.words, [[run.to, to]]);
    },
  },
  {
    name: 'about what',
    rule: 'A time behind "about" is roughly then, or what the reminder is about.',
    example: 'remind me tomorrow about noon prayer',
    read: (s, { run, to, connector, layout }) =>
      layout.hasLead && connector === '' ? aboutWhat(s, run, to) : undefined,
  },
  {
    name: 'named occasion',
    rule: 'A named day before a series is what the series is about.',
    example: 'Halloween every October 31 at 6pm',
    read(s, { run, to, connector }) {
      const series = connector === '' && isOccasion(s, run) ? s.exactly(run.to, to) : undefined;
      if (series?.when.kind !== 'recurring') return undefined;
      return s.result(series.when, s.words(run.to, to), [[run.from, run.to]]);
    },
  },
  {
    name: 'more of the time',
    rule: 'What follows without a connector and may still say when is asked about.',
    example: 'every weekday at 9 except holidays',
    read: (s, { run, to, connector, layout }) =>
      connector === '' ? doubtAfter(s, run, to, layout.hasLead) : undefined,
  },
  {
    name: 'day behind an adverb',
    rule: 'An adverb before a task with a day of its own belongs to the task, or makes a series with the day.',
    example: 'weekly sync tomorrow with the team at 9am',
    read(s, { run, to, connector, rest }) {
      const day = connector === '' ? dayBehind(s, run, to) : undefined;
      if (!day) return undefined;
      const inner = rest();
      const both = asSeries(s, run, day);
      const task = `${run.words} ${inner.task}`;
      return both ? { ...s.ask([inner.when, both.when], inner.words ?? '', []), task } : { ...inner, task };
    },
  },
  {
    name: 'rival',
    rule: 'Where another time ends the sentence and both cannot hold, the first may be a word of the task.',
    example: 'Monday meeting prep in 20 minutes',
    read: (s, { run, to, connector, layout }) => rivalled(s, run, to, connector, layout.hasLead),
  },
  {
    name: 'title',
    rule: 'A cadence before a noun is how often, or what the thing is called.',
    example: 'nightly backup check at 11pm',
    read: (s, { run, to, connector }) => (connector === '' ? titled(s, run, to) : undefined),
  },
];

/** "In 2 hours, 10 minute plank", "on the 31st, second interview", "at 9: Monday report": more than the time. */
function goesTooFar(s: Sentence, { from, to }: Run): boolean {
  const colon = s.tokens.slice(from, to - 1).findIndex(({ text, glued }) => text === ':' && glued);
  if (colon > 0 && !PREPOSITIONS.has(s.word(from + colon + 1)) && s.exactly(from, from + colon)) return true;
  if (s.word(to) === '' || english.connectors.has(s.word(to))) return false;
  const [number, unit] = [s.word(to - 2), s.tokens[to - 1]?.raw ?? ''];
  const isSingular = /^(?:minute|hour|day|week|month|year)$/i.test(unit) && Number(number) > 1;
  const at = isSingular ? to - 2 : Object.hasOwn(ORDINALS, s.word(to - 1)) ? to - 1 : undefined;
  return at !== undefined && at > from && s.exactly(from, at) !== undefined;
}
