/** Whether words say when. */
import { PassingMap } from '../../base/bounded.ts';
import { parseWhen } from '../../time/index.ts';

/** Only whether words are about time matters here, so any instant will do to try them at. */
const TRIAL = { now: new Date('2026-01-07T06:00:00Z'), zone: 'UTC' };

/** Negations, and words that leave it open. */
const NO_TIME = /^(?:never|no|not)\b|^(?:later|soon|sometime|some time|whenever|anytime)$/i;

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

/** The words for a time as a tool takes them: no end of a question, and `in 10` is said of minutes. */
function withUnit(words: string): string {
  return words
    .replace(/\s*[?!]+$/, '')
    .replace(/^((?:in|for|another) )?(\d{1,3})(?: more)?$/i, (all, lead: string | undefined, amount: string) =>
      lead === undefined && all !== `${amount} more` ? all : `${lead ?? 'in '}${amount} minutes`,
    );
}
