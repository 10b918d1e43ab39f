import { isMistype } from '../../base/text.ts';
import { UNITS, type Unit } from '../pieces.ts';

/** The English words of the time language, and what people type instead of them. */

const numberWords = (words: string, from = 1): Record<string, number> =>
  Object.fromEntries(
    words
      .toLowerCase()
      .split(' ')
      .map((word, index) => [word, index + from]),
  );

export const WEEKDAYS: Readonly<Record<string, number>> = numberWords(
  'monday tuesday wednesday thursday friday saturday sunday',
);
export const MONTHS: Readonly<Record<string, number>> = numberWords(
  'january february march april may june july august september october november december',
);

const SMALL = 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen';
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
export const NUMBERS: Readonly<Record<string, number>> = {
  ...numberWords(`${SMALL} seventeen eighteen nineteen`, 0),
  ...Object.fromEntries(TENS.map((word, index) => [word, 10 * index + 20])),
  dozen: 12,
};

const NTH =
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth';
export const ORDINALS: Readonly<Record<string, number>> = {
  ...numberWords(`${NTH} sixteenth seventeenth eighteenth nineteenth twentieth`),
  thirtieth: 30,
};

export const isOrdinal = (word: string): boolean => Object.hasOwn(ORDINALS, word) || /^\d+(?:st|nd|rd|th)$/.test(word);

/** A letter alone is a unit only where nothing else can be meant. */
export const UNIT_WORDS: Readonly<Record<string, Unit>> = Object.fromEntries([
  ...UNITS.map((unit) => [unit, unit]),
  ...UNITS.filter((unit) => !/^(?:month|quarter)$/.test(unit)).map((unit) => [unit.charAt(0), unit]),
]);

/** Typed word (in lower case) → the canonical word or words. */
const ALIASES: Readonly<Record<string, string>> = {
  // days of the week
  ...aliasesFor('monday', 'mon mondy munday monady'),
  ...aliasesFor('tuesday', 'tue tues teusday tuseday tusday tuesay'),
  ...aliasesFor('wednesday', 'wed weds wensday wendsday wednsday wedensday wednesdy wednessday wedneday'),
  ...aliasesFor('thursday', 'thu thur thurs thrusday thurday thursdy thirsday'),
  ...aliasesFor('friday', 'fri firday frday fridy friady fryday'),
  ...aliasesFor('saturday', 'sat saterday satuday saturdy satruday saturaday'),
  ...aliasesFor('sunday', 'sun sunnday sundy'),
  ...aliasesFor('mondays', 'mons'),
  ...aliasesFor('saturdays', 'sats saterdays'),
  // months
  ...aliasesFor('january', 'jan janurary januray'),
  ...aliasesFor('february', 'feb febuary febrary feburary'),
  ...aliasesFor('march', 'mar'),
  ...aliasesFor('april', 'apr aprl'),
  ...aliasesFor('june', 'jun'),
  ...aliasesFor('july', 'jul'),
  ...aliasesFor('august', 'aug agust'),
  ...aliasesFor('september', 'sep sept septemeber setpember'),
  ...aliasesFor('october', 'oct ocotber'),
  ...aliasesFor('november', 'nov novemeber'),
  ...aliasesFor('december', 'dec decemeber'),
  // units
  ...aliasesFor('second', 'sec secs seconds'),
  ...aliasesFor('minute', 'min mins minutes minuts mintues minuites'),
  ...aliasesFor('hour', 'hr hrs hours huors horus ohurs houres housr'),
  ...aliasesFor('day', 'days dys'),
  ...aliasesFor('week', 'weeks wk wks'),
  ...aliasesFor('month', 'months mo mos mth mths'),
  ...aliasesFor('quarter', 'quarters qtr qtrs'),
  ...aliasesFor('year', 'years yr yrs'),
  ...aliasesFor('fortnight', 'fortnights'),
  // days beside today
  ...aliasesFor(
    'tomorrow',
    'tmrw tmr tmw tmo tmro tmrow tmrrw tmmrw tomo tomoz tomoro tmoro tmorrow 2moro 2morrow 2mrw 2mrow 2mro 2mr 2moros ' +
      'tomorow tommorow tommorrow tomorro ' +
      'tomorrrow tommorro tomorroww tomrrow tomarrow tommarow tomorrows tomrow',
  ),
  ...aliasesFor('today', '2day tday tdy'),
  ...aliasesFor('tonight', '2nite 2nyt 2night tonite tonit tonght tonigt'),
  ...aliasesFor('yesterday', 'yday yest'),
  // parts of a day
  ...aliasesFor('morning', 'morn mrng mornin moring'),
  ...aliasesFor('afternoon', 'arvo afternon aftenoon'),
  ...aliasesFor('evening', 'evenin evning eveing'),
  ...aliasesFor('night', 'nite'),
  ...aliasesFor('noon', 'noontime midday noonish'),
  ...aliasesFor('midnight', 'midnite'),
  ...aliasesFor('lunch', 'lunchtime lunchtimes lunches'),
  ...aliasesFor('weekend', 'wkend wknd'),
  ...aliasesFor('weekends', 'wkends wknds'),
  // others
  ...aliasesFor('every', 'each ev evry evrey evey evary evr'),
  ...aliasesFor('later', 'l8r'),
  ...aliasesFor('except', 'excluding excepting excl'),
  ...aliasesFor('until', 'till til untill unil untl'),
  ...aliasesFor('starting', 'beginning commencing start starts begin begins begining startin'),
  ...aliasesFor('through', 'thru'),
  ...aliasesFor('next', 'nxt'),
  ...aliasesFor('coming', 'upcoming'),
  ...aliasesFor('about', 'around arround aroud arond arnd approximately approx circa ca roughly abt bout'),
  ...aliasesFor('alternate', 'alternating'),
  ...aliasesFor('workday', 'workdays'),
  ...aliasesFor('business', 'working work'),
  ...aliasesFor('holiday', 'holidays'),
  ...aliasesFor('christmas', 'xmas chrismas christmass'),
  ...aliasesFor('before', 'b4'),
  ...aliasesFor("o'clock", 'oclock'),
  ...aliasesFor('eod', 'eob'),
  ...aliasesFor('cob', 'cop'),
  ...aliasesFor('couple', 'cpl pair'),
  ...aliasesFor('times', 'occurrences occurences'),
  ...aliasesFor('at', '@'),
  ...aliasesFor('and', '& n'),
  ...aliasesFor('ending', 'ends'),
  ...aliasesFor('remind', 'remid remnd reming rmind rmeind remidn remimd rmd reminde remibd'),
  ...aliasesFor('remember', 'rember remeber remmeber rembember'),
  ...aliasesFor('recurring', 'repeating'),
  everyday: 'every day',
  evryday: 'every day',
  wkday: 'weekday',
  wkdays: 'weekdays',
  mwf: 'monday / wednesday / friday',
  tth: 'tuesday / thursday',
  tuth: 'tuesday / thursday',
  mtwthf: 'weekdays',
  mtwtf: 'weekdays',
  asap: 'now',
  remindme: 'remind me',
  rmdme: 'remind me',
  dayly: 'daily',
  dailly: 'daily',
  montly: 'monthly',
  weekley: 'weekly',
  anually: 'yearly',
  annually: 'yearly',
  annual: 'yearly',
  'new-years': "new year's",
};

function aliasesFor(canonical: string, words: string): Record<string, string> {
  return Object.fromEntries(words.split(' ').map((word) => [word, canonical]));
}

/** Words whose plural means something else than their singular ("Mondays" recur) or that have none. */
const KEEP = new Set(['weekdays', 'weekends', 'mornings', 'afternoons', 'evenings', 'nights', 'times']);

/** Long words that are recognised with one slip: letters swapped, one left out within, or one typed twice. */
const CORRECTED = [
  ...Object.keys(WEEKDAYS),
  ...Object.keys(MONTHS).filter((month) => month.length > 5),
  ...'every tomorrow tonight morning evening afternoon midnight weekend weekday minutes fortnight starting christmas other urgently'.split(
    ' ',
  ),
];

const NOT_SLIPS = new Set(['mourning', 'moring', 'frida', 'minuets', 'staring', 'stating', 'minute', 'monda', 'eery']);

const PREFIXES = ['next', 'this', 'last', 'every', 'tomorrow', 'today'];

export function canonicalWords(word: string, fuzzy: boolean): readonly string[] {
  const alias = Object.hasOwn(ALIASES, word) ? ALIASES[word] : undefined;
  if (alias !== undefined) return alias.split(' ');
  if (isKnown(word) || KEEP.has(word) || word.length < 4 || !/^[a-z']+$/.test(word)) return [word];
  const ish = /^(.+)ish$/.exec(word)?.[1];
  if (ish !== undefined && (isKnown(ish) || ISH_PARTS.has(ish))) return ish === 'noon' ? ['noon'] : [ish, 'ish'];
  const singular = word.replace(/s$/, '');
  if (singular !== word && Object.hasOwn(WEEKDAYS, singular)) return [word];
  const whole = splitGlued(word);
  if (whole) return whole;
  const slip = correctWord(word) ?? (fuzzy ? nearest(word) : undefined);
  return slip === undefined ? [word] : canonicalWords(slip, false);
}

const isKnown = (word: string): boolean =>
  Object.hasOwn(WEEKDAYS, word) || Object.hasOwn(MONTHS, word) || Object.hasOwn(NUMBERS, word);

const ISH_PARTS = new Set(['noon', 'midday', 'afternoon', 'evening', 'lunchtime']);

function splitGlued(word: string): readonly string[] | undefined {
  const prefix = PREFIXES.find((one) => word.startsWith(one) && word.length > one.length + 2);
  if (prefix === undefined) return undefined;
  const rest = word.slice(prefix.length);
  const words = ((Object.hasOwn(ALIASES, rest) ? ALIASES[rest] : undefined) ?? rest).split(' ');
  const isAllKnown = words.every((one) => isKnown(one) || AFTER_PREFIX.has(one));
  return isAllKnown ? [prefix, ...words] : undefined;
}

const AFTER_PREFIX = new Set('day week weekend month year morning afternoon evening night noon weekday'.split(' '));

const correctWord = (word: string): string | undefined =>
  NOT_SLIPS.has(word) ? undefined : CORRECTED.find((right) => right !== word && isMistype(word, right));

/** The whole word that says when for which `word` (lower case) is a short form or a typing error, and can hardly be anything else. */
export function timeWordFor(word: string): string | undefined {
  const alias = Object.hasOwn(ALIASES, word) ? (ALIASES[word] as string) : undefined;
  if (alias !== undefined) {
    const isWhole = word.length >= alias.length - 1 && CORRECTED.includes(alias);
    return isWhole || (NEAR_DAYS.has(alias) && word !== 'tomorrows') ? alias : undefined;
  }
  if (isKnown(word) || KEEP.has(word) || CORRECTED.includes(word)) return undefined;
  const singular = word.replace(/s$/, '');
  const day = singular === word || isKnown(singular) ? undefined : correctWord(singular);
  return correctWord(word) ?? (day !== undefined && Object.hasOwn(WEEKDAYS, day) ? `${day}s` : undefined);
}

const NEAR_DAYS = new Set(['tomorrow', 'tonight']);

function nearest(word: string): string | undefined {
  if (word.length < 6 || NOT_SLIPS.has(word)) return undefined;
  const near = CORRECTED.filter((right) => word[0] === right[0] && distanceOne(word, right));
  return near.length === 1 ? near[0] : undefined;
}

function distanceOne(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1) return false;
  let same = 0;
  while (same < short.length && short[same] === long[same]) same++;
  return short.slice(short.length === long.length ? same + 1 : same) === long.slice(same + 1);
}

export const isClipped = (word: string, raw: string): boolean =>
  raw.length < 6 &&
  raw.length < word.length &&
  (Object.hasOwn(WEEKDAYS, word) || Object.hasOwn(MONTHS, word) || /^(?:hrs?|mins?|secs?)$/i.test(raw));

/** Short forms that are names as well, as written. They are read where every word must be about time. */
export const SHORTS: ReadonlyMap<string, string> = new Map([['tom', 'tomorrow']]);
