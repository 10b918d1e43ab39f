import { HOUR } from '../civil.ts';
import { english } from '../lang/en.ts';
import { hideNames } from '../names.ts';
import { parseWhen } from '../parse.ts';
import { tokenise } from '../tokens.ts';
import type { When } from '../types.ts';
import { FUNCTION_WORDS } from './days.ts';
import type { Run, Sentence, Understood } from './sentence.ts';

/** What turns the meaning of a time after it was said, or leaves the time itself unsaid. */

/** "At 5, no, 6", "Monday, actually Tuesday": up to where the first time goes, and from where the second one does. */
export function correction(s: Sentence): { before: number; after: number } | undefined {
  for (const [at, { text }] of s.tokens.entries()) {
    // "At 12, make that 12:30".
    const isMade = text === 'make' && /^(?:it|that)$/.test(s.word(at + 1));
    if (!TURNS.test(text) && !isMade) continue;
    let before = at;
    while (before > 0 && LEADING.test(s.word(before - 1))) before--;
    let after = at + 1;
    while (BETWEEN.test(s.word(after)) || TURNS.test(s.word(after))) after++;
    // "Tomorrow at 9 call Bo, actually at 10".
    const isAside = before < at && s.tokens.slice(0, before).some((_, place) => namesTime(s, place));
    if ((namesTime(s, before - 1) || isAside) && namesTime(s, after)) return { before, after };
  }
  return undefined;
}

/** "Tomorrow at 5, no, at 6": what the correction does not say anew stays as it was said. */
export function corrected(s: Sentence): Understood | undefined {
  const turn = correction(s);
  if (!turn) return undefined;
  const { before, after } = turn;
  let said: Run | undefined;
  for (let end = before; end > 0 && !said; end--) said = s.longestUpTo(end, 0, (run) => !run.startsWeak);
  const anew = s.longestFrom(after, s.tokens.length, () => true);
  if (!said || !anew) return undefined;
  const kinds = new Set(anew.phrase.placed.map(({ piece }) => piece.kind));
  const kept = said.phrase.placed.filter(({ piece }) => !kinds.has(piece.kind));
  const isHour = anew.phrase.placed.length === 1 && kinds.has('time') && /^\d/.test(s.word(anew.from));
  const words = kept.map(({ from, to }) => s.words(from, to));
  // "At 3pm, no, 4": in the same half of the day.
  const half = isHour ? halfOf(said, anew) : '';
  words.push(`${isHour ? 'at ' : ''}${anew.words}${half}`);
  const when = parseWhen(words.join(' '), s.ctx);
  if (when.kind === 'reject') return undefined;
  const { head, body, hasLead } = s.layout;
  const from = hasLead && said.from >= body[0] ? body[0] : head[0];
  return s.ask([when], words.join(' '), [
    [from, said.from],
    [said.to, before],
    [anew.to, body[1]],
  ]);
}

/** Which half of the day the first hour names, where the second one leaves it open. */
function halfOf(said: Run, anew: Run): string {
  const [first, second] = [said.phrase.time?.clock, anew.phrase.time?.clock];
  if (!first?.exact || !second || second.exact || second.hour > 12) return '';
  return first.hour < 12 ? ' am' : ' pm';
}

/** "At 5 or when I'm home": what else may be meant was not read. */
export function isOpenChoice(task: string): boolean {
  const words = tokenise(task);
  return [words[0], words.at(-1)].some((said) => said !== undefined && english.choices.has(said.text));
}

/** "Remind me on Friday, it starts at 4pm": a day without its hour, and a clock time that nothing has claimed. */
export function leavesClock({ when, words = '', task }: Understood): boolean {
  if (when.kind !== 'once' || OWN_HOUR.test(words) || SAYS_HOUR.test(words)) return false;
  const parts = hideNames(tokenise(task));
  const said = (at: number) => parts[at]?.text ?? '';
  return parts.some(({ text }, at) => {
    const isHalved = /^\d{1,2}(?:[:.]\d\d)?$/.test(text) && /^[ap]m$/.test(said(at + 1));
    const isClock = isHalved || /^(?:[01]?\d|2[0-3]):[0-5]\d$|^(?:noon|midnight)$/.test(text);
    // "The 9am meeting", "a 4pm bus".
    if (!isClock || /^(?:the|an?|my|our|his|her|their|your|for|of|from|to)$/.test(said(at - 1))) return false;
    const next = said(at + (isHalved ? 2 : 1));
    // "Dinner 7pm Sydney tomorrow".
    const isPlaced = /^\p{Lu}/u.test(parts[at + (isHalved ? 2 : 1)]?.raw ?? '');
    return isPlaced || /^[,.;!?)-]?$/.test(next) || FUNCTION_WORDS.has(next);
  });
}

/** "Remind me about the 9am standup at 8:45": the half of the day that is not said may be that of what is near. */
export function beforeThing(s: Sentence, { when, words = '', task }: Understood): When | undefined {
  const [, digits, half] = /\b(\d{1,2}(?::\d\d)?) ?([ap]m)\b/i.exec(task) ?? [];
  if (when.kind !== 'once' || digits === undefined || !/\d$/.test(words) || /[ap]m\b/i.test(words)) return undefined;
  const other = parseWhen(`${words} ${half}`, s.ctx);
  const thing = parseWhen(`${digits} ${half}`, { ...s.ctx, now: other.kind === 'once' ? other.at : s.ctx.now });
  if (other.kind !== 'once' || thing.kind !== 'once' || other.at.getTime() === when.at.getTime()) return undefined;
  const ahead = thing.at.getTime() - other.at.getTime();
  return ahead > 0 && ahead <= 2 * HOUR ? other : undefined;
}

function namesTime(s: Sentence, at: number): boolean {
  const said = s.word(at);
  return /^\d/.test(said) || HOURS.test(said) || (english.temporal.has(said) && !LENGTHS.test(said));
}

/** "Tomorrow when I get home": a day without its hour, which is that of an event. */
export function waitsForEvent({ words = '', task }: Understood): boolean {
  if (!MAY_WAIT.test(task) || SAYS_HOUR.test(words)) return false;
  const parts = hideNames(tokenise(task));
  const at = parts.findIndex(({ text }, index) => {
    const next = parts[index + 1];
    // "Send cards before Dec 15".
    if (!next || english.temporal.has(next.text)) return false;
    return EVENT_STARTS.test(text) ? SUBJECTS.test(next.raw) : text === 'as' && next.text === 'soon';
  });
  return at >= 0 && !parts.slice(0, at).some(({ text }) => english.task.reports.has(text));
}

const TURNS = /^(?:no|nope|sorry|actually|wait|oops|correction|scratch|rather|mean|meant)$/;

/** What stands before the word that turns the meaning: "…, I mean". */
const LEADING = /^(?:[.,;:-]|i|oh|or|let's)$/;

const BETWEEN = /^(?:[.,;:-]|at|on|by|the|it|that|make|let's|say|i|mean|meant)$/;

const HOURS = /^(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)$/;

const LENGTHS = /^(?:second|minute|hour|day|week|month|year|time)$/;

const SAYS_HOUR =
  /\b(?:noon|midnight|o'clock|hours?|minutes?|mins?)\b|\d[:.]\d|\d ?[ap]\.?m|\b(?:at|by) \d|\d ?[hm]\b/i;

/** A part of the day, or a length of time. */
const OWN_HOUR = /\b(?:morning|afternoon|evening|night|tonight|lunch\w*|now|later|(?:half|quarter)\b.*)\b/i;

const MAY_WAIT = /\b(?:when|once|after|before|soon)\b/i;

const EVENT_STARTS = /^(?:when|once|after|before)$/;

/** Of whom or what something is told that is yet to happen. */
const SUBJECTS =
  /^(?:I|\p{Lu}.*|i|we|you|he|she|it|they|i'm|he's|she's|we're|they're|my|our|his|her|their|the|school|work)$/u;
