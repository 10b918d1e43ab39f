import { english } from './lang/en.ts';
import type { Token } from './tokens.ts';

/** Where the pieces of a sentence stand, by token. */
export interface Layout {
  /** What stands before "remind me". */
  head: [number, number];
  /** What stands after it. */
  body: [number, number];
  /** The last word of the lead: "to", "about", or none. */
  connector: string;
  hasLead: boolean;
  /** The first word of the lead, or none. */
  lead: string;
  /** How often, where the lead says it ("a daily reminder"); else empty. */
  cadence: string;
  /** Whether it is the command of a program, which is followed by the time: "!remindme 2 hours …". */
  isCommand: boolean;
}

/** How many words of a greeting begin at a place: "hey there", "good morning,". */
export function greetingAt(tokens: readonly Token[], at: number): number {
  const word = (place: number) => tokens[place]?.text ?? '';
  const greeting = english.greetings.find((words) => words.every((one, index) => word(at + index) === one));
  if (!greeting) return 0;
  const next = word(at + greeting.length);
  // "Good morning call at 9" is a call.
  const isOver =
    /^[,.!:;-]$/.test(next) || english.openers.has(next) || english.leads.some(([first]) => first === next);
  return isOver || english.openers.has(word(at)) ? greeting.length : 0;
}

/** How many words of a courtesy end before a place: "thanks so much", "ta". */
export function closingBefore(tokens: readonly Token[], end: number): number {
  const word = (at: number) => tokens[at]?.text ?? '';
  const closing = english.closings.find((words) =>
    words.every((one, index) => word(end - words.length + index) === one),
  );
  const length = closing?.length ?? Number(english.closers.has(word(end - 1)));
  if (length === 0 || /^(?:please|pls|plz|ok|okay|coda)$/.test(word(end - 1))) return length;
  const before = word(end - length - 1);
  // "Text Ty", "to say thanks", "the ta".
  // "Send Bob many thanks".
  const isGiven = closing !== undefined && /^(?:send|give|offer|bring)$/.test(word(end - length - 2));
  const isThing =
    english.names.personal.has(before) || english.task.deeds.has(before) || TAKING.test(before) || isGiven;
  return isThing && !/^[,.;!?-]$/.test(before) ? 0 : length;
}

/** What a courtesy is the object of. */
const TAKING =
  /^(?:a|an|the|my|our|his|her|their|your|and|or|with|for|to|from|of|about|express|some|more|watch|next|is|says?)$/;

/** Finds "remind me to" and what stands before and after it. */
export class LayoutFinder {
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  layout(): Layout {
    const [from, to] = this.trimmed([this.addressed(), this.tokens.length]);
    for (let at = from; at < to; at++) {
      const { length, cadence } = this.leadAt(at);
      if (length === 0 || this.isErrand(at)) continue;
      const said = at + length + (english.manners.has(this.word(at + length)) ? 1 : 0);
      const short = this.isShort(said);
      const start = said + (short ? 1 : 0);
      if (this.isTail(at, start, from, to))
        return { ...NO_LEAD, head: [from, from], body: this.beforeAsking(this.trimmed([from, at])) };
      const connector = short ? 'to' : english.connectors.has(this.word(start - 1)) ? this.word(start - 1) : '';
      return {
        head: this.afterAsking(from, at) === at ? [at, at] : this.beforeAsking(this.trimmed([from, at])),
        body: this.trimmed([start, to]),
        connector,
        hasLead: true,
        lead: this.word(at),
        cadence,
        isCommand: this.isCommand(at) || this.tokens[at]?.raw.toLowerCase() === 'remindme',
      };
    }
    return { ...NO_LEAD, head: [from, from], body: [from, to] };
  }

  /** How many words at the beginning only say who is spoken to: "@coda", "<@123>". */
  private addressed(): number {
    const at = this.tokens[0]?.raw === '<' ? 1 : 0;
    if (this.tokens[at]?.raw !== '@' || !this.tokens[at + 1]?.glued) return 0;
    if (at === 1) return this.tokens.slice(0, 8).findIndex(({ raw }) => raw === '>') + 1;
    const isName = english.openers.has(this.word(1)) || this.leadAt(2).length > 0;
    return isName ? 2 : 0;
  }

  /** "Remind me 2 call Bob". */
  private isShort(at: number): boolean {
    return this.tokens[at]?.raw === '2' && english.task.deeds.has(this.word(at + 1));
  }

  /** "Ask Bob to remind me at 5": what somebody else is to do. */
  private isErrand(at: number): boolean {
    return this.word(at) === 'remind' && this.word(at - 1) === 'to' && at > 1 && !ASKED.test(this.word(at - 2));
  }

  /** "Call Bob tomorrow at 9, remind me": the request stands behind all that it is about. */
  private isTail(at: number, start: number, from: number, to: number): boolean {
    const isRequest = /^(?:remind|don't|dont)$/.test(this.word(at)) || /^[,.;:!-]$/.test(this.word(at - 1));
    return at > from && start >= to && isRequest && !/^(?:to|not|don't|dont|never)$/.test(this.word(at - 1));
  }

  /** "Can you please …" is no part of the task. */
  private afterAsking(from: number, to: number): number {
    let at = from;
    while (at < to && (this.isAddressing(at) || this.isFiller(at, english.openers))) at++;
    return at;
  }

  /** "Alexa, can you", "/remind me": who is spoken to, and how. */
  private isAddressing(at: number): boolean {
    return ASKING.has(this.word(at)) || ASSISTANTS.has(this.word(at)) || SIGNS.test(this.tokens[at]?.raw ?? '');
  }

  /** "On Friday at 9 can you remind me …". */
  private beforeAsking([from, to]: [number, number]): [number, number] {
    let end = to;
    while (end > from && ASKING.has(this.word(end - 1)) && this.word(end - 1) !== 'i') end--;
    return end > from ? this.trimmed([from, end]) : [from, to];
  }

  /** "/remind stretch at 6", "!remind me …": a command is told by its sign. */
  private isCommand(at: number): boolean {
    return at > 0 && at < 3 && SIGNS.test(this.tokens[at - 1]?.raw ?? '') && this.tokens[at]?.glued === true;
  }

  /** How many words of "remind me to" begin here; the longest form counts. A reminder may be a daily one. */
  private leadAt(at: number): { length: number; cadence: string } {
    let longest = { length: 0, cadence: '' };
    const { leads, commands } = english;
    for (const lead of this.isCommand(at) ? [...leads, ...commands] : leads) {
      let cadence = '';
      let to = at;
      const fits = lead.every((word) => {
        if (ALARMS.has(word) && english.cadences.has(this.word(to))) cadence = this.word(to++);
        else if (ALARMS.has(word) && at !== to && EPITHETS.has(this.word(to))) to++;
        const token = this.tokens[to++];
        if (word === 'a' && token?.text === 'an') return true;
        // "Around 10" says when, "about the meeting" does not.
        return token?.text === word && (word !== 'about' || token.raw.toLowerCase() === word);
      });
      if (fits && to - at > longest.length) longest = { length: to - at, cadence };
    }
    return longest;
  }

  /** Courtesies and signs at the ends are no part of a stretch. */
  trimmed([from, to]: [number, number]): [number, number] {
    let [start, end] = [from, to];
    for (let length = 1; start < end && length > 0; start += length)
      length = greetingAt(this.tokens, start) || Number(this.isFiller(start, english.openers));
    for (let length = 1; end > start && length > 0; end -= length)
      length = this.isSign(end - 1)
        ? Number(!this.endsDate(end - 1))
        : Math.min(closingBefore(this.tokens, end), end - start);
    return [start, end];
  }

  /** "24.12.": the dot belongs to the date. */
  private endsDate(at: number): boolean {
    return (
      this.word(at) === '.' && this.tokens[at]?.glued === true && /^\d\d?\.(?:0?[1-9]|1[0-2])$/.test(this.word(at - 1))
    );
  }

  private isFiller(at: number, courtesies: ReadonlySet<string>): boolean {
    return courtesies.has(this.word(at)) || this.isSign(at);
  }

  private isSign(at: number): boolean {
    return /^[,.!;:?-]$/.test(this.word(at));
  }

  private word(at: number): string {
    return this.tokens[at]?.text ?? '';
  }
}

const NO_LEAD = { connector: '', hasLead: false, lead: '', cadence: '', isCommand: false };

/** What a command begins with, as people have it from other programs. */
const SIGNS = /^[/!?$.\\]$/;

/** "I want you to remind me", "I'd like to remind me". */
const ASKED = /^(?:you|like|love|want|need|have|coda)$/;

/** What may be daily or weekly. */
const ALARMS = new Set(['reminder', 'alarm', 'timer']);
/** What else a reminder may be called: "set a second reminder". */
const EPITHETS = new Set('second 2nd third 3rd new quick another one-time follow-up gentle short'.split(' '));

const ASSISTANTS = new Set('alexa siri google cortana bixby'.split(' '));

/** Words of a request before "remind me". */
const ASKING = new Set(
  "can could would will you u please i'd i would like want need to hey hi so and also just".split(' '),
);
