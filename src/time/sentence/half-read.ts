import { MONTHS, WEEKDAYS } from '../lang/en-words.ts';
import { parseWhen } from '../parse.ts';
import { around } from '../tokens.ts';
import type { When } from '../types.ts';
import type { Run, Sentence, Understood } from './sentence.ts';

/** A time of which only a part was read: the words beside it that hold the rest make it a question. */

/** "Dentist Feb at 14 4:30 pm", "call Bo March on 3 at 9", "meeting at 3 4:30 pm": what else it may be comes first. */
export function halfRead(s: Sentence, { when, words = '' }: Understood): Understood | undefined {
  if (when.kind === 'reject') return undefined;
  for (let at = 0; at < s.tokens.length; at++) {
    const more = dayApartFromMonth(s, at) ?? dayApartFromWeekday(s, at) ?? hourBeforeClock(s, at);
    const said = more ? s.words(at, more.to) : '';
    // The time that was read lies within, and is shorter.
    if (!more || said === words || !words.split(' ').every((word) => said.includes(word))) continue;
    const from = /^(?:in|on|of|this|next)$/.test(s.word(at - 1)) ? at - 1 : at;
    const { head, body, hasLead } = s.layout;
    const start = hasLead && from >= body[0] ? body[0] : head[0];
    return s.ask([...more.whens, when], said, around([start, body[1]], { from, to: more.to }));
  }
  return undefined;
}

interface Longer {
  whens: When[];
  to: number;
}

/** "Feb at 14", "March on 3 at 9"; directly behind its month the day was read. */
function dayApartFromMonth(s: Sentence, at: number): Longer | undefined {
  const month = s.word(at);
  const day = Object.hasOwn(MONTHS, month) ? numberBehind(s, at, /^(?:at|on|the|,)$/) : undefined;
  if (day === undefined) return undefined;
  const clock = clockFrom(s, day + 1);
  // "Call May at 5", "text April on the 3rd at 4": a name beside a time that is whole without it.
  if (MAY_BE_NAMES.has(month) && (!clock || /\D$/.test(s.word(day)))) return undefined;
  const words = `${month} ${Number.parseInt(s.word(day), 10)} ${clock?.words ?? ''}`;
  return { whens: [parseWhen(words, s.ctx)], to: clock?.to ?? day + 1 };
}

/** "Friday the 3 at 9". */
function dayApartFromWeekday(s: Sentence, at: number): Longer | undefined {
  const day = Object.hasOwn(WEEKDAYS, s.word(at)) ? numberBehind(s, at, /^(?:on|the|,)$/) : undefined;
  const clock = day === undefined ? undefined : clockFrom(s, day + 1);
  if (day === undefined || !clock) return undefined;
  const words = `${s.word(at)} the ${Number.parseInt(s.word(day), 10)}th ${clock.words}`;
  return { whens: [parseWhen(words, s.ctx)], to: clock.to };
}

/** "At 14 4:30 pm": two hours side by side, either of which may be meant. */
function hourBeforeClock(s: Sentence, at: number): Longer | undefined {
  const isHour = /^(?:at|by)$/.test(s.word(at)) && /^(?:\d|1\d|2[0-3])$/.test(s.word(at + 1));
  const clock = isHour && /^\d/.test(s.word(at + 2)) ? clockFrom(s, at + 2) : undefined;
  return clock && { whens: [parseWhen(s.words(at, at + 2), s.ctx), clock.when], to: clock.to };
}

/** Where the number of a day stands behind one or two of these words. */
function numberBehind(s: Sentence, name: number, ties: RegExp): number | undefined {
  let at = name + 1;
  while (at < name + 3 && ties.test(s.word(at))) at++;
  const isDay = at > name + 1 && /^(?:[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?$/.test(s.word(at));
  return isDay && !/^(?:am|pm|o'clock|h)$/.test(s.word(at + 1)) ? at : undefined;
}

function clockFrom(s: Sentence, at: number): Run | undefined {
  const from = s.word(at) === ',' ? at + 1 : at;
  return s.longestFrom(from, s.tokens.length, ({ onlyTime }) => onlyTime);
}

/** Months that people are called, or that are a deed. */
const MAY_BE_NAMES = new Set('january march april may june july august'.split(' '));
