/** Which reminders speak on a day that words name. */
import type { TxContext } from '../../agent/index.ts';
import { addDays, occurrences, parseWhen, weekdayOfDay } from '../../time/index.ts';
import type { Reminder } from './reminder.ts';

/** When reminders speak on the days that `words` name, by the person's calendar: the first time, of a series too. */
export function dayFilter(
  words: string,
  { when, clock }: TxContext,
): ((reminder: Reminder) => Date | undefined) | undefined {
  const now = clock.now();
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: when.zone });
  const dayOf = (at: Date) => format.format(at);
  const within = (first: string, last: string) => (reminder: Reminder) => {
    const next = reminder.nextAt ?? reminder.lastOccurrence;
    if (next && dayOf(next) >= first && dayOf(next) <= last) return next;
    const at = first > dayOf(now) ? occurrenceFrom(reminder, first, dayOf) : undefined;
    return at && dayOf(at) <= last ? at : undefined;
  };
  const today = dayOf(now);
  /** Days of the person's week that have passed before today. */
  const weekday = (weekdayOfDay(today) - (when.weekStart ?? 1) + 7) % 7;
  if (/^(?:today|tonight|now|for today|later today)$/i.test(words)) return within('', today);
  if (/^(?:this|the) week$/i.test(words)) {
    return within('', addDays(today, 6 - weekday));
  }
  if (/^(?:the )?next week$/i.test(words)) {
    return within(addDays(today, 7 - weekday), addDays(today, 13 - weekday));
  }
  if (/^(?:this|the|next) weekend$/i.test(words)) {
    const saturday = addDays(today, (6 - weekdayOfDay(today) + 7) % 7);
    return within(saturday, addDays(saturday, 1));
  }
  const meant = parseWhen(words, when);
  return meant.kind === 'once' ? within(dayOf(meant.at), dayOf(meant.at)) : undefined;
}

/** A day begins nowhere sooner than this before it does in UTC. */
const DAY_BEFORE_MS = 15 * 3_600_000;
/** Of a series that comes every minute these are more than that. */
const MOST_BEFORE = 1_000;

/** The first occurrence of a series on `day` or later. */
function occurrenceFrom({ rule, plannedAt }: Reminder, day: string, dayOf: (at: Date) => string): Date | undefined {
  if (rule === undefined || !plannedAt) return undefined;
  if (dayOf(plannedAt) >= day) return plannedAt;
  const from = Math.max(plannedAt.getTime(), Date.parse(`${day}T00:00Z`) - DAY_BEFORE_MS);
  let looked = 0;
  for (const at of occurrences(rule, { after: new Date(from) })) {
    if (dayOf(at) >= day) return at;
    if (++looked === MOST_BEFORE) break;
  }
  return undefined;
}

const DAY = '(?:today|tonight|tomorrow|(?:(?:this|next) )?(?:weekend|week|(?:mon|tues|wednes|thurs|fri|satur|sun)day))';
const OF_A_DAY = new RegExp(
  `^(?:everything|all(?: of)?(?: (?:it|them|my|the))?(?: (?:reminders|things|stuff))?|(?:the |my )?(?:reminders|things|stuff))(?: (?:on|for|from|due|that(?: i|')s on))? (${DAY})$|^(?:all(?: of)? )?(?:the |my )?(${DAY})['’]?s (?:reminders|things|stuff|ones)$`,
  'i',
);

/** "Everything tomorrow", "today's reminders": the day whose reminders are meant. */
export function dayOfAll(words: string): string | undefined {
  const found = OF_A_DAY.exec(words.trim());
  return found?.[1] ?? found?.[2];
}
