/** Which reminders words may name: by their text, or by when they speak ("the 5pm one", "the weekly one"). */
import { isSlip } from '../../base/text.ts';
import { isFormOf, wordsIn } from '../../base/word-forms.ts';
import { addDays, formatClock } from '../../time/index.ts';
import { clocksOf, partsOf } from './hours.ts';
import type { Reminder } from './reminder.ts';

const FILLERS = new Set(
  'the my a an our your of to for about on at in with and that this one ones reminder reminders alarm alarms task tasks series thing stuff every each from list again whole entire s'.split(
    ' ',
  ),
);
/** Too short to be told from another word when a letter is wrong. */
const SHORTEST_SLIP = 4;

/** The words that tell one reminder from another. */
export const tellingWords = (said: string): string[] => wordsIn(said).filter((word) => !FILLERS.has(word));

/** Those of `reminders` that `said` names; with a typing error only where nothing is named without. */
export function named(words: string, reminders: readonly Reminder[], now: Date): Reminder[] {
  // "My 3 o'clock" is the one at 3 or at 15:00, whichever there is.
  const [, hour] = O_CLOCK.exec(words) ?? [];
  if (hour === undefined) return namedBy(words, reminders, now);
  const by = (half: string) => namedBy(words.replace(O_CLOCK, `${hour}${half}`), reminders, now);
  const [am, pm] = [by('am'), by('pm')];
  return am.length === 0 ? pm : [...am, ...pm];
}

const O_CLOCK = /\b(\d{1,2}) ?o['’]?clock\b/i;

function namedBy(said: string, reminders: readonly Reminder[], now: Date): Reminder[] {
  const words = [...tellingWords(said), ...kindOf(said)];
  if (words.length === 0) return [];
  const whole = reminders.filter(({ text }) => wordsIn(text).join(' ') === wordsIn(said).join(' '));
  if (whole.length === 1) return whole;
  for (const fits of [isMeant, isMeantWithSlip]) {
    const found = reminders.filter((reminder) => {
      const [own, facets] = [wordsIn(reminder.text), facetsOf(reminder, now)];
      return words.every((word) => own.some((one) => fits(word, one)) || facets.has(clockOf(word) ?? word));
    });
    if (found.length > 0) return found;
  }
  return [];
}

/** "The barbecue list", "my note": of another kind, unless a reminder says so itself. */
const kindOf = (said: string): string[] => {
  const [, before = '', kind] = /(?:(\S+) )?\b(lists?|notes?)$/i.exec(said.trim()) ?? [];
  return kind === undefined || /^(?:from|on|off|in|the|my|this|that)?$/i.test(before) ? [] : [kind.toLowerCase()];
};

const isMeant = (word: string, own: string): boolean =>
  isFormOf(word, own) || (word.length >= 4 && own.startsWith(word));

const isMeantWithSlip = (word: string, own: string): boolean =>
  isMeant(word, own) || (Math.min(word.length, own.length) >= SHORTEST_SLIP && isSlip(word, own));

/** `5pm`, `5:30pm` → `17:00`, `17:30`. */
function clockOf(word: string): string | undefined {
  const [, hour, minute = '00', half] = /^(\d{1,2})(?:[:.](\d\d))?(am|pm)$|^$/.exec(word) ?? [];
  if (hour === undefined) return /^\d[:.]\d\d$/.test(word) ? `0${word}`.replace('.', ':') : undefined;
  const hours = (Number(hour) % 12) + (half === 'pm' ? 12 : 0);
  return `${String(hours).padStart(2, '0')}:${minute}`;
}

/** Whether `said` names the hour `clock`, with words that are none of the text's own. */
export function namesHour(said: string, { text }: Reminder): (clock: string) => boolean {
  const own = wordsIn(text);
  const words = tellingWords(said).filter((word) => !own.some((one) => isMeant(word, one)));
  return (clock) => words.some((word) => (clockOf(word) ?? word) === clock || partsOf(clock).includes(word));
}

const RHYTHMS: readonly [RegExp, string][] = [
  [/FREQ=DAILY/, 'daily day'],
  [/FREQ=WEEKLY/, 'weekly week'],
  [/FREQ=WEEKLY.*BYDAY=MO,TU,WE,TH,FR/, 'weekday weekdays'],
  [/FREQ=MONTHLY/, 'monthly month'],
  [/FREQ=YEARLY/, 'yearly annual year'],
  [/FREQ=HOURLY/, 'hourly hour'],
  [/FREQ=/, 'recurring repeating regular'],
];

/** `31` → `31st` */
const ordinalOf = (day: number): string =>
  `${day}${day >= 11 && day <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th')}`;

/** What can be said of when it speaks next, and of the hours at which it does. */
function facetsOf({ nextAt, lastOccurrence, rule, zone }: Reminder, now: Date): ReadonlySet<string> {
  const facets = RHYTHMS.flatMap(([pattern, words]) => (rule && pattern.test(rule) ? words.split(' ') : []));
  const at = nextAt ?? lastOccurrence;
  if (!at) return new Set(facets);
  const day = (instant: Date) => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(instant);
  const weekday = new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'long' }).format(at).toLowerCase();
  const clock = formatClock(at, zone);
  facets.push(weekday, `${weekday}s`, weekday.slice(0, 3), ordinalOf(Number(day(at).slice(8))));
  for (const one of [clock, ...clocksOf(rule ?? '')]) facets.push(one, ...partsOf(one));
  if (day(at) === day(now)) facets.push('today', 'todays');
  if (day(at) === addDays(day(now), 1)) facets.push('tomorrow', 'tomorrows');
  if (Number(clock.slice(0, 2)) >= 18) facets.push('tonight');
  return new Set(facets);
}
