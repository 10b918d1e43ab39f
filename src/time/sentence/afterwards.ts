import type { Layout } from '../layout.ts';
import { withWords } from '../parse.ts';
import { isCertain } from '../readings.ts';
import { whichOne } from '../texts.ts';
import { isUnread } from './doubts.ts';
import type { Guard } from './guard.ts';
import type { Sentence, Understood } from './sentence.ts';
import { beforeThing, correction, isOpenChoice, leavesClock, waitsForEvent } from './turns.ts';

/** A sentence that was read, once or as a series. */
export interface Meant {
  understood: Understood;
  layout: Layout;
}

/** Asks whether what was read is meant. */
function doubted(s: Sentence, { understood: { when, words, task } }: Meant): Understood | undefined {
  if (!isCertain(when)) return undefined;
  return { when: withWords(whichOne([{ words: '', when }]), s.ctx), words, task };
}

/** What is asked of a time once the sentence is read, in this order. */
export const AFTERWARDS: readonly Guard<Meant>[] = [
  {
    name: 'half of the day',
    rule: 'An hour without its half may lie shortly before the clock time of the task.',
    example: 'remind me about the 9am standup at 8:45',
    read(s, { understood }) {
      const before = beforeThing(s, understood);
      return before && { ...s.ask([before, understood.when], understood.words ?? '', []), task: understood.task };
    },
  },
  {
    name: 'refusal',
    rule: 'Who says not to be reminded is asked.',
    example: "don't remind me tomorrow",
    read: (s, meant) => (isRefusal(s, meant.layout) ? doubted(s, meant) : undefined),
  },
  {
    name: 'correction',
    rule: 'A time that is taken back leaves it open which one is meant.',
    example: 'call Bo tomorrow at 5, no, yesterday at 6',
    read: (s, meant) => (correction(s) ? doubted(s, meant) : undefined),
  },
  {
    name: 'open choice',
    rule: 'An "or" at an edge of the task leaves out what else may be meant.',
    example: "remind me at 5 or when I'm home to eat",
    read: (s, meant) => (isOpenChoice(meant.understood.task) ? doubted(s, meant) : undefined),
  },
  {
    name: 'event to come',
    rule: 'A day whose hour is that of an event is asked about.',
    example: 'remind me tomorrow when I get home',
    read: (s, meant) => (waitsForEvent(meant.understood) ? doubted(s, meant) : undefined),
  },
  {
    name: 'clock left over',
    rule: 'A clock time that nothing has claimed may be the hour of the day that was read.',
    example: 'meeting 3pm London tomorrow',
    read: (s, meant) => (leavesClock(meant.understood) ? doubted(s, meant) : undefined),
  },
  {
    name: 'time left over',
    rule: 'A task that looks like more of the time is asked about.',
    example: 'stand up every hour during the day',
    read: (s, meant) =>
      meant.understood.task !== '' && isUnread(meant.understood, meant.layout) ? doubted(s, meant) : undefined,
  },
];

/** "Don't remind me tomorrow", "stop reminding me at 9". */
function isRefusal(s: Sentence, { head, body, hasLead }: Layout): boolean {
  const first = s.tokens[body[0]]?.raw.toLowerCase() ?? '';
  if (!hasLead && REFUSALS.test(first) && s.tokens.some(({ text }) => text.startsWith('remind'))) return true;
  const last = s.tokens[head[1] - 1]?.raw.toLowerCase().replace('’', "'") ?? '';
  return hasLead && head[1] > head[0] && REFUSALS.test(last);
}

const REFUSALS = /^(?:don't|dont|not|never|stop|cancel|without)$/;
