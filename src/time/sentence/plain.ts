import type { Layout } from '../layout.ts';
import { mayBeName } from '../names.ts';
import { isDoubtful, isWeak } from '../runs.ts';
import { noTime } from '../texts.ts';
import { endOfDays, hasOwnClock, isAim, isAsked, isBound, mayBeCalled, startOfDays } from './days.ts';
import {
  isDated,
  isHourOf,
  isNumberAtEnd,
  isUnfinished,
  isVerse,
  numbered,
  slashed,
  withBareHour,
  withDayNumber,
  withDigits,
} from './digits.ts';
import {
  aboutWhat,
  doubtBefore,
  doubtWithin,
  earlierWithin,
  isCompact,
  isLoose,
  isNumberOfThings,
  oneOfTwo,
} from './doubts.ts';
import { doubtAfter } from './ends.ts';
import { asPurpose, beforeEvent, earlierThan } from './events.ts';
import { completed, connectorAt, endsInPart, withClock } from './joins.ts';
import { ENDS, isMeasure, lasting, middle } from './middle.ts';
import { asSeries, dayBehind, isOccasion, rivalled, titled } from './rivals.ts';
import {
  ask,
  endsWeak,
  goesTooFar,
  isAttribute,
  isMoved,
  isMovedTo,
  nothing,
  result,
  startsWeak,
  startsWeakly,
  type Understood,
  type View,
  word,
} from './view.ts';

export function plain(view: View, layout: Layout): Understood {
  const [from, to] = layout.body;
  if (from >= to) return { when: noTime(), words: undefined, task: '' };
  const whole = view.runs.exactly(from, to);
  const first = whole && view.runs.first(whole);
  // "About lunch tomorrow at 11:30".
  const rest =
    first && layout.connector !== '' && isWeak(first, view.tokens) ? view.runs.exactly(first.to, to) : undefined;
  if (rest) return result(view, rest.when, view.runs.words(rest.from, rest.to), [[from, rest.from]]);
  if (whole && layout.hasLead) return result(view, whole.when, view.runs.words(from, to), []);
  const early = beforeEvent(view, layout.body) ?? earlierThan(view, layout.body);
  if (early) return early;
  const front = /^(?:for|[,:-])?$/.test(layout.connector) ? leading(view, layout) : undefined;
  if (front) return front;
  const { body } = layout;
  const digits = () => numbered(view, body) ?? lasting(view, body) ?? slashed(view, body);
  return trailing(view, layout) ?? middle(view, body) ?? digits() ?? nothing(view, body);
}

function leading(view: View, layout: Layout): Understood | undefined {
  const [from, to] = layout.body;
  const run = view.runs.longestFrom(from, to, (one) => {
    const followed = connectorAt(view, one.to) !== '';
    if (followed) return !startsWeakly(view, one);
    if (goesTooFar(view, one) || isUnfinished(view, one, to) || (layout.hasLead && isNumberOfThings(view, one)))
      return false;
    const isWhole = isDated(view, one, layout) || isHourOf(one) || isCompact(view, one, to, layout);
    if (startsWeak(view, one) && !isWhole) return false;
    return !endsWeak(view, one) || endsInPart(view, one, to);
  });
  if (!run) return undefined;
  const connector = connectorAt(view, run.to);
  const last = /^(?:to|-)$/.test(connector) ? endOfDays(view, run, to) : undefined;
  if (last) return ask(view, [run.when, last.when], view.runs.words(run.from, last.to), [[last.to, to]]);
  if (connector === '' && layout.hasLead && isLoose(view, run, layout))
    return ask(view, [run.when], view.runs.words(run.from, run.to), [[run.to, to]]);
  const about = layout.hasLead && connector === '' ? aboutWhat(view, run, to) : undefined;
  if (about) return about;
  // "Bonfire night every 5 November at 6pm".
  const series = connector === '' && isOccasion(view, run) ? view.runs.exactly(run.to, to) : undefined;
  if (series?.when.kind === 'recurring')
    return result(view, series.when, view.runs.words(run.to, to), [[run.from, run.to]]);
  const doubt = connector === '' ? doubtAfter(view, run, to, layout.hasLead) : undefined;
  if (doubt) return doubt;
  const day = connector === '' ? dayBehind(view, run, to) : undefined;
  if (day) {
    const rest = plain(view, { ...layout, body: [run.to, to] });
    const both = asSeries(view, run, day);
    const task = `${view.runs.words(run.from, run.to)} ${rest.task}`;
    return both ? { ...ask(view, [rest.when, both.when], rest.words ?? '', []), task } : { ...rest, task };
  }
  const rival = rivalled(view, run, to, connector, layout.hasLead);
  const rivalOrTitle = rival ?? (connector === '' ? titled(view, run, to) : undefined);
  if (rivalOrTitle) return rivalOrTitle;
  return completed(view, run, [connector === '' ? run.to : run.to + 1, to], connector, layout.hasLead);
}

function trailing(view: View, { body: [from, to] }: Layout): Understood | undefined {
  const run = view.runs.longestUpTo(to, from + 1, (one) => !startsWeak(view, one));
  if (!run) return undefined;
  const words = view.runs.words(run.from, run.to);
  const task: [number, number] = [from, run.from];
  const first = view.runs.first(run);
  if (first && isDoubtful(first, view.tokens, view.language)) {
    const shorter = view.runs.exactly(first.to, to);
    if (shorter) return ask(view, [run.when, shorter.when], words, [task]);
    if (first.piece.kind === 'recur' || mayBeName(view.tokens, first.from, view.language))
      return ask(view, [run.when], words, [task]);
  }
  if (first && isAim(view, run)) {
    // "Plan Christmas at 5": then, or on that day.
    const clock = view.runs.exactly(first.to, to);
    return ask(view, clock ? [clock.when, run.when] : [run.when], words, [[from, first.to]]);
  }
  if (isVerse(view, run, from)) {
    const day = view.runs.exactly(run.from + 1, to);
    return ask(view, day ? [day.when, run.when] : [run.when], words, [[from, day?.from ?? run.from]]);
  }
  // "… every day with food until Friday": the day is the end of a series in mid-sentence.
  const series = ENDS.has(word(view, run.from - 1)) ? middle(view, [from, to]) : undefined;
  if (series?.when.kind === 'recurring') return series;
  if (isMovedTo(view, run, from) || isNumberAtEnd(view, run, from)) return ask(view, [run.when], words, [[from, to]]);
  if (isMoved(view, run) || isMeasure(view, run, from)) return ask(view, [run.when], words, [task]);
  const bare = withDayNumber(view, run, from) ?? withDigits(view, run, from) ?? withBareHour(view, run, from);
  if (bare) return bare;
  const doubt =
    earlierWithin(view, run, from) ??
    oneOfTwo(view, run, from) ??
    doubtBefore(view, run, from) ??
    doubtWithin(view, run, task);
  if (doubt) return doubt;
  const start = startOfDays(view, run, from);
  if (start) return ask(view, [start.when, run.when], words, [[from, to]]);
  if (hasOwnClock(view, run, from) || isAsked(view, run, from) || mayBeCalled(view, run, from))
    return ask(view, [run.when], words, [task]);
  // "Ask about Friday at 7".
  const isTopic = run.phrase.dates.length > 0 && /^(?:about|of|from|it's|that's)$/.test(word(view, run.from - 1));
  if (isTopic || isAttribute(view, run)) return ask(view, [run.when], words, [[from, to]]);
  // "Buy milk at 3pm with Sam tomorrow".
  const timed = isBound(view, run) ? undefined : withClock(view, run, [from, run.from], false);
  if (timed) return timed;
  const isFor = word(view, run.from - 1) === 'for' && run.from - 1 > from;
  const purpose = asPurpose(view, run, from);
  if (purpose) return purpose;
  return result(view, run.when, words, [isFor ? [from, run.from - 1] : task]);
}
