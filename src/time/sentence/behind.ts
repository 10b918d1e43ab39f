import { english } from '../lang/en.ts';
import { isAddress } from '../leftover.ts';
import { parseWhen, withWords } from '../parse.ts';
import type { Piece } from '../pieces.ts';
import { isSameWhen } from '../readings.ts';
import { unknownZone } from '../texts.ts';
import type { When } from '../types.ts';
import type { Run, Sentence, Understood } from './sentence.ts';
import { THINGS } from './words.ts';

/** What stands behind a time that opens a sentence: the task, or more of the time. */

/** "Tomorrow 9 call mom": the number may be the hour or belong to the task. */
export function doubtAfter(s: Sentence, run: Run, to: number, hasLead: boolean): Understood | undefined {
  const doubted = (from = run.to) => s.ask([run.when], run.words, [[from, to]]);
  // "At 4 Privet Drive"; "tomorrow at 9 their time", "at noon Denver": somebody else's clock.
  const isBareHour = run.clock && !run.clock.exact && run.clock.minute === 0;
  if (isBareHour && isAddress(s.tokens, run.to)) return doubted(run.from);
  const place = run.hasTime ? elsewhere(s, run, to) : undefined;
  if (place) return place;
  if (run.hasTime && isStrangeZone(s, run.to, to)) return doubted();
  const timed = withDigitsBehind(s, run);
  if (timed) return s.ask([timed, run.when], s.words(run.from, run.to + 1), [[run.to + 1, to]]);
  if (run.endsInCount) return doubted();
  // "Tomorrow: weekly report".
  if (s.word(run.to - 1) === ':') return undefined;
  const longer = lengthened(s, run, to);
  if (longer) return eitherLength(s, run, longer, to);
  const isUnread = saysTime(s, run.to) && !isSettled(s, run, to);
  return isUnread || (!hasLead && UNREAD.has(run.next)) ? doubted() : undefined;
}

/** Words that would go on saying when, after a time that opens a sentence. */
const UNREAD = new Set('in on at until except for before after from between or of time'.split(' '));

/** "9am Europe/Nowhere", "at 5pm QQT": written like a zone, but none that is known. */
function isStrangeZone(s: Sentence, at: number, to: number): boolean {
  const [first = '', slash = '', last = ''] = s.tokens.slice(at, at + 3).map(({ raw }) => raw);
  if (slash === '/' && s.tokens[at + 2]?.glued) return /^\p{Lu}/u.test(first) && /^\p{Lu}/u.test(last);
  // The test of a car, a tax, a workout, exams are written so as well.
  const isThing = /^(?:MOT|VAT|HIIT|LSAT|MCAT|GMAT|CBT|IT)$/.test(first);
  return at + 1 === to && /^\p{Lu}{1,4}T$/u.test(first) && !isThing;
}

/** "Every evening 730 walk the dog", "friday 915 call Bo": digits behind a day may be its hour. */
export function withDigitsBehind(s: Sentence, { words, next, to, phrase }: Run): When | undefined {
  const { time, times, range, shift, vague } = phrase;
  const [digits, hour, minute] = /^([1-9]|1[0-2])([0-5][05])$/.exec(next) ?? [];
  if (digits === undefined || (time?.clock ?? times ?? range ?? shift ?? vague) || THINGS.test(s.word(to + 1)))
    return undefined;
  const when = parseWhen(`${words} at ${hour}:${minute}`, s.ctx);
  return when.kind === 'reject' ? undefined : when;
}

/** The run with a word that may belong to the task. */
export function lengthened(s: Sentence, run: Run, to: number): Run | undefined {
  const isLonger = (one: Run) => one.to > run.to && one.endsWeak && one.phrase.vague === undefined;
  return s.longestFrom(run.from, Math.min(to, run.to + 3), isLonger);
}

/** A run, and the same with a word that may belong to the task: "tomorrow lunch", "at 9 weekly". */
function eitherLength(s: Sentence, run: Run, longer: Run, to: number): Understood | undefined {
  // "Friday 9h workshop": the split is in doubt even where the hour is not.
  const { lettered, weak } = longer.clock ?? {};
  if (isSameWhen(run.when, longer.when) && !lettered && !weak) return undefined;
  const day = run.hasTime || run.isSeries ? undefined : run.date;
  // "Sunday lunch with Ana": a lunch has its hour.
  const isMeal = s.word(longer.to - 1) === 'lunch' && longer.isOpen;
  if (isMeal && s.firstFrom(longer.to, to, (one) => one.onlyTime && !one.startsWeak)) return undefined;
  // "Thursday lunchtime haircut", "Wednesday evening choir": said of a day, it is that part of it; a class may be called so.
  const isPart = longer.to === run.to + 1 && /^(?:lunchtime|evening)$/i.test(s.tokens[run.to]?.raw ?? '');
  const isEvent = english.task.events.has(longer.next) || english.task.issues.has(longer.next);
  const isTask = !longer.isOpen && !isEvent && longer.next !== '';
  if (longer.when.kind === 'once' && isPart && isTask && day?.type === 'weekday')
    return s.result(longer.when, longer.words, [[longer.to, to]]);
  if (isMeal && day && day.type !== 'period' && longer.when.kind === 'once' && run.when.kind === 'once') {
    const when = withWords({ ...longer.when, others: [{ words: '', when: run.when }] }, s.ctx);
    return s.result(when, longer.words, [[run.to, to]]);
  }
  return s.ask([longer.when, run.when], longer.words, [[longer.to, to]]);
}

/** Whether a word speaks of time; "start the oven" does not. */
export function saysTime(s: Sentence, at: number): boolean {
  if (!english.temporal.has(s.word(at))) return false;
  const isDeed = s.word(at) === 'starting' && /^(?:start|begin)$/i.test(s.tokens[at]?.raw ?? '');
  return !isDeed || s.begins(at + 1);
}

/** "In 20 minutes weekly report", "at 9am evening class prep": a word that cannot belong to such a time. */
function isSettled(s: Sentence, run: Run, to: number): boolean {
  const { shift } = run.phrase;
  const isExact = (shift !== undefined && shift.span.milliseconds > 0) || run.clock?.exact === true;
  if (!isExact || to - run.to < 2 || english.temporal.has(s.word(run.to + 1))) return false;
  return english.cadences.has(run.next) || s.pieces(run.to).some(({ value }) => isNamed(value));
}

/** A part of the day, a day or a month by its name. */
function isNamed(piece: Piece): boolean {
  if (piece.kind === 'time') return piece.time.part !== undefined && piece.time.clock === undefined;
  return piece.kind === 'date' && /^(?:weekday|holiday|period|weekend)$/.test(piece.date.type);
}

/** Another zone, named without a word that says so: by "time" at its end, or by a city alone. */
function elsewhere(s: Sentence, run: Run, to: number): Understood | undefined {
  const at = s.said(run.to, Math.min(to, run.to + 3)).indexOf('time', 1) + run.to;
  const place = s.tokens.slice(run.to, at).map(({ raw }) => raw);
  // "9am Narnia time": a place that is not known is no task.
  const isPlace = place.every((raw) => /^\p{Lu}\p{Ll}/u.test(raw)) && !s.begins(run.to) && s.tokens[at]?.raw === 'time';
  if (place.length > 0 && isPlace) return s.result(unknownZone(s.words(run.to, at)), run.words, [[at + 1, to]]);
  if (place.length > 0 && !/^(?:what|which|the|any|some|more)$/.test(s.word(at - 1)))
    return s.ask([run.when], run.words, [[run.to, to]]);
  return undefined;
}
