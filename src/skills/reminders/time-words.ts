/** Whether words say when. */
import { PassingMap } from '../../base/bounded.ts';
import { parseWhen, splitTask } from '../../time/index.ts';

/** Only whether words are about time matters here, so any instant will do to try them at. */
export const TRIAL = { now: new Date('2026-01-07T06:00:00Z'), zone: 'UTC' };

/** Negations, and words that leave it open. */
export const NO_TIME = /^(?:never|no|not)\b|^(?:later|soon|sometime|some time|whenever|anytime)$/i;

/** Whether the words, all of them, say when. */
export function isTime(words: string): boolean {
  if (words === '' || words.length > 200 || NO_TIME.test(words)) return false;
  const known = tried.get(words);
  if (known !== undefined) return known;
  const isOne = readsAsTime(words);
  tried.set(words, isOne);
  return isOne;
}

/** What `isTime` found: one message asks the same of the same words for each phrase that it fits. */
const tried = new PassingMap<string, boolean>(500);

function readsAsTime(words: string): boolean {
  const when = parseWhen(withUnit(words), TRIAL);
  return when.kind !== 'reject' || when.code === 'PAST' || when.code === 'TOO_OFTEN' || when.code === 'NEVER';
}

const HOURS = 'one two three four five six seven eight nine ten eleven twelve'.split(' ');
const MINUTES: Readonly<Record<string, string>> = {
  ten: '10',
  fifteen: '15',
  twenty: '20',
  'twenty-five': '25',
  thirty: '30',
  'thirty-five': '35',
  forty: '40',
  'forty-five': '45',
  fifty: '50',
  'fifty-five': '55',
  'oh-five': '05',
};
const HOUR = HOURS.join('|');
const IN_WORDS = new RegExp(
  `\\b(?:(${HOUR})[ -]((?:twenty|thirty|forty|fifty|oh)[ -]five|ten|fifteen|twenty|thirty|forty|fifty)|(?<=\\bat )(${HOUR}))\\b(?!-| (?:past|to (?:${HOUR})|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|or|times?)\\b)`,
  'giu',
);

const hourOf = (word: string): number => HOURS.indexOf(word.toLowerCase()) + 1;

/** "Four thirty", "at eight": the same in digits. */
export const inDigits = (words: string): string =>
  words.replace(IN_WORDS, (_, hour: string | undefined, minute = '', alone = '') =>
    hour === undefined ? `${hourOf(alone)}` : `${hourOf(hour)}:${MINUTES[minute.toLowerCase().replace(' ', '-')]}`,
  );

const SHORT_DAY = '(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*';
/** "Mon wed fri", "Mondays and Fridays": the source of a regular expression. */
export const DAYS_OF_WEEK = `${SHORT_DAY}(?:(?:,? and |, ?| & | )${SHORT_DAY}){0,5}`;

/** "930", "1545", where an hour is meant: the same as it is read from a clock. */
export const asClock = (words: string): string =>
  words.replace(/^(at )?(?!0{3,4}$)(\d|[01]\d|2[0-3])([0-5][05])(?= ?(?:am|pm)?$)/i, '$1$2:$3');

/** "Bump it to 9:30 from now on": all of a series. */
export const FROM_NOW_ON =
  /[\s,]+(?:from now on|from here on|going forward|every time|each time|always|for good)[\s.!]*$/i;

const BESIDE_HOUR = new RegExp(`^(?:at )?(?:an? )?(half past|half|quarter past|quarter to) (${HOUR}|\\d{1,2})$`, 'i');

/** "Half eight", "quarter to 9": hour and minute on a clock of twelve hours; undefined for anything else. */
export function besideHour(words: string): { hour: number; minute: number } | undefined {
  const [, side = '', said = ''] = BESIDE_HOUR.exec(words) ?? [];
  const hour = hourOf(said) || Number(said);
  if (side === '' || hour < 1 || hour > 12) return undefined;
  if (/to$/i.test(side)) return { hour: hour === 1 ? 12 : hour - 1, minute: 45 };
  // "Half three" is half past three.
  return { hour, minute: /^half/i.test(side) ? 30 : 15 };
}

const SERIES_FIRST = /^(?:every|each) /i;

/** "Mocks on mon 4 jan": the thing, and when it is, also where only the whole sentence was sure of that. */
export function splitEvent(words: string): { when?: string | undefined; task: string } {
  const found = splitTask(`remind me about ${words}`);
  if (SERIES_FIRST.test(words) && (found.when?.startsWith('remind me') ?? true)) {
    // "Every Monday the bins go out".
    const first = splitTask(words);
    if (first.when !== undefined && words.startsWith(first.when) && isTime(first.when)) return first;
  }
  if (!found.when?.startsWith('remind me') || !words.startsWith(found.task)) return found;
  const rest = words.slice(found.task.length).trim();
  return isTime(rest) ? { when: rest, task: found.task } : found;
}

/** The words for a time as a tool takes them: no end of a question, and `in 10` is said of minutes. */
export function withUnit(words: string): string {
  return words
    .replace(/\s*[?!]+$/, '')
    .replace(/^((?:in|for|another) )?(\d{1,3})(?: more)?$/i, (all, lead: string | undefined, amount: string) =>
      lead === undefined && all !== `${amount} more` ? all : `${lead ?? 'in '}${amount} minutes`,
    );
}

/** Words of the longest time that is looked for in other words, and words that are looked through. */
const LONGEST_TIME = 6;
const MOST_WORDS = 30;

/** Words that are a time by themselves, and as often none. */
const NO_STRETCH =
  /^(?:\d+|one|once|second|minute|hour|day|always|breakfast|brunch|lunch|dinner|supper|tea|bedtime)$|^now\b/i;

/** The last words of `said` that say when, as many of them as do: the "8 in the morning" of "8 in the morning suits me". */
export function timeWithin(said: string): string | undefined {
  const words = said.split(/\s+/).slice(0, MOST_WORDS);
  for (let end = words.length; end > 0; end--)
    for (let from = Math.max(0, end - LONGEST_TIME); from < end; from++) {
      const stretch = words
        .slice(from, end)
        .join(' ')
        .replace(/^[("“]+|[)"”.,;:!?]+$/g, '');
      if (!NO_STRETCH.test(stretch) && isTime(stretch)) return stretch;
    }
  return undefined;
}

const DAY_BEFORE = '(?:that|those|these|the same)(?: same)? (?:day|morning|afternoon|evening|night)s?';
const POINTS_AT_DAY = new RegExp(
  `(?:^|(?<!\\b(?:about|of|for|from|than|to) ))\\b(?:on |in )?${DAY_BEFORE}(?= (?:to|about|at) )|^${DAY_BEFORE}$|^(?:at )?\\d[\\d:.]* ?(?:[ap]m|o['’]?clock)? (?:on )?(?:that|the same) day\\b`,
  'i',
);
const ENDS_ON_DAY = new RegExp(`(?<!\\b(?:about|of|for|from|than)) ${DAY_BEFORE}$`, 'i');

/** "At 9 that morning to …", "on those days to …": of a day that was told before, and no part of the text. */
export const pointsAtDay = (words: string, when = ''): boolean =>
  POINTS_AT_DAY.test(words) || (/^(?:at )?\d[\d:.]*(?: ?[ap]m)?$/i.test(when) && ENDS_ON_DAY.test(words));

const CLOCK_BEHIND = /^(?<task>.+?), (?:at )?(?<clock>\d{1,2}(?:[:.]\d\d)? ?[ap]m|(?:[01]?\d|2[0-3]):[0-5]\d)$/i;

/** "… on the 28th of each month to send the receipts, 5pm": the hour of a time that was told without one. */
export function withClockBehind(said: string, time: string | undefined): { task: string; when: string | undefined } {
  const { task, clock } = CLOCK_BEHIND.exec(said)?.groups ?? {};
  const when = time === undefined || HAS_CLOCK.test(time) ? '' : `${time} at ${clock}`;
  return task !== undefined && isTime(when) ? { when, task } : { when: time, task: said };
}

const HAS_CLOCK = /\d[:.]\d\d|\d ?[ap]m\b|\bat \d|\b(?:noon|midday|midnight|hours?|minutes?|mins?|now)\b/i;
