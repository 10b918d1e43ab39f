import { HOUR } from '../civil.ts';
import { english } from '../lang/en.ts';
import { MONTHS } from '../lang/en-words.ts';
import { isUnreadTime, saysClock } from '../leftover.ts';
import { hideNames } from '../names.ts';
import { parseWhen, readPhrase, withWords } from '../parse.ts';
import { eitherOf, isCertain } from '../readings.ts';
import { around, type Token, tokenise, wordAt } from '../tokens.ts';
import type { Once, Recurring, When } from '../types.ts';
import type { Guard } from './guard.ts';
import type { Run, Sentence, Understood } from './sentence.ts';

/** What is asked of a sentence once it is read: what turns the meaning of a time, or leaves the time itself unsaid. */

/** A sentence that was read, once or as a series. */
export interface Meant {
  s: Sentence;
  understood: Understood;
}

/** Asks whether what was read is meant, or one of these. */
function doubted({ s, understood }: Meant, ...whens: When[]): Understood {
  const when = eitherOf([...whens, understood.when]) ?? understood.when;
  return { ...understood, when: withWords(when, s.ctx) };
}

/** What is asked of a time once the sentence is read, in this order. */
export const AFTERWARDS: readonly Guard<Meant>[] = [
  {
    name: 'half of the day',
    rule: 'An hour without its half may lie shortly before the clock time of the task.',
    example: 'remind me about the 9am standup at 8:45',
    read(meant) {
      const before = beforeThing(meant);
      return before && doubted(meant, before);
    },
  },
  {
    name: 'refusal',
    rule: 'Who says not to be reminded is asked.',
    example: "don't remind me tomorrow",
    read(meant) {
      const { tokens, layout } = meant.s;
      const { head, body, hasLead } = layout;
      const isAsked = hasLead ? head[1] > head[0] : tokens.some(({ text }) => text.startsWith('remind'));
      const said = tokens[hasLead ? head[1] - 1 : body[0]]?.raw.toLowerCase().replace('’', "'") ?? '';
      return isAsked && /^(?:don't|dont|not|never|stop|cancel|without)$/.test(said) ? doubted(meant) : undefined;
    },
  },
  {
    name: 'correction',
    rule: 'A time that is taken back leaves it open which one is meant.',
    example: 'call Bo tomorrow at 5, no, yesterday at 6',
    read: (meant) => (correction(meant.s) ? doubted(meant) : undefined),
  },
  {
    name: 'open choice',
    rule: 'An "or" at an edge of the task leaves out what else may be meant.',
    example: "remind me at 5 or when I'm home to eat",
    read(meant) {
      const words = tokenise(meant.understood.task);
      const isOpen = [words[0], words.at(-1)].some((word) => english.choices.has(word?.text ?? ''));
      return isOpen ? doubted(meant) : undefined;
    },
  },
  {
    name: 'event to come',
    rule: 'A day whose hour is that of an event is asked about.',
    example: 'remind me tomorrow when I get home',
    read(meant) {
      const { words = '', task } = meant.understood;
      if (!/\b(?:when|once|after|before|soon)\b/i.test(task) || SAYS_HOUR.test(words)) return undefined;
      const parts = hideNames(tokenise(task));
      const at = parts.findIndex(({ text }, index) => {
        const next = parts[index + 1];
        // "Send cards before Dec 15".
        if (!next || english.temporal.has(next.text)) return false;
        return /^(?:when|once|after|before)$/.test(text)
          ? SUBJECTS.test(next.raw)
          : text === 'as' && next.text === 'soon';
      });
      const isTold = parts.slice(0, at).some(({ text }) => english.task.reports.has(text));
      return at >= 0 && !isTold ? doubted(meant) : undefined;
    },
  },
  {
    name: 'clock left over',
    rule: 'A clock time that nothing has claimed may be the hour of the day that was read.',
    example: 'meeting 3pm London tomorrow',
    read(meant) {
      const { when, words = '', task } = meant.understood;
      // A part of the day, or a length of time.
      const isTimed =
        /\b(?:morning|afternoon|evening|night|tonight|lunch\w*|now|later|(?:half|quarter)\b.*)\b/i.test(words) ||
        SAYS_HOUR.test(words);
      const parts = when.kind !== 'once' || isTimed ? [] : hideNames(tokenise(task));
      return parts.some((_, at) => isFreeClock(parts, at)) ? doubted(meant) : undefined;
    },
  },
  {
    name: 'time left over',
    rule: 'A task that looks like more of the time is asked about.',
    example: 'stand up every hour during the day',
    read(meant) {
      const { when, words = '', task } = meant.understood;
      // "Remind me about lunch tomorrow".
      const isNamed = /^lunch$/i.test(task) || Object.hasOwn(MONTHS, task.toLowerCase());
      if (task === '' || (meant.s.layout.connector !== '' && isNamed)) return undefined;
      const rest = hideNames(tokenise(task));
      // "The night before the trip": what is left counts from the moment that was read.
      const [unit = '', tie = ''] = rest.slice(rest[0]?.text === 'the' ? 1 : 0).map(({ text }) => text);
      const isBeside = english.temporal.has(unit) && (tie === 'before' || tie === 'after');
      const isUnread = isUnreadTime(rest, when.kind === 'recurring', saysClock(tokenise(words)));
      return isBeside || isUnread ? doubted(meant) : undefined;
    },
  },
];

/** Of whom or what something is told that is yet to happen. */
const SUBJECTS =
  /^(?:I|\p{Lu}.*|i|we|you|he|she|it|they|i'm|he's|she's|we're|they're|my|our|his|her|their|the|school|work)$/u;

const SAYS_HOUR =
  /\b(?:noon|midnight|o'clock|hours?|minutes?|mins?)\b|\d[:.]\d|\d ?[ap]\.?m|\b(?:at|by) \d|\d ?[hm]\b/i;

/** Whether a clock time stands at a place of a task, and is not that of a thing ("the 9am meeting"). */
function isFreeClock(parts: readonly Token[], at: number): boolean {
  const [said, half] = [wordAt(parts, at), wordAt(parts, at + 1)];
  const isHalved = /^\d{1,2}(?:[:.]\d\d)?$/.test(said) && /^[ap]m$/.test(half);
  const isOwned = /^(?:the|an?|my|our|his|her|their|your|for|of|from|to)$/.test(wordAt(parts, at - 1));
  if (isOwned || !(isHalved || /^(?:[01]?\d|2[0-3]):[0-5]\d$|^(?:noon|midnight)$/.test(said))) return false;
  const next = at + (isHalved ? 2 : 1);
  // "Dinner 7pm Sydney tomorrow".
  const isPlaced = /^\p{Lu}/u.test(parts[next]?.raw ?? '');
  return isPlaced || /^[,.;!?)-]?$/.test(wordAt(parts, next)) || english.task.goesOn.has(wordAt(parts, next));
}

/** The half of the day that is not said may be that of what is near. */
function beforeThing({ s, understood: { when, words = '', task } }: Meant): When | undefined {
  const [, digits, half] = /\b(\d{1,2}(?::\d\d)?) ?([ap]m)\b/i.exec(task) ?? [];
  if (when.kind !== 'once' || digits === undefined || !/\d$/.test(words) || /[ap]m\b/i.test(words)) return undefined;
  const other = parseWhen(`${words} ${half}`, s.ctx);
  const thing = parseWhen(`${digits} ${half}`, { ...s.ctx, now: other.kind === 'once' ? other.at : s.ctx.now });
  if (other.kind !== 'once' || thing.kind !== 'once' || other.at.getTime() === when.at.getTime()) return undefined;
  const ahead = thing.at.getTime() - other.at.getTime();
  return ahead > 0 && ahead <= 2 * HOUR ? other : undefined;
}

/** "At 5, no, 6", "Monday, actually Tuesday": up to where the first time goes, and from where the second one does. */
function correction(s: Sentence): { before: number; after: number } | undefined {
  for (const [at, { text }] of s.tokens.entries()) {
    // "At 12, make that 12:30".
    if (!TURNS.test(text) && !(text === 'make' && /^(?:it|that)$/.test(s.word(at + 1)))) continue;
    let before = at;
    while (before > 0 && /^(?:[.,;:-]|i|oh|or|let's)$/.test(s.word(before - 1))) before--;
    let after = at + 1;
    while (BETWEEN.test(s.word(after)) || TURNS.test(s.word(after))) after++;
    // "Tomorrow at 9 call Bo, actually at 10".
    const isAside = before < at && s.said(0, before).some(namesTime);
    if ((namesTime(s.word(before - 1)) || isAside) && namesTime(s.word(after))) return { before, after };
  }
  return undefined;
}

const TURNS = /^(?:no|nope|sorry|actually|wait|oops|correction|scratch|rather|mean|meant)$/;

const BETWEEN = /^(?:[.,;:-]|at|on|by|the|it|that|make|let's|say|i|mean|meant)$/;

function namesTime(said: string): boolean {
  const isLength = /^(?:second|minute|hour|day|week|month|year|time)$/.test(said);
  const isHour = /^(?:\d.*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)$/.test(said);
  return isHour || (english.temporal.has(said) && !isLength);
}

/** "Tomorrow at 5, no, at 6": what the correction does not say anew stays as it was said. */
export function corrected(s: Sentence): Understood | undefined {
  const turn = correction(s);
  if (!turn) return undefined;
  let said: Run | undefined;
  for (let end = turn.before; end > 0 && !said; end--) said = s.longestUpTo(end, 0);
  const anew = s.longestFrom(turn.after, s.tokens.length, () => true);
  if (!said || !anew) return undefined;
  const kinds = new Set(anew.phrase.placed.map(({ piece }) => piece.kind));
  const kept = said.phrase.placed.filter(({ piece }) => !kinds.has(piece.kind));
  const isHour = anew.phrase.placed.length === 1 && kinds.has('time') && /^\d/.test(anew.start);
  const hour = isHour ? `at ${anew.words}${halfOf(said, anew)}` : anew.words;
  const words = [...kept.map(({ from, to }) => s.words(from, to)), hour].join(' ');
  const when = parseWhen(words, s.ctx);
  if (when.kind === 'reject') return undefined;
  const { head, body, hasLead } = s.layout;
  const from = hasLead && said.from >= body[0] ? body[0] : head[0];
  return s.ask([when], words, around([from, body[1]], said, { from: turn.before, to: anew.to }));
}

/** "At 3pm, no, 4": which half of the day the first hour names, where the second one leaves it open. */
function halfOf({ clock: first }: Run, { clock: second }: Run): string {
  if (!first?.exact || !second || second.exact || second.hour > 12) return '';
  return first.hour < 12 ? ' am' : ' pm';
}

/** "Set a daily alarm for 6:30": how often stands before the alarm. */
export function again(s: Sentence, understood: Understood): Understood {
  const { when, words = '', task } = understood;
  const { cadence } = s.layout;
  const isOpen = when.kind === 'once' || (when.kind === 'reject' && when.code === 'NO_TIME');
  if (cadence === '' || !isOpen) return understood;
  const series = cadence === 'recurring' ? undefined : readPhrase(`${cadence} ${words}`, s.ctx);
  if (series?.kind === 'recurring' || series?.kind === 'ambiguous')
    return { when: series, words: `${cadence} ${words}`.trim(), task };
  return when.kind === 'once' ? doubted({ s, understood }) : understood;
}

/** "Wake me at 6", "dinner tomorrow at 7": the rules for bare hours say one thing, habit says another. */
export function byHabit(s: Sentence, understood: Understood): Understood {
  const { when, words, task } = understood;
  if (words === undefined || !isCertain(when) || !saysClock(tokenise(words))) return understood;
  const { habits } = english;
  // "Evening class", but not "ask about the night shift".
  const about = [s.layout.lead, ...hideNames(tokenise(task)).map(({ text }) => text)];
  const half = habits.get(about.find((said, at) => (at < 3 || !english.temporal.has(said)) && habits.has(said)) ?? '');
  const read = (of: string) => readPhrase(`${words} ${of}`, s.ctx);
  // What fits into one half of the day only says itself which.
  if (half === undefined || [...new Set(habits.values())].some((one) => one !== half && !read(one))) return understood;
  const usual = read(half);
  const isOther = isCertain(usual) && firstOf(usual) !== firstOf(when);
  return isOther ? doubted({ s, understood }, usual) : understood;
}

/** The first instant that is meant. */
function firstOf(when: Once | Recurring): number | undefined {
  return (when.kind === 'once' ? when.at : when.next[0])?.getTime();
}
