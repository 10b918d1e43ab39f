import { english } from './lang/en.ts';
import { type Stretch, type Token, wordAt } from './tokens.ts';

/** Where the parts of a sentence stand. */
export interface Layout {
  /** What stands before "remind me". */
  head: Stretch;
  /** What stands after it. */
  body: Stretch;
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

const NO_LEAD = { connector: '', hasLead: false, lead: '', cadence: '', isCommand: false };

/** Finds "remind me to" and what stands before and after it. */
export function layoutOf(tokens: readonly Token[]): Layout {
  const word = (at: number) => wordAt(tokens, at);
  const [from, to] = trimmed(tokens, [addressed(tokens), tokens.length]);
  for (let at = from; at < to; at++) {
    const { length, cadence } = leadAt(tokens, at);
    // "Ask Bob to remind me at 5": what somebody else is to do.
    const isErrand = word(at) === 'remind' && word(at - 1) === 'to' && at > 1 && !ASKED.test(word(at - 2));
    if (length === 0 || isErrand) continue;
    const said = at + length + Number(english.manners.has(word(at + length)));
    // "Remind me 2 call Bob".
    const isShort = tokens[said]?.raw === '2' && english.task.deeds.has(word(said + 1));
    const start = said + Number(isShort);
    // "Call Bob tomorrow at 9, remind me": the request stands behind all that it is about.
    const isRequest = /^(?:remind|don't|dont)$/.test(word(at)) || /^[,.;:!-]$/.test(word(at - 1));
    if (at > from && start >= to && isRequest && !/^(?:to|not|don't|dont|never)$/.test(word(at - 1)))
      return { ...NO_LEAD, head: [from, from], body: beforeAsking(tokens, trimmed(tokens, [from, at])) };
    return {
      head: isAsking(tokens, [from, at]) ? [at, at] : beforeAsking(tokens, trimmed(tokens, [from, at])),
      body: trimmed(tokens, [start, to]),
      connector: isShort ? 'to' : english.connectors.has(word(start - 1)) ? word(start - 1) : '',
      hasLead: true,
      lead: word(at),
      cadence,
      isCommand: isCommand(tokens, at) || tokens[at]?.raw.toLowerCase() === 'remindme',
    };
  }
  return { ...NO_LEAD, head: [from, from], body: [from, to] };
}

/** How many words at the beginning only say who is spoken to: "@coda", "<@123>". */
function addressed(tokens: readonly Token[]): number {
  const at = tokens[0]?.raw === '<' ? 1 : 0;
  if (tokens[at]?.raw !== '@' || !tokens[at + 1]?.glued) return 0;
  if (at === 1) return tokens.slice(0, 8).findIndex(({ raw }) => raw === '>') + 1;
  return english.openers.has(wordAt(tokens, 1)) || leadAt(tokens, 2).length > 0 ? 2 : 0;
}

/** Whether all words of a stretch only ask, or say who is asked: "Alexa, can you please". */
const isAsking = (tokens: readonly Token[], [from, to]: Stretch): boolean =>
  tokens
    .slice(from, to)
    .every(({ text, raw }) => ASKING.has(text) || SIGNS.test(raw) || SIGN.test(text) || english.openers.has(text));

/** "On Friday at 9 can you remind me …". */
function beforeAsking(tokens: readonly Token[], [from, to]: Stretch): Stretch {
  let end = to;
  while (end > from && ASKING.has(wordAt(tokens, end - 1)) && wordAt(tokens, end - 1) !== 'i') end--;
  return end > from ? trimmed(tokens, [from, end]) : [from, to];
}

/** "/remind stretch at 6", "!remind me …": a command is told by its sign. */
const isCommand = (tokens: readonly Token[], at: number): boolean =>
  at > 0 && at < 3 && SIGNS.test(tokens[at - 1]?.raw ?? '') && tokens[at]?.glued === true;

/** How many words of "remind me to" begin here; the longest form counts. A reminder may be a daily one. */
function leadAt(tokens: readonly Token[], at: number): { length: number; cadence: string } {
  let longest = { length: 0, cadence: '' };
  for (const lead of isCommand(tokens, at) ? [...english.leads, ...english.commands] : english.leads) {
    let cadence = '';
    let to = at;
    const fits = lead.every((word) => {
      if (ALARMS.has(word) && english.cadences.has(wordAt(tokens, to))) cadence = wordAt(tokens, to++);
      else if (ALARMS.has(word) && at !== to && EPITHETS.has(wordAt(tokens, to))) to++;
      const token = tokens[to++];
      if (word === 'a' && token?.text === 'an') return true;
      // "Around 10" says when, "about the meeting" does not.
      return token?.text === word && (word !== 'about' || token.raw.toLowerCase() === word);
    });
    if (fits && to - at > longest.length) longest = { length: to - at, cadence };
  }
  return longest;
}

/** A stretch without the courtesies and signs at its ends. */
export function trimmed(tokens: readonly Token[], [from, to]: Stretch): Stretch {
  // "-5 minutes".
  const isSign = (at: number) =>
    SIGN.test(wordAt(tokens, at)) && !(/^\d/.test(wordAt(tokens, at + 1)) && tokens[at + 1]?.glued);
  let [start, end] = [from, to];
  for (let length = 1; start < end && length > 0; start += length)
    length = greetingAt(tokens, start) || Number(english.openers.has(wordAt(tokens, start)) || isSign(start));
  for (let length = 1; end > start && length > 0; end -= length)
    length = isSign(end - 1) ? Number(!endsDate(tokens, end - 1)) : Math.min(closingBefore(tokens, end), end - start);
  return [start, end];
}

/** "24.12.": the dot belongs to the date. */
function endsDate(tokens: readonly Token[], at: number): boolean {
  const isDate = /^\d\d?\.(?:0?[1-9]|1[0-2])$/.test(wordAt(tokens, at - 1));
  return isDate && wordAt(tokens, at) === '.' && tokens[at]?.glued === true;
}

/** How many words of a greeting begin at a place: "hey there", "good morning,". */
function greetingAt(tokens: readonly Token[], at: number): number {
  const greeting = english.greetings.find((words) => words.every((one, index) => wordAt(tokens, at + index) === one));
  if (!greeting) return 0;
  const next = wordAt(tokens, at + greeting.length);
  // "Good morning call at 9" is a call.
  const isOver = SIGN.test(next) || english.openers.has(next) || english.leads.some(([first]) => first === next);
  return isOver || english.openers.has(wordAt(tokens, at)) ? greeting.length : 0;
}

/** How many words of a courtesy end before a place: "thanks so much", "ta". */
function closingBefore(tokens: readonly Token[], end: number): number {
  const word = (back: number) => wordAt(tokens, end - back);
  const closing = english.closings.find((words) => words.every((one, index) => word(words.length - index) === one));
  const length = closing?.length ?? Number(english.closers.has(word(1)));
  if (length === 0 || /^(?:please|pls|plz|ok|okay|coda)$/.test(word(1))) return length;
  const before = word(length + 1);
  // "Text Ty", "to say thanks", "the ta", "send Bob many thanks".
  const isGiven = closing !== undefined && /^(?:send|give|offer|bring)$/.test(word(length + 2));
  const isThing =
    english.names.personal.has(before) || english.task.deeds.has(before) || TAKING.test(before) || isGiven;
  return isThing && !SIGN.test(before) ? 0 : length;
}

const SIGN = /^[,.!;:?-]$/;

/** What a courtesy is the object of. */
const TAKING =
  /^(?:a|an|the|my|our|his|her|their|your|and|or|with|for|to|from|of|about|express|some|more|watch|next|is|says?)$/;

/** What a command begins with, as people have it from other programs. */
const SIGNS = /^[/!?$.\\]$/;

/** "I want you to remind me", "I'd like to remind me". */
const ASKED = /^(?:you|like|love|want|need|have|coda)$/;

/** What may be daily or weekly. */
const ALARMS = new Set(['reminder', 'alarm', 'timer']);
/** What else a reminder may be called: "set a second reminder". */
const EPITHETS = new Set('second 2nd third 3rd new quick another one-time follow-up gentle short'.split(' '));

/** Words of a request before "remind me", and who is asked. */
const ASKING = new Set(
  "can could would will you u please i'd i would like want need to hey hi so and also just alexa siri google cortana bixby".split(
    ' ',
  ),
);
