import { type Condition, conditionIn, contrastIn, without as withoutCondition } from './conditions.ts';
import { hereOf } from './env.ts';
import { english } from './lang/en.ts';
import type { Layout } from './layout.ts';
import { saysClock } from './leftover.ts';
import { mayBeName, placeBehindClock } from './names.ts';
import {
  chosen,
  distinct,
  parseWhen,
  readingsOf,
  readRule,
  readWords,
  type Words,
  withWords,
  wordsOf,
} from './parse.ts';
import { type RuleWithin, ruleWithin } from './rule-within.ts';
import { isDoubtful, isWeak, type Run } from './runs.ts';
import { ENDS } from './sentence-middle.ts';
import { isSameWhen, onlyTime, type Understood } from './sentence-parts.ts';
import { SentenceTurns } from './sentence-turns.ts';
import { writtenOut } from './texting.ts';
import { noTime, past, tooLong, unknownZone, whichOne } from './texts.ts';
import { tokenise } from './tokens.ts';
import type { Once, SplitTask, When, WhenContext } from './types.ts';
import { isZone } from './zones.ts';

/** A longer message is no reminder. */
const LONGEST_SENTENCE = 4_000;

const ANYWHERE: WhenContext = { now: new Date(0), zone: 'UTC' };

/**
 * `understand`, for who only wants the sentence taken apart. Where it is doubtful, the whole sentence stands for the words
 * that say when, which alone would hide the doubt: `understand` asks about it again.
 */
export function splitTask(text: string, ctx: WhenContext = ANYWHERE): SplitTask {
  const { when, words, task } = understand(text, ctx);
  return { when: when.kind === 'ambiguous' && words !== undefined ? text.trim() : words, task };
}

/**
 * Takes a whole sentence: "remind me about the 9am meeting tomorrow at 8am" fires at 8, and its task is "the 9am
 * meeting". Where it is not certain which of its words say when, the answer is a question. Never throws.
 */
export function understand(text: string, ctx: WhenContext): Understood {
  if (text.length > LONGEST_SENTENCE) return { when: tooLong(), words: undefined, task: '' };
  if (!isZone(ctx.zone)) return { when: unknownZone(ctx.zone), words: undefined, task: text.trim() };
  return readSentence(text, hereOf(ctx), true);
}

/** A sentence; `asksWhere`: also of a place behind a clock time. */
function readSentence(text: string, here: WhenContext, asksWhere: boolean): Understood {
  const written = ruleWithin(text, here);
  if (written) return ruled(written, here);
  const rule = readRule(text, here);
  if (rule) return { when: rule, words: text.trim(), task: '' };
  const words = chosen(wordsOf(text, tokenise(text, english), english), english);
  if (isNegative(words)) return { when: past(''), words: text.trim(), task: '' };
  const whole = readWords(words, here, english);
  if (whole) return new Sentence(words, here, english).named(whole) ?? { when: whole, words: text.trim(), task: '' };
  const full = writtenOut(words.tokens, english);
  if (!full) return asksWhere ? withPlace(words, here, withConditions(words, here)) : withConditions(words, here);
  const meant = withConditions(wordsOf(text, full.tokens, english), here);
  return full.isDoubtful ? new Sentence(words, here, english).either(meant, withConditions(words, here)) : meant;
}

/** "Meeting 3pm London tomorrow": the hour there, or where it is. */
function withPlace(words: Words, here: WhenContext, meant: Understood): Understood {
  const place = placeBehindClock(words.tokens, english);
  if (!place || meant.when.kind === 'reject') return meant;
  const { text } = words;
  if (meant.words?.includes(text.slice(place.start, place.end))) return meant;
  // Of one place only: asking again would double with each further one.
  const there = readSentence(`${text.slice(0, place.end)} time${text.slice(place.end)}`, here, false);
  if (there.when.kind === 'reject' || isSameWhen(there.when, meant.when)) return meant;
  const local = readSentence(text.slice(0, place.start) + text.slice(place.end), here, false);
  if (isSameWhen(there.when, local.when)) return local.task === '' ? meant : local;
  // Whoever says the place of a thing wants it in its name.
  const isWhole = local.task !== '' && isSameWhen(local.when, meant.when);
  return new Sentence(words, here, english).elsewhereOrHere(there, isWhole ? meant : local);
}

/** What a rule beside a task means; a time in the task is asked about. */
function ruled({ whens, words, before, after }: RuleWithin, here: WhenContext): Understood {
  const rest = `${before.replace(/(?:^|\s)cron(?:tab)?:?\s*$/i, '')} ${after}`;
  const around = new Sentence(wordsOf(rest, tokenise(rest, english), english), here, english);
  const task = around.deed();
  const found = distinct(whens.flatMap(readingsOf));
  const [only = noTime()] = found.length === 1 ? found.map(({ when }) => when) : whens;
  const isTimed = saysClock(tokenise(task, english)) || around.understand().when.kind === 'once';
  const when = found.length > 1 || (found.length === 1 && isTimed) ? whichOne(found) : only;
  return { when: withWords(when, here), words, task };
}

/** A sentence in which a day or a time may say under which condition, and not when. */
function withConditions(words: Words, here: WhenContext): Understood {
  const contrast = contrastIn(words.tokens, english);
  if (contrast) {
    const { text, tokens } = words;
    const rest = withConditions(wordsOf(text, tokens.slice(0, contrast.from), english), here);
    const other = parseWhen(`${tokens[contrast.to - 1]?.text} at 23:59`, here);
    // What says which day it is not says nothing new.
    const isOther = rest.when.kind === 'once' && other.kind === 'once' && dayIn(rest.when) !== dayIn(other);
    if (isOther) return rest;
  }
  const sentence = new Sentence(words, here, english);
  const understood = sentence.understand();
  const condition = conditionIn(words.tokens, english);
  if (!condition) return understood;
  const [first, last] = [words.tokens[condition.from], words.tokens[condition.to - 1]];
  // "Every day unless it's Sunday": read as a time of its own.
  if (understood.words?.includes(words.text.slice(first?.start, last?.end))) return understood;
  const rest = new Sentence(wordsOf(words.text, withoutCondition(words.tokens, condition), english), here, english);
  return sentence.conditioned(understood, rest.understand(), condition);
}

const dayIn = ({ local }: Once): string => local.slice(0, 10);

/** "- 30 minutes from now". */
function isNegative({ tokens, pieces }: Words): boolean {
  if (tokens[0]?.text !== '-' || !/^\d/.test(tokens[1]?.text ?? '')) return false;
  return pieces(1).some(({ value }) => value.kind === 'shift' && !value.bare);
}

class Sentence extends SentenceTurns {
  /** What is meant by a sentence with a condition that names a time, and by the rest of it. */
  conditioned(whole: Understood, rest: Understood, { isDay, isOwn }: Condition): Understood {
    const { when, words = '', task } = rest;
    // "If I haven't called by 5 remind me".
    if (when.kind === 'reject') return isDay && whole.when.kind !== 'reject' ? this.either(whole, whole) : whole;
    // "Remind me at 7 if I'm not home by 6".
    if (!isOwn && saysClock(tokenise(words, this.language))) return rest;
    return { ...this.ask(isDay ? [when] : [when, whole.when], words, []), task };
  }

  /** Asks which of two understandings is meant; the second keeps the task whole. */
  either(one: Understood, other: Understood): Understood {
    if (one.when.kind === 'reject' || (one.task === '' && one !== other)) return other;
    return { ...this.ask([one.when, other.when], one.words ?? '', []), task: other.task };
  }

  /** Asks where it is that hour. */
  elsewhereOrHere(there: Understood, local: Understood): Understood {
    return { ...this.ask([there.when, local.when], there.words ?? '', []), task: local.task };
  }

  /** "Bonfire Night 5th November 6pm": a day that is named and told says by its name what it is about. */
  named(whole: When): Understood | undefined {
    const end = this.tokens.length;
    const name = this.runs.longestFrom(
      0,
      end,
      ({ phrase: { placed, dates } }) => placed.length === 1 && dates[0]?.type === 'holiday',
    );
    const rest = name && this.runs.exactly(name.to, end);
    if (!rest || !/^(?:monthday|numeric)$/.test(rest.phrase.dates[0]?.type ?? '')) return undefined;
    return isSameWhen(rest.when, whole)
      ? this.result(rest.when, this.runs.words(name.to, end), [[0, name.to]])
      : undefined;
  }

  /** What is to be done, in a sentence that does not say when. */
  deed(): string {
    const { head, body, hasLead } = this.finder.layout();
    return this.taskOf([hasLead ? body : [head[0], body[1]]]);
  }

  understand(): Understood {
    const layout = this.finder.layout();
    const understood = this.byHabit(this.again(this.counted(this.read(layout), layout), layout), layout);
    if (this.runs.isExhausted) return this.nothing([0, this.tokens.length]);
    const corrected = this.corrected();
    if (corrected) return corrected;
    const { when, words } = understood;
    // '/remind me "Drink water" every day': a command's way to say where the task ends.
    const quoted =
      layout.hasLead && layout.connector === '' ? /^["“]([^"“”]+)["”]$/.exec(understood.task)?.[1] : undefined;
    const task = quoted ?? understood.task;
    const isCertain = when.kind === 'once' || when.kind === 'recurring';
    const isDoubtful =
      this.isRefusal(layout) ||
      this.correction() !== undefined ||
      this.isOpenChoice(task) ||
      this.waitsForEvent(understood) ||
      this.leavesClock(understood);
    if (!isCertain || !(isDoubtful || (task !== '' && this.isUnread(understood, layout))))
      return { ...understood, task };
    return { when: withWords(whichOne([{ words: '', when }]), this.ctx), words, task };
  }

  /** "!remindme 12h", "snooze 10": what can only be counted from now. */
  private counted(understood: Understood, { isCommand, lead, body }: Layout): Understood {
    const { words = '' } = understood;
    const isHours = /^\d+ ?hr?s?$/i.test(words) && Number.parseInt(words, 10) < 13 && (isCommand || COUNTED.has(lead));
    const isMinutes = /^\d{1,3}$/.test(words) && COUNTED.has(lead) && !/^(?:until|at)$/.test(this.word(body[0] - 1));
    return isHours || isMinutes ? { ...understood, when: parseWhen(`in ${words}`, this.ctx) } : understood;
  }

  private read(layout: Layout): Understood {
    const { head, body } = layout;
    const before = head[1] > head[0] ? this.runs.exactly(...this.trimmed(head)) : undefined;
    // "Send second reminder tomorrow": a thing, and no request for one.
    const isThing = !before && head[1] > head[0] && NOUNS.has(layout.lead) && this.word(head[1]) === layout.lead;
    if (isThing && layout.connector === '') return this.plain({ ...layout, hasLead: false, body: [head[0], body[1]] });
    const limit = before ? undefined : this.limitedFirst(layout);
    if (limit) return limit;
    // "Wed 3pm rugby training dont forget boots".
    const isAdded = /^don'?t$/.test(layout.lead) && layout.connector === '';
    if (isAdded && head[1] > head[0] && !before)
      return this.plain({ ...layout, hasLead: false, body: [head[0], body[1]] });
    // "I must call Bob, remind me tomorrow at 9": the task stands first.
    if (head[1] > head[0] && !before)
      return this.taskFirst(layout) ?? this.asideOr(this.plain({ ...layout, body: [head[0], body[1]] }), layout);
    if (before) return this.ledBy(before, layout);
    return this.plain(layout);
  }

  /** "Flight on Friday at 6am, remind me before that": the time may be that of what is said before the request. */
  private asideOr(whole: Understood, layout: Layout): Understood {
    if (whole.when.kind !== 'once' && whole.when.kind !== 'recurring') return whole;
    const inner = this.plain(layout);
    return isSameWhen(inner.when, whole.when)
      ? whole
      : this.ask([whole.when], whole.words ?? '', [[layout.head[0], layout.body[1]]]);
  }

  /** "Don't remind me tomorrow", "stop reminding me at 9". */
  private isRefusal({ head, body, hasLead }: Layout): boolean {
    const first = this.tokens[body[0]]?.raw.toLowerCase() ?? '';
    if (!hasLead && REFUSALS.test(first) && this.tokens.some(({ text }) => text.startsWith('remind'))) return true;
    const last = this.tokens[head[1] - 1]?.raw.toLowerCase().replace('’', "'") ?? '';
    return hasLead && head[1] > head[0] && REFUSALS.test(last);
  }

  private taskFirst({ head, body: [from, to] }: Layout): Understood | undefined {
    const told = this.eventFirst(head, [from, to]);
    if (told) return told;
    // "The store closes at 9, remind me at 8 to go".
    const length = this.tokens.slice(from, to).findIndex(({ text }) => /^(?:to|about)$/.test(text));
    const led = length > 0 ? this.eventFirst(head, [from, from + length]) : undefined;
    return led && { ...led, task: this.taskOf([[from + length, to]]) };
  }

  private eventFirst(head: [number, number], body: [number, number]): Understood | undefined {
    const beside = this.besideEvent(head, body) ?? this.anniversary(head, body);
    if (beside) return beside;
    const run = this.runs.exactly(...body);
    const same = run && onlyTime(run) ? this.onThatDay(head, body) : undefined;
    // "My flight leaves Friday at 6pm, remind me at 3pm".
    if (run && same) return this.ask([same, run.when], this.runs.words(...body), [head]);
    if (run) return this.result(run.when, this.runs.words(...body), [head]);
    const [early] = this.runs.pieces(body[0]);
    if (early?.value.kind !== 'before' || early.end !== body[1]) return undefined;
    // "Call Bob at 3pm, remind me 10 minutes before".
    const moment = this.runs.longestUpTo(
      head[1],
      head[0],
      (one) => !isWeak(one.phrase.placed[0] ?? NO_PIECE, this.tokens),
    );
    return moment && this.joined([body, [moment.from, moment.to]], [head]);
  }

  /** "In 3 hours remind me to buy 2 tickets". */
  private ledBy(run: Run, { body, connector }: Layout): Understood {
    // "Tomorrow remind me at 8 to call Bob".
    const [from, to] = body;
    const inner = this.runs.longestFrom(from, to, (one) => one.to === to || this.connectorAt(one.to) !== '');
    const both =
      inner &&
      this.joined(
        [
          [run.from, run.to],
          [inner.from, inner.to],
        ],
        [[inner.to, to]],
      );
    if (both && (both.when.kind === 'once' || both.when.kind === 'recurring')) return both;
    return this.completed(run, body, connector, true);
  }

  private plain(layout: Layout): Understood {
    const [from, to] = layout.body;
    if (from >= to) return { when: noTime(), words: undefined, task: '' };
    const whole = this.runs.exactly(from, to);
    const first = whole && this.runs.first(whole);
    // "About lunch tomorrow at 11:30".
    const rest =
      first && layout.connector !== '' && isWeak(first, this.tokens) ? this.runs.exactly(first.to, to) : undefined;
    if (rest) return this.result(rest.when, this.runs.words(rest.from, rest.to), [[from, rest.from]]);
    if (whole && layout.hasLead) return this.result(whole.when, this.runs.words(from, to), []);
    const early = this.beforeEvent(layout.body) ?? this.earlierThan(layout.body);
    if (early) return early;
    const leading = /^(?:for|[,:-])?$/.test(layout.connector) ? this.leading(layout) : undefined;
    if (leading) return leading;
    const { body } = layout;
    const digits = () => this.numbered(body) ?? this.lasting(body) ?? this.slashed(body);
    return this.trailing(layout) ?? this.middle(body) ?? digits() ?? this.nothing(body);
  }

  private leading(layout: Layout): Understood | undefined {
    const [from, to] = layout.body;
    const run = this.runs.longestFrom(from, to, (one) => {
      const followed = this.connectorAt(one.to) !== '';
      if (followed) return !this.startsWeakly(one);
      if (this.goesTooFar(one) || this.isUnfinished(one, to) || (layout.hasLead && this.isNumberOfThings(one)))
        return false;
      const isWhole = this.isDated(one, layout) || this.isHourOf(one) || this.isCompact(one, to, layout);
      if (this.startsWeak(one) && !isWhole) return false;
      return !this.endsWeak(one) || this.endsInPart(one, to);
    });
    if (!run) return undefined;
    const connector = this.connectorAt(run.to);
    const last = /^(?:to|-)$/.test(connector) ? this.endOfDays(run, to) : undefined;
    if (last) return this.ask([run.when, last.when], this.runs.words(run.from, last.to), [[last.to, to]]);
    if (connector === '' && layout.hasLead && this.isLoose(run, layout))
      return this.ask([run.when], this.runs.words(run.from, run.to), [[run.to, to]]);
    const about = layout.hasLead && connector === '' ? this.aboutWhat(run, to) : undefined;
    if (about) return about;
    // "Bonfire night every 5 November at 6pm".
    const series = connector === '' && this.isOccasion(run) ? this.runs.exactly(run.to, to) : undefined;
    if (series?.when.kind === 'recurring')
      return this.result(series.when, this.runs.words(run.to, to), [[run.from, run.to]]);
    const doubt = connector === '' ? this.doubtAfter(run, to, layout.hasLead) : undefined;
    if (doubt) return doubt;
    const day = connector === '' ? this.dayBehind(run, to) : undefined;
    if (day) {
      const rest = this.plain({ ...layout, body: [run.to, to] });
      const both = this.asSeries(run, day);
      const task = `${this.runs.words(run.from, run.to)} ${rest.task}`;
      return both ? { ...this.ask([rest.when, both.when], rest.words ?? '', []), task } : { ...rest, task };
    }
    const rival = this.rivalled(run, to, connector, layout.hasLead);
    const titled = rival ?? (connector === '' ? this.titled(run, to) : undefined);
    if (titled) return titled;
    return this.completed(run, [connector === '' ? run.to : run.to + 1, to], connector, layout.hasLead);
  }

  private trailing({ body: [from, to] }: Layout): Understood | undefined {
    const run = this.runs.longestUpTo(to, from + 1, (one) => !this.startsWeak(one));
    if (!run) return undefined;
    const words = this.runs.words(run.from, run.to);
    const task: [number, number] = [from, run.from];
    const first = this.runs.first(run);
    if (first && isDoubtful(first, this.tokens, this.language)) {
      const shorter = this.runs.exactly(first.to, to);
      if (shorter) return this.ask([run.when, shorter.when], words, [task]);
      if (first.piece.kind === 'recur' || mayBeName(this.tokens, first.from, this.language))
        return this.ask([run.when], words, [task]);
    }
    if (first && this.isAim(run)) {
      // "Plan Christmas at 5": then, or on that day.
      const clock = this.runs.exactly(first.to, to);
      return this.ask(clock ? [clock.when, run.when] : [run.when], words, [[from, first.to]]);
    }
    if (this.isVerse(run, from)) {
      const day = this.runs.exactly(run.from + 1, to);
      return this.ask(day ? [day.when, run.when] : [run.when], words, [[from, day?.from ?? run.from]]);
    }
    // "… every day with food until Friday": the day is the end of a series in mid-sentence.
    const series = ENDS.has(this.word(run.from - 1)) ? this.middle([from, to]) : undefined;
    if (series?.when.kind === 'recurring') return series;
    if (this.isMovedTo(run, from) || this.isNumberAtEnd(run, from)) return this.ask([run.when], words, [[from, to]]);
    if (this.isMoved(run) || this.isMeasure(run, from)) return this.ask([run.when], words, [task]);
    const bare = this.withDayNumber(run, from) ?? this.withDigits(run, from) ?? this.withBareHour(run, from);
    if (bare) return bare;
    const doubt =
      this.earlierWithin(run, from) ??
      this.oneOfTwo(run, from) ??
      this.doubtBefore(run, from) ??
      this.doubtWithin(run, task);
    if (doubt) return doubt;
    const start = this.startOfDays(run, from);
    if (start) return this.ask([start.when, run.when], words, [[from, to]]);
    if (this.hasOwnClock(run, from) || this.isAsked(run, from) || this.mayBeCalled(run, from))
      return this.ask([run.when], words, [task]);
    // "Ask about Friday at 7".
    const isTopic = run.phrase.dates.length > 0 && /^(?:about|of|from|it's|that's)$/.test(this.word(run.from - 1));
    if (isTopic || this.isAttribute(run)) return this.ask([run.when], words, [[from, to]]);
    // "Buy milk at 3pm with Sam tomorrow".
    const timed = this.isBound(run) ? undefined : this.withClock(run, [from, run.from], false);
    if (timed) return timed;
    const isFor = this.word(run.from - 1) === 'for' && run.from - 1 > from;
    const purpose = this.asPurpose(run, from);
    if (purpose) return purpose;
    return this.result(run.when, words, [isFor ? [from, run.from - 1] : task]);
  }
}

const REFUSALS = /^(?:don't|dont|not|never|stop|cancel|without)$/;

/** Leads that are things as well. */
const NOUNS = new Set('reminder alarm timer'.split(' '));

const COUNTED = new Set(['snooze', 'timer']);

const NO_PIECE = { from: 0, to: 0, piece: { kind: 'note' as const } };
