import type { ParsedResult, ParsingOption, ParsingReference } from 'chrono-node';
import { clockOf, DAY, dayOf, MINUTE, type Wall, weekdayOf, ymdOf } from '../civil.ts';
import { MONTHS } from '../format.ts';
import type { WhenContext } from '../types.ts';
import { wallAt } from '../zones.ts';

/** A whole slot as chrono-node reads it. */
export interface ChronoReading {
  /** English words for it: each is a way to read an hour of which the half of the day is open. */
  phrases: readonly string[];
  /** Nobody said the hour, or which of two days is meant: a person is asked. */
  isOpen: boolean;
}

interface Chrono {
  parse(text: string, reference?: ParsingReference | Date, options?: ParsingOption): ParsedResult[];
}

/** By language; each costs 20 to 220 ms and some MB, so that it is loaded when it is first needed. */
const PARSERS: Readonly<Record<string, () => Promise<Chrono>>> = {
  ar: () => import('chrono-node/ar'),
  de: () => import('chrono-node/de'),
  es: () => import('chrono-node/es'),
  fi: () => import('chrono-node/fi'),
  fr: () => import('chrono-node/fr'),
  id: () => import('chrono-node/id'),
  it: () => import('chrono-node/it'),
  ja: () => import('chrono-node/ja'),
  nl: () => import('chrono-node/nl'),
  pt: () => import('chrono-node/pt'),
  ru: () => import('chrono-node/ru'),
  sv: () => import('chrono-node/sv'),
  uk: () => import('chrono-node/uk'),
  vi: () => import('chrono-node/vi'),
  zh: () => import('chrono-node/zh'),
};

export const CHRONO_LANGUAGES: readonly string[] = Object.keys(PARSERS);

/** The slot as chrono-node reads it in a language; undefined where it does not read all of it, or there is doubt. */
export async function readByChrono(
  text: string,
  code: string,
  { now, zone }: Pick<WhenContext, 'now' | 'zone'>,
): Promise<ChronoReading | undefined> {
  const parser = await PARSERS[code]?.();
  const wall = wallAt(now.getTime(), zone);
  const said = text.trim().replace(/[.!]+$/, '');
  // It knows no zones: the fields of the person's clock are those of the host's, and what comes back is read as fields.
  const reference = hostDate(wall);
  if (!parser || !reference) return undefined;
  const [found, other] = parser.parse(said, reference, { forwardDate: true });
  if (!found || other || found.end || found.text !== said) return undefined;
  const same = agrees(found, said, code, wall) ? (elapsed(found, reference) ?? told(found, wall)) : undefined;
  return same;
}

/** A host's date that shows these fields; undefined where the host's clock leaps over them. */
function hostDate(wall: Wall): Date | undefined {
  const { year, month, day } = ymdOf(Math.floor(wall / DAY));
  const rest = wall - Math.floor(wall / DAY) * DAY;
  const date = new Date(year, month - 1, day, 0, 0, 0, 0);
  date.setHours(Math.floor(rest / 3_600_000), Math.floor(rest / MINUTE) % 60, Math.floor(rest / 1_000) % 60);
  return date.getHours() * 60 + date.getMinutes() === Math.floor(rest / MINUTE) ? date : undefined;
}

/** "In 20 minutes": counted from now, so that no change of a clock comes between. */
function elapsed({ start }: ParsedResult, reference: Date): ChronoReading | undefined {
  if (!start.isCertain('second')) return undefined;
  const minutes = (start.date().getTime() - reference.getTime()) / MINUTE;
  const whole = Math.round(minutes);
  return whole > 0 && Math.abs(minutes - whole) < 1 / 60
    ? { phrases: [`in ${whole} minutes`], isOpen: false }
    : { phrases: [], isOpen: true };
}

const PARTS = ['morning', 'noon', 'afternoon', 'evening', 'midnight'];
const PART_WORDS: Readonly<Record<string, string>> = {
  morning: 'in the morning',
  noon: 'at noon',
  afternoon: 'in the afternoon',
  evening: 'in the evening',
  midnight: 'at midnight',
};

function told(found: ParsedResult, wall: Wall): ChronoReading | undefined {
  const { start } = found;
  const tags = [...found.tags()].flatMap((tag) => /^casualReference\/(\w+)$/.exec(tag)?.[1] ?? []);
  const part = PARTS.find((name) => tags.includes(name));
  const date = dateOf(found, wall, tags.length > 0);
  if (!start.isCertain('hour')) {
    const words = part === undefined ? date.words : `${date.words} ${PART_WORDS[part]}`;
    return { phrases: [words.trim()], isOpen: part === undefined || date.isOpen };
  }
  const [hour, minute] = [start.get('hour') ?? 0, start.get('minute') ?? 0];
  // "Vanavond om 8 uur" is no eight in the morning.
  if (part !== undefined && part !== 'morning' && part !== 'midnight' && hour < 12) return undefined;
  const exact = `at ${clockOf(hour * 60 + minute)}`;
  const isExact = start.isCertain('meridiem') || part !== undefined || hour > 12 || hour === 0;
  const bare = `at ${hour}:${String(minute).padStart(2, '0')}`;
  return {
    phrases: (isExact ? [exact] : [bare, exact]).map((clock) => `${date.words} ${clock}`.trim()),
    isOpen: date.isOpen,
  };
}

/** The day in words; empty where none was said. A weekday that is not the next of its name may be that one as well. */
function dateOf({ start }: ParsedResult, wall: Wall, isCasual: boolean): { words: string; isOpen: boolean } {
  const isDated = start.isCertain('day') || start.isCertain('weekday');
  if (!isDated && !isCasual) return { words: '', isOpen: false };
  const [year = 0, month = 1, day = 1] = [start.get('year') ?? 0, start.get('month') ?? 1, start.get('day') ?? 1];
  const ahead = dayOf(year, month, day) - Math.floor(wall / DAY);
  const isOpen = start.isCertain('weekday') && !start.isCertain('day') && ahead > 6;
  return { words: `${day} ${MONTHS[month - 1]} ${year}`, isOpen };
}

/**
 * True if the day that was read is the one that the language's own words for days name, as far as the runtime knows
 * these.
 */
function agrees({ start }: ParsedResult, said: string, code: string, wall: Wall): boolean {
  const { year, month, day } = {
    year: start.get('year') ?? 0,
    month: start.get('month') ?? 1,
    day: start.get('day') ?? 1,
  };
  const read = dayOf(year, month, day);
  const today = Math.floor(wall / DAY);
  const small = said.toLocaleLowerCase(code);
  const longest = (names: readonly (readonly [string, number])[]) =>
    names
      .filter(([name]) => small.includes(name.toLocaleLowerCase(code)))
      .sort(([a], [b]) => b.length - a.length)[0]?.[1];
  const relative = new Intl.RelativeTimeFormat(code, { numeric: 'auto' });
  const ahead = longest([-2, -1, 0, 1, 2].map((days) => [relative.format(days, 'day'), days]));
  const weekday = new Intl.DateTimeFormat(code, { weekday: 'long', timeZone: 'UTC' });
  // 5 January 1970 was a Monday.
  const named = longest([1, 2, 3, 4, 5, 6, 7].map((at) => [weekday.format((at + 3) * DAY), at]));
  return (ahead === undefined || read === today + ahead) && (named === undefined || weekdayOf(read) === named);
}
