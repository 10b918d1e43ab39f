import { english } from '../lang/en.ts';
import { isAddress } from '../leftover.ts';
import { parseWhen, readPhrase, withWords } from '../parse.ts';
import type { Piece } from '../pieces.ts';
import type { Run } from '../runs.ts';
import { unknownZone } from '../texts.ts';
import { placeZone } from '../zone-names.ts';
import { isOpen } from './days.ts';
import {
  ask,
  endsInCount,
  endsWeak,
  hasTime,
  isSameWhen,
  onlyTime,
  result,
  startsWeak,
  THINGS,
  type Understood,
  type View,
  word,
} from './view.ts';

/** Where a time that opens a sentence ends, and the task begins. */

/** "Tomorrow 9 call mom": the number may be the hour or belong to the task. */
export function doubtAfter(view: View, run: Run, to: number, hasLead: boolean): Understood | undefined {
  const next = word(view, run.to);
  // "At 4 Privet Drive"; "tomorrow at 9 their time", "at noon Denver": somebody else's clock.
  if (startsBareHour(run) && isAddress(view.tokens, run.to)) return ask(view, [run.when], run.words, [[run.from, to]]);
  const place = hasTime(run) ? elsewhere(view, run, to) : undefined;
  if (place) return place;
  if (hasTime(run) && isStrangeZone(view, run.to, to)) return ask(view, [run.when], run.words, [[run.to, to]]);
  const timed = withDigitsBehind(view, run, to);
  if (timed) return timed;
  if (endsInCount(view, run)) return ask(view, [run.when], run.words, [[run.to, to]]);
  // "Tomorrow: weekly report".
  if (word(view, run.to - 1) === ':') return undefined;
  const longer = lengthened(view, run, to);
  if (longer) return eitherLength(view, run, longer, to);
  // "9am in Atlantis": a zone that is not known is no task.
  const isUnread = saysTime(view, run.to) && !isSettled(view, run, to);
  if (isUnread || (!hasLead && UNREAD.has(next))) return ask(view, [run.when], run.words, [[run.to, to]]);
  return undefined;
}

/** "9am Europe/Nowhere", "at 5pm QQT": written like a zone, but none that is known. */
function isStrangeZone(view: View, at: number, to: number): boolean {
  const [first = '', slash = '', last = ''] = view.tokens.slice(at, at + 3).map(({ raw }) => raw);
  if (slash === '/' && view.tokens[at + 2]?.glued) return /^\p{Lu}/u.test(first) && /^\p{Lu}/u.test(last);
  return at + 1 === to && /^\p{Lu}{1,4}T$/u.test(first) && !NO_ZONES.test(first);
}

/** "Every evening 730 walk the dog", "friday 915 call Bo": digits behind a day may be its hour. */
function withDigitsBehind(view: View, run: Run, to: number): Understood | undefined {
  const [digits, hour, minute] = /^([1-9]|1[0-2])([0-5][05])$/.exec(word(view, run.to)) ?? [];
  const { phrase } = run;
  const isTimed = phrase.time?.clock ?? phrase.times ?? phrase.range ?? phrase.shift ?? phrase.vague;
  if (digits === undefined || isTimed || THINGS.test(word(view, run.to + 1))) return undefined;
  const when = parseWhen(`${run.words} at ${hour}:${minute}`, view.ctx);
  if (when.kind === 'reject') return undefined;
  return ask(view, [when, run.when], view.runs.words(run.from, run.to + 1), [[run.to + 1, to]]);
}

/** The run with a word that may belong to the task. */
export function lengthened(view: View, run: Run, to: number): Run | undefined {
  return view.runs.longestFrom(
    run.from,
    Math.min(to, run.to + 3),
    (one) => one.to > run.to && endsWeak(view, one) && one.phrase.vague === undefined,
  );
}

/** A run, and the same with a word that may belong to the task: "tomorrow lunch", "at 9 weekly". */
function eitherLength(view: View, run: Run, longer: Run, to: number): Understood | undefined {
  // "Friday 9h workshop": the split is in doubt even where the hour is not.
  const { lettered, weak } = longer.phrase.time?.clock ?? {};
  if (isSameWhen(run.when, longer.when) && !lettered && !weak) return undefined;
  // "Sunday lunch with Ana": a lunch has its hour.
  const isMeal = word(view, longer.to - 1) === 'lunch' && isOpen(view, longer.to);
  const saysWhen = (_: unknown, at: number) =>
    view.runs.longestFrom(longer.to + at, to, (one) => onlyTime(one) && !startsWeak(view, one)) !== undefined;
  if (isMeal && view.tokens.slice(longer.to, to).some(saysWhen)) return undefined;
  // "Thursday lunchtime haircut", "Wednesday evening choir": said of a day, it is that part of it.
  const isPart = longer.to === run.to + 1 && PARTS.test(view.tokens[run.to]?.raw ?? '') && isNoEvent(view, longer.to);
  const isDay = !hasTime(run) && run.phrase.recurs.length === 0 && run.phrase.dates[0]?.type === 'weekday';
  if (isPart && isDay && longer.when.kind === 'once') return result(view, longer.when, longer.words, [[longer.to, to]]);
  const [date] = hasTime(run) || run.phrase.recurs.length > 0 ? [] : run.phrase.dates;
  if (isMeal && date && date.type !== 'period' && longer.when.kind === 'once' && run.when.kind === 'once') {
    const when = withWords({ ...longer.when, others: [{ words: '', when: run.when }] }, view.ctx);
    return result(view, when, view.runs.words(run.from, longer.to), [[run.to, to]]);
  }
  return ask(view, [longer.when, run.when], longer.words, [[longer.to, to]]);
}

/** "Wednesday evening class" may be what the class is called. */
function isNoEvent(view: View, at: number): boolean {
  const { events, issues } = english.task;
  return !isOpen(view, at) && !events.has(word(view, at)) && !issues.has(word(view, at)) && word(view, at) !== '';
}

/** Whether a word speaks of time; "start the oven" does not. */
export function saysTime(view: View, at: number): boolean {
  if (!english.temporal.has(word(view, at))) return false;
  const isDeed = word(view, at) === 'starting' && /^(?:start|begin)$/i.test(view.tokens[at]?.raw ?? '');
  return !isDeed || view.runs.begins(at + 1);
}

/** "In 20 minutes weekly report", "at 9am evening class prep": a word that cannot belong to such a time. */
function isSettled(view: View, run: Run, to: number): boolean {
  const said = word(view, run.to);
  if (to - run.to < 2 || english.temporal.has(word(view, run.to + 1))) return false;
  const { shift, time } = run.phrase;
  const isThing = english.cadences.has(said) || view.runs.pieces(run.to).some(({ value }) => isNamed(value));
  return isThing && ((shift !== undefined && shift.span.milliseconds > 0) || time?.clock?.exact === true);
}

/** Another zone, named without a word that says so: by "time" at its end, or by a city alone. */
function elsewhere(view: View, run: Run, to: number): Understood | undefined {
  for (let at = run.to; at < Math.min(to, run.to + 3); at++)
    if (isPlaceTime(view, [run.to, at]))
      return result(view, unknownZone(view.runs.words(run.to, at)), run.words, [[at + 1, to]]);
    else if (word(view, at) === 'time' && at > run.to && !/^(?:what|which|the|any|some|more)$/.test(word(view, at - 1)))
      return ask(view, [run.when], run.words, [[run.to, to]]);
  if (to - run.to > 3 || !placeZone(view.runs.words(run.to, to))) return undefined;
  const there = readPhrase(`${run.words} in ${view.runs.words(run.to, to)}`, view.ctx);
  return ask(view, there ? [there, run.when] : [run.when], run.words, [[run.to, to]]);
}

/** "9am Narnia time": a place that is not known. */
function isPlaceTime(view: View, [from, at]: [number, number]): boolean {
  const isNamed = view.tokens.slice(from, at).every(({ raw }) => /^\p{Lu}\p{Ll}/u.test(raw));
  return at > from && isNamed && !view.runs.begins(from) && view.tokens[at]?.raw === 'time';
}

function startsBareHour({ phrase }: Run): boolean {
  return phrase.time?.clock !== undefined && !phrase.time.clock.exact && phrase.time.clock.minute === 0;
}

/** A part of the day, a day or a month by its name. */
function isNamed({ kind, ...piece }: Piece): boolean {
  if (kind === 'time') return 'time' in piece && piece.time.part !== undefined && piece.time.clock === undefined;
  return kind === 'date' && 'date' in piece && /^(?:weekday|holiday|period|weekend)$/.test(piece.date.type);
}

const PARTS = /^(?:lunchtime|evening)$/i;

/** Things that are written like a zone: the test of a car, a tax, a workout, exams. */
const NO_ZONES = /^(?:MOT|VAT|HIIT|LSAT|MCAT|GMAT|CBT|IT)$/;

/** Words that would go on saying when, after a time that opens a sentence. */
const UNREAD = new Set('in on at until except for before after from between or of time'.split(' '));
