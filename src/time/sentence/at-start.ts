import type { Layout } from '../layout.ts';
import type { Run } from '../runs.ts';
import { endOfDays } from './days.ts';
import { isDated, isHourOf, isUnfinished } from './digits.ts';
import { aboutWhat, isCompact, isLoose, isNumberOfThings } from './doubts.ts';
import { doubtAfter } from './ends.ts';
import type { Guard } from './guard.ts';
import { connectorAt, endsInPart } from './joins.ts';
import { asSeries, dayBehind, isOccasion, rivalled, titled } from './rivals.ts';
import { ask, endsWeak, goesTooFar, result, startsWeak, startsWeakly, type Understood, type View } from './view.ts';

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

export function startOf(view: View, layout: Layout, rest: (body: [number, number]) => Understood): Start | undefined {
  const [from, to] = layout.body;
  const run = view.runs.longestFrom(from, to, (one) => opens(view, one, layout));
  return run && { run, to, connector: connectorAt(view, run.to), layout, rest: () => rest([run.to, to]) };
}

/** Whether a time may open a sentence, as long as it is. */
function opens(view: View, one: Run, layout: Layout): boolean {
  const [, to] = layout.body;
  if (connectorAt(view, one.to) !== '') return !startsWeakly(view, one);
  if (goesTooFar(view, one) || isUnfinished(view, one, to) || (layout.hasLead && isNumberOfThings(view, one)))
    return false;
  const isWhole = isDated(one, layout) || isHourOf(one) || isCompact(view, one, to, layout);
  if (startsWeak(view, one) && !isWhole) return false;
  return !endsWeak(view, one) || endsInPart(view, one, to);
}

/** What is asked of a time at the beginning of a sentence, in this order. */
export const AT_START: readonly Guard<Start>[] = [
  {
    name: 'from day to day',
    rule: 'A second day behind "to" or a dash is the end of what is spoken of.',
    example: 'Dec 1 to Dec 3 trip',
    read(view, { run, to, connector }) {
      const last = /^(?:to|-)$/.test(connector) ? endOfDays(view, run, to) : undefined;
      return last && ask(view, [run.when, last.when], view.runs.words(run.from, last.to), [[last.to, to]]);
    },
  },
  {
    name: 'length',
    rule: 'A bare length of time before a task is when it begins, or how long it lasts.',
    example: 'remind me 30 minutes yoga',
    read(view, { run, to, connector, layout }) {
      if (connector !== '' || !layout.hasLead || !isLoose(view, run, layout)) return undefined;
      return ask(view, [run.when], run.words, [[run.to, to]]);
    },
  },
  {
    name: 'about what',
    rule: 'A time behind "about" is roughly then, or what the reminder is about.',
    example: 'remind me tomorrow about noon prayer',
    read: (view, { run, to, connector, layout }) =>
      layout.hasLead && connector === '' ? aboutWhat(view, run, to) : undefined,
  },
  {
    name: 'named occasion',
    rule: 'A named day before a series is what the series is about.',
    example: 'Halloween every October 31 at 6pm',
    read(view, { run, to, connector }) {
      const series = connector === '' && isOccasion(view, run) ? view.runs.exactly(run.to, to) : undefined;
      if (series?.when.kind !== 'recurring') return undefined;
      return result(view, series.when, view.runs.words(run.to, to), [[run.from, run.to]]);
    },
  },
  {
    name: 'more of the time',
    rule: 'What follows without a connector and may still say when is asked about.',
    example: 'every weekday at 9 except holidays',
    read: (view, { run, to, connector, layout }) =>
      connector === '' ? doubtAfter(view, run, to, layout.hasLead) : undefined,
  },
  {
    name: 'day behind an adverb',
    rule: 'An adverb before a task with a day of its own belongs to the task, or makes a series with the day.',
    example: 'weekly sync tomorrow with the team at 9am',
    read(view, { run, to, connector, rest }) {
      const day = connector === '' ? dayBehind(view, run, to) : undefined;
      if (!day) return undefined;
      const inner = rest();
      const both = asSeries(view, run, day);
      const task = `${run.words} ${inner.task}`;
      return both ? { ...ask(view, [inner.when, both.when], inner.words ?? '', []), task } : { ...inner, task };
    },
  },
  {
    name: 'rival',
    rule: 'Where another time ends the sentence and both cannot hold, the first may be a word of the task.',
    example: 'Monday meeting prep in 20 minutes',
    read: (view, { run, to, connector, layout }) => rivalled(view, run, to, connector, layout.hasLead),
  },
  {
    name: 'title',
    rule: 'A cadence before a noun is how often, or what the thing is called.',
    example: 'nightly backup check at 11pm',
    read: (view, { run, to, connector }) => (connector === '' ? titled(view, run, to) : undefined),
  },
];
