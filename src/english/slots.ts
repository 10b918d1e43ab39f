/** Slots of a request: stretches of its words that are read as a time, a text, a number, a sum. Pure. */
import { omitUndefined } from '../base/json.ts';
import { stripEnd } from '../base/text.ts';
import {
  endingsWithin,
  hasUnreadLimit,
  hasUnreadTime,
  isLimit,
  limitWithin,
  parseWhen,
  slotsInOther,
  type TimeStretch,
  timeAtEnds,
  type WhenContext,
} from '../time/index.ts';
import { sumOf } from './sums.ts';
import { endsCourteous, verbatim, type Word } from './words.ts';

export interface Request {
  text: string;
  words: readonly Word[];
  /** A courtesy was left out at its end that may be part of its last words: "remind me to say thanks". */
  isCut: boolean;
  /** Began as "could you …": the question mark at its end belongs to that. */
  isPolite?: boolean;
  /** Words around it say that it adds to what was made before: "and eggs", "eggs, too". */
  isMore?: boolean;
  /** Words around it say that it corrects what was made before: "no, at 8", "8 instead". */
  isCorrection?: boolean;
}

/** A part of a request, by word: `to` is the first one behind it. */
export interface Span {
  from: number;
  to: number;
}

const CLOSING = /^["'”’)\]}>*_~`]+/u;

/** Words. A message of 10,000 characters that is nearly a time all through would hold up the process for seconds. */
const LONGEST_TIME = 40;
const MOST_PLACES = 300;

export interface Slot extends Span {
  words: string;
}

export class Times {
  private readonly request: Request;
  private readonly when: WhenContext;
  private readonly read = new Map<string, { start?: TimeSlot; end?: TimeSlot }>();

  constructor(request: Request, when: WhenContext) {
    this.request = request;
    this.when = when;
  }

  startingAt(from: number, to: number): TimeSlot | undefined {
    return this.ends(from, to).start;
  }

  endingAt(from: number, to: number): TimeSlot | undefined {
    return this.ends(from, to).end;
  }

  /** Time and text of a request in another language, where its time is read whole. */
  inOtherLanguage(): { when: string; task: string } | undefined {
    return slotsInOther(this.request.text, this.when);
  }

  /** The first time within these words that is more than a number or a length. */
  timeWithin(from: number, to: number): TimeSlot | undefined {
    const last = Math.min(to, from + MOST_PLACES);
    for (let at = from; at < last; at++) {
      const slot = this.startingAt(at, Math.min(to, at + LONGEST_TIME));
      if (slot && !slot.isWeak) return slot;
    }
    return undefined;
  }

  isTime(words: string): boolean {
    const { start } = timeAtEnds(words, this.when);
    return start !== undefined && start.to >= stripEnd(words.trimEnd(), '.!?,').length;
  }

  /** The same text and time where words of the text limit the series: "every day at 8 to walk for 2 weeks". */
  limitedBy(text: string, when: string): { text: string; when: string } | undefined {
    const limited = limitWithin(text, when, this.when);
    return limited && { text: limited.task, when: limited.words };
  }

  /** The same for each way in which the end of the text may end the series: "every day at 8 to take pills by Friday". */
  endedBy(text: string, when: string): { text: string; when: string }[] {
    return endingsWithin(text, when, this.when).map(({ words, task }) => ({ text: task, when: words }));
  }

  /** True if these words limit a series, all of them: "not on Fridays". */
  isLimit(from: number, to: number): boolean {
    return isLimit(verbatim(this.request.text, this.request.words.slice(from, to)));
  }

  /** True if the text may say when the series is not to come, in words that are no limit. */
  mayLimit(text: string, when: string): boolean {
    return hasUnreadLimit(text, when, this.when);
  }

  isSeries(words: string): boolean {
    return parseWhen(words, this.when).kind === 'recurring';
  }

  private ends(from: number, to: number): { start?: TimeSlot; end?: TimeSlot } {
    const key = `${from} ${to}`;
    const knownEnds = this.read.get(key);
    if (knownEnds) return knownEnds;
    const words = this.request.words.slice(from, to);
    const offset = words[0]?.from ?? 0;
    const { start, end } = timeAtEnds(verbatim(this.request.text, words), this.when);
    const timed = (stretch: TimeStretch): TimeSlot | undefined => {
      const first = words.findIndex((word) => word.from === offset + stretch.from);
      const last = words.findLastIndex((word) => word.to <= offset + stretch.to);
      if (first < 0 || last < first) return undefined;
      const phrase = verbatim(this.request.text, words.slice(first, last + 1));
      return { from: from + first, to: from + last + 1, words: phrase, isWeak: stretch.isWeak };
    };
    const [one, other] = [start && timed(start), end && timed(end)];
    const slots = omitUndefined({ start: one, end: other });
    this.read.set(key, slots);
    return slots;
  }
}

export interface TimeSlot extends Slot {
  isWeak: boolean;
}

const SHORT: Readonly<Record<string, number>> = {
  which: 12,
  place: 4,
  list: 4,
  query: 12,
  name: 6,
  hours: 8,
  date: 6,
  tag: 4,
};

export const LEADS: ReadonlySet<string> = new Set(['to', 'about', 'that', 'of']);

export function mayFill(slot: string, span: Span, request: Request): boolean {
  const words = request.words.slice(span.from, span.to);
  if (words.length === 0) return false;
  // "Please remember that": no words to remember.
  if (slot === 'text' && span.from === 0 && endsCourteous(words)) return false;
  if (slot === 'sum') return sumOf(slotOf(request, span).words) !== undefined;
  if (slot === 'lead') return words.length === 1 && LEADS.has(words[0]?.norm ?? '');
  if (slot === 'number') return words.length === 1 && /^#?\d{1,4}$/.test(words[0]?.norm ?? '');
  return words.length <= (SHORT[slot] ?? Number.POSITIVE_INFINITY);
}

export function slotOf({ text, words, isPolite = false }: Request, { from, to }: Span): Slot {
  const slotWords = words.slice(from, to);
  const [first, last] = [slotWords[0], slotWords.at(-1)];
  if (!first || !last) return { from, to, words: '' };
  // "(50% off!) :)" ends with more than a sentence does; before other words it ends with what closes it.
  const closing = CLOSING.exec(last.mark)?.[0] ?? '';
  const mark = to < words.length ? closing : last.mark.trim().replace(isPolite ? /^[.!,;?]+$/ : /^[.!,;]$/, '');
  return { from, to, words: `${first.lead}${verbatim(text, slotWords)}${mark}` };
}

/** Comparison, currency, a mark of a quotation or a list: with no letters it is no word, and yet part of a text. */
const SIGN = /^[\p{Sm}\p{Sc}\p{So}*]$/u;

/** The signs at the end of what stands before a text, with the blanks between them. An arrow of two signs is a border. */
function signsBefore(gap: string): string {
  let start = gap.length;
  for (let at = gap.length - 1; at >= 0; at--) {
    const sign = gap[at] ?? '';
    if (SIGN.test(sign)) start = at;
    else if (sign !== ' ' && sign !== '\t') break;
  }
  return gap[start - 1] === '-' ? '' : gap.slice(start);
}

const SIGNS_BEHIND = /^[ \t]*[\p{Sc}°]/u;

/** A text as it was given, a slice of the message, with the signs beside its words. */
export function textOf(request: Request, span: Span): Slot {
  const slot = slotOf(request, span);
  const { text, words } = request;
  const [first, last] = [words[span.from], words[span.to - 1]];
  if (!first || !last) return slot;
  const start = first.from - first.lead.length;
  const gap = span.from === 0 ? text.slice(0, start) : (words[span.from - 1]?.mark ?? '');
  const before = signsBefore(gap);
  const behind = span.to < words.length ? (SIGNS_BEHIND.exec(last.mark)?.[0] ?? '') : '';
  // Blanks before a sign that ends it are its own, too.
  const ended = span.to < words.length ? '' : last.mark.trim();
  const isSpaced = ended !== '' && /^\s/.test(last.mark) && slot.words.endsWith(ended);
  const own = isSpaced ? `${slot.words.slice(0, -ended.length)}${last.mark.trimEnd()}` : slot.words;
  return { ...slot, words: `${before}${own}${behind}` };
}

/** True if a time was cut off a text in such a way that some of the text may belong to it, or it to the text. */
export function isDoubtful(request: Request, span: Span, when: Span | undefined): boolean {
  const { text, words } = request;
  const cutAt =
    when === undefined ? undefined : when.from === span.to ? 'end' : when.to === span.from ? 'start' : undefined;
  const time = when ? verbatim(text, words.slice(when.from, when.to)) : '';
  const behind = SIGNS_BEHIND.exec(words[span.to - 1]?.mark ?? '')?.[0] ?? '';
  return hasUnreadTime(`${verbatim(text, words.slice(span.from, span.to))}${behind}`, cutAt, time);
}
