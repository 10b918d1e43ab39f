/** A series in some hours of its days: "every 2 hours between 09:00 and 17:00 on weekdays". */
import { pattern } from '../../base/pattern.ts';
import { describe, parseDuration, WEEKDAY } from '../../time/index.ts';
import type { Reminder } from './reminder.ts';
import { isTime } from './time-words.ts';

const WINDOWED =
  /^(?<pace>every .+?) between (?<from>\d\d:\d\d) and (?<to>\d\d:\d\d)(?: on (?<days>[^(]+?))?(?<end>, (?:until|except) [^(]+)?$/;
const PACE = /^(?:every|each) (.*\b(?:hours?|hrs?|minutes?|mins?))$/i;
const DAYS = pattern.i`^(?:on |only )*(?:(?:every|each) (day)|(daily)|(?:every |each )?(weekday|weekend)s?|(?:every |each )?(${WEEKDAY}s?))(?: only)?$`;
const CLOCK = '\\d{1,2}(?:[:.]\\d\\d)? ?(?:am|pm)?|noon|midday|midnight';
const HOURS = new RegExp(
  `^(?:only )?(?:from |between )?(?:${CLOCK}) ?(?:to|and|till|until|-|–) ?(?:${CLOCK})(?: only)?$`,
  'i',
);
const LAST = new RegExp(`^(?:only |just )?(?:until|till|til|to|before) (${CLOCK})$`, 'i');
const FIRST = new RegExp(`^(?:only |just )?(?:from|after|starting(?: at| from)?) (${CLOCK})(?: on)?$`, 'i');

/**
 * What another pace ("every 3 hours"), other hours or other days make of such a series, in words that say all of it;
 * undefined for any other series or words.
 */
export function inItsHours(words: string, { rule, zone }: Reminder, now: Date): string | undefined {
  if (rule === undefined) return undefined;
  const [own = ''] = describe({ kind: 'recurring', rule, zone, next: [] }, { now, zone }).split(' (');
  const { pace, from, to, days, end = '' } = WINDOWED.exec(own)?.groups ?? {};
  if (pace === undefined) return undefined;
  const said = words.trim().replace(/[\s,]+instead$/i, '');
  const on = days === undefined ? '' : ` on ${days}`;
  const [, length = ''] = PACE.exec(said) ?? [];
  const [, day, daily, some, weekday] = DAYS.exec(said) ?? [];
  const [, last] = LAST.exec(said) ?? [];
  const [, first] = FIRST.exec(said) ?? [];
  const meant = [
    parseDuration(length.replace(/^(?=hour|hr|min)/i, '1 ')) !== undefined &&
      `${said} between ${from} and ${to}${on}${end}`,
    (day ?? daily) && `${pace} between ${from} and ${to}${end}`,
    (some ?? weekday) && `${pace} between ${from} and ${to} on ${some ? `${some}s` : weekday}${end}`,
    HOURS.test(said) && `${pace} ${said.replace(/^only | only$/gi, '').replace(/^(?=\d)/, 'from ')}${on}${end}`,
    last && `${pace} between ${from} and ${last}${on}${end}`,
    first && `${pace} between ${first} and ${to}${on}${end}`,
  ].find((one): one is string => typeof one === 'string');
  return meant !== undefined && isTime(meant) ? meant : undefined;
}
