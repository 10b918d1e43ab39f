import { english } from '../lang/en.ts';
import { isAddress } from '../leftover.ts';
import { parseWhen, readPhrase, withWords } from '../parse.ts';
import type { Piece } from '../pieces.ts';
import { isSameWhen } from '../readings.ts';
import { unknownZone } from '../texts.ts';
import type { Stretch } from '../tokens.ts';
import { placeZone } from '../zone-names.ts';
import { isOpen } from './days.ts';
import { type Run, type Sentence, THINGS, type Understood } from './sentence.ts';

/** Where a time that opens a sentence ends, and the task begins. */

/** "Tomorrow 9 call mom": the number may be the hour or belong to the task. */
export function doubtAfter(s: Sentence, run: Run, to: number, hasLead: boolean): Understood | undefined {
  const next = s.word(run.to);
  // "At 4 Privet Drive"; "tomorrow at 9 their time", "at noon Denver": somebody else's clock.
  if (startsBareHour(run) && isAddress(s.tokens, run.to)) return s.ask([run.when], run.words, [[run.from, to]]);
  const place = run.hasTime ? elsewhere(s, run, to) : undefined;
  if (place) return place;
  if (run.hasTime && isStrangeZone(s, run.to, to)) return s.ask([run.when], run.words, [[run.to, to]]);
  const timed = withDigitsBehind(s, run, to);
  if (timed) return timed;
  if (run.endsInCount) return s.ask([run.when], run.words, [[run.to, to]]);
  // "Tomorrow: weekly report".
  if (s.word(run.to - 1) === ':') return undefined;
  const longer = lengthened(s, run, to);
  if (longer) return eitherLength(s, run, longer, to);
  // "9am in Atlantis": a zone that is not known is no task.
  const isUnread = saysTime(s, run.to) && !isSettled(s, run, to);
  if (isUnread || (!hasLead && UNREAD.has(next))) return s.ask([run.when], run.words, [[run.to, to]]);
  return undefined;
}

/** "9am Europe/Nowhere", "at 5pm QQT": written like a zone, but none that is known. */
function isStrangeZone(s: Sentence, at: number, to: number): boolean {
  const [first = '', slash = '', last = ''] = s.tokens.slice(at, at + 3).map(({ raw }) => raw);
  if (slash === '/' && s.tokens[at + 2]?.glued) return /^\p{Lu}/u.test(first) && /^\p{Lu}/u.test(last);
  return at + 1 === to && /^\p{Lu}{1,4}T$/u.test(first) && !NO_ZONES.test(first);
}

/** "Every evening 730 walk the dog", "friday 915 call Bo": digits behind a day may be its hour. */
function withDigitsBehind(s: Sentence, run: Run, to: number): Understood | undefined {
  const [digits, hour, minute] = /^([1-9]|1[0-2])([0-5][05])$/.exec(s.word(run.to)) ?? [];
  const { phrase } = run;
  const isTimed = phrase.time?.clock ?? phrase.times ?? phrase.range ?? phrase.shift ?? phrase.vague;
  if (digits === undefined || isTimed || THINGS.test(s.word(run.to + 1))) return undefined;
  const when = parseWhen(`${run.words} at ${hour}:${minute}`, s.ctx);
  if (when.kind === 'reject') return undefined;
  return s.ask([when, run.when], s.words(run.from, run.to + 1), [[run.to + 1, to]]);
}

/** The run with a word that may belong to the task. */
export function lengthened(s: Sentence, run: Run, to: number): Run | undefined {
  return s.longestFrom(
    run.from,
    Math.min(to, run.to + 3),
    (one) => one.to > run.to && one.endsWeak && one.phrase.vague === undefined,
  );
}

/** A run, and the same with a word that may belong to the task: "tomorrow lunch", "at 9 weekly". */
function eitherLength(s: Sentence, run: Run, longer: Run, to: number): Understood | undefined {
  // "Friday 9h workshop": the split is in doubt even where the hour is not.
  const { lettered, weak } = longer.phrase.time?.clock ?? {};
  if (isSameWhen(run.when, longer.when) && !lettered && !weak) return undefined;
  // "Sunday lunch with Ana": a lunch has its hour.
  const isMeal = s.word(longer.to - 1) === 'lunch' && isOpen(s, longer.to);
  const saysWhen = (_: unknown, at: number) =>
    s.longestFrom(longer.to + at, to, (one) => one.onlyTime && !one.startsWeak) !== undefined;
  if (isMeal && s.tokens.slice(longer.to, to).some(saysWhen)) return undefined;
  // "Thursday lunchtime haircut", "Wednesday evening choir": said of a day, it is that part of it.
  const isPart = longer.to === run.to + 1 && PARTS.test(s.tokens[run.to]?.raw ?? '') && isNoEvent(s, longer.to);
  const isDay = !run.hasTime && run.phrase.recurs.length === 0 && run.phrase.dates[0]?.type === 'weekday';
  if (isPart && isDay && longer.when.kind === 'once') return s.result(longer.when, longer.words, [[longer.to, to]]);
  const [date] = run.hasTime || run.phrase.recurs.length > 0 ? [] : run.phrase.dates;
  if (isMeal && date && date.type !== 'period' && longer.when.kind === 'once' && run.when.kind === 'once') {
    const when = withWords({ ...longer.when, others: [{ words: '', when: run.when }] }, s.ctx);
    return s.result(when, s.words(run.from, longer.to), [[run.to, to]]);
  }
  return s.ask([longer.when, run.when], longer.words, [[longer.to, to]]);
}

/** "Wednesday evening class" may be what the class is called. */
function isNoEvent(s: Sentence, at: number): boolean {
  const { events, issues } = english.task;
  return !isOpen(s, at) && !events.has(s.word(at)) && !issues.has(s.word(at)) && s.word(at) !== '';
}

/** Whether a word speaks of time; "start the oven" does not. */
export function saysTime(s: Sentence, at: number): boolean {
  if (!english.temporal.has(s.word(at))) return false;
  const isDeed = s.word(at) === 'starting' && /^(?:start|begin)$/i.test(s.tokens[at]?.raw ?? '');
  return !isDeed || s.begins(at + 1);
}

/** "In 20 minutes weekly report", "at 9am evening class prep": a word that cannot belong to such a time. */
function isSettled(s: Sentence, run: Run, to: number): boolean {
  const said = s.word(run.to);
  if (to - run.to < 2 || english.temporal.has(s.word(run.to + 1))) return false;
  const { shift, time } = run.phrase;
  const isThing = english.cadences.has(said) || s.pieces(run.to).some(({ value }) => isNamed(value));
  return isThing && ((shift !== undefined && shift.span.milliseconds > 0) || time?.clock?.exact === true);
}

/** Another zone, named without a word that says so: by "time" at its end, or by a city alone. */
function elsewhere(s: Sentence, run: Run, to: number): Understood | undefined {
  for (let at = run.to; at < Math.min(to, run.to + 3); at++)
    if (isPlaceTime(s, [run.to, at])) return s.result(unknownZone(s.words(run.to, at)), run.words, [[at + 1, to]]);
    else if (s.word(at) === 'time' && at > run.to && !/^(?:what|which|the|any|some|more)$/.test(s.word(at - 1)))
      return s.ask([run.when], run.words, [[run.to, to]]);
  if (to - run.to > 3 || !placeZone(s.words(run.to, to))) return undefined;
  const there = readPhrase(`${run.words} in ${s.words(run.to, to)}`, s.ctx);
  return s.ask(there ? [there, run.when] : [run.when], run.words, [[run.to, to]]);
}

/** "9am Narnia time": a place that is not known. */
function isPlaceTime(s: Sentence, [from, at]: Stretch): boolean {
  const isNamed = s.tokens.slice(from, at).every(({ raw }) => /^\p{Lu}\p{Ll}/u.test(raw));
  return at > from && isNamed && !s.begins(from) && s.tokens[at]?.raw === 'time';
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
