import type { Instant } from '../base/clock.ts';
import { type Day, dayOfWall, minutesOfClock, type Wall } from './civil.ts';
import { DEFAULT_DAY_PARTS } from './day-parts.ts';
import type { PartName } from './pieces.ts';
import type { DayParts, WhenContext } from './types.ts';
import { ZoneClock } from './zones.ts';

/** Now, here: what a phrase is resolved against. */
export interface Env {
  now: number;
  zone: string;
  wall: Wall;
  today: Day;
  /** Parts of the day in minutes since midnight. */
  parts: Record<keyof DayParts, number>;
  /** Whether the month stands first in 3/4; undefined where both orders are in use. */
  monthFirst: boolean | undefined;
  weekStart: number;
  /** The clock of the zone; shared by all that is asked of it while one text is read. */
  clock: ZoneClock;
}

/** The context of a text that is being read: what its phrases are resolved against at home is worked out once. */
interface Here extends WhenContext {
  readonly home: Env;
}

/** `ctx` with its home; a zone that is not known throws a RangeError. */
export function hereOf(ctx: WhenContext | Here): Here {
  return 'home' in ctx ? ctx : { ...ctx, home: newEnv(ctx, ctx.zone) };
}

export function envOf(ctx: WhenContext | Here, zone = ctx.zone): Env {
  return 'home' in ctx && zone === ctx.zone ? ctx.home : newEnv(ctx, zone);
}

function newEnv(ctx: WhenContext, zone: string): Env {
  const now = ctx.now.getTime();
  const clock = new ZoneClock(zone);
  const wall = clock.wallAt(now);
  return {
    now,
    zone,
    clock,
    wall,
    today: dayOfWall(wall),
    parts: partsOf(ctx.dayParts),
    monthFirst: monthFirst(ctx.locale, ctx.zone),
    weekStart: ctx.weekStart ?? 1,
  };
}

function partsOf(own: Partial<DayParts> | undefined): Record<keyof DayParts, number> {
  const clocks = { ...DEFAULT_DAY_PARTS, ...own };
  const minutes = Object.entries(clocks).map(([name, clock]) => [name, minutesOfClock(clock)]);
  return Object.fromEntries(minutes) as Record<keyof DayParts, number>;
}

/** The minute of the day that a part of the day stands for. */
export function minuteOfPart(part: PartName, { parts }: Env): number {
  return part === 'night' ? parts.tonight : parts[part];
}

export function toInstant(at: number): Instant {
  return new Date(at);
}

/** Countries that write the month first, with all digits: the date's order where the locale is not known. */
const MONTH_FIRST = new Set(
  // Where the year stands first, the month stands before the day.
  'US PR GU VI AS MP PH FM PW MH JP CN KR TW HU MN'.split(' '),
);
/** Where both orders are in everyday use. */
const EITHER_ORDER = new Set(['CA', 'ZA']);

function monthFirst(locale: string | undefined, zone: string): boolean | undefined {
  const country = regionOf(locale) ?? countryOf(zone);
  if (country === undefined) return undefined;
  if (EITHER_ORDER.has(country)) return undefined;
  return MONTH_FIRST.has(country);
}

/** The country of a locale (`de-DE`, `zh-Hans-CN`, `en_US.UTF-8`); none where it names none that there is. */
function regionOf(locale: string | undefined): string | undefined {
  const region = /^[a-z]{2,3}(?:[-_][a-z]{4})?[-_]([a-z]{2})(?![a-z\d])/i.exec(locale ?? '')?.[1]?.toUpperCase();
  return region !== undefined && COUNTRY_CODES.has(region) ? region : undefined;
}

/** ISO 3166. */
const COUNTRY_CODES = new Set(
  (
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA ' +
    'CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA ' +
    'GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP ' +
    'KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS ' +
    'MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS ' +
    'RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW ' +
    'TZ UA UG UK UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW'
  ).split(' '),
);

const US_CITIES = new Set(
  (
    'New_York Detroit Chicago Menominee Denver Boise Phoenix Los_Angeles Anchorage Juneau Sitka Metlakatla Yakutat ' +
    'Nome Adak Honolulu Louisville Monticello Indianapolis Vincennes Winamac Marengo Petersburg Vevay Tell_City Knox ' +
    'Center New_Salem Beulah Puerto_Rico Guam Fort_Wayne Shiprock Atka Samoa Michigan Aleutian Eastern Central Mountain Pacific Hawaii Alaska Arizona'
  ).split(' '),
);
const CANADA_CITIES = new Set(
  (
    'Toronto Vancouver Winnipeg Edmonton Regina Halifax St_Johns Montreal Iqaluit Yellowknife Whitehorse Moncton ' +
    'Glace_Bay Goose_Bay Rankin_Inlet Resolute Atikokan Thunder_Bay Nipigon Rainy_River Swift_Current Cambridge_Bay ' +
    'Inuvik Creston Dawson_Creek Fort_Nelson Dawson Blanc-Sablon Newfoundland Atlantic Saskatchewan Yukon'
  ).split(' '),
);
const COUNTRIES: Readonly<Record<string, string>> = {
  Manila: 'PH',
  Johannesburg: 'ZA',
  Tokyo: 'JP',
  Shanghai: 'CN',
  Urumqi: 'CN',
  Seoul: 'KR',
  Taipei: 'TW',
  Budapest: 'HU',
  Ulaanbaatar: 'MN',
  Guam: 'GU',
  Saipan: 'MP',
  Pago_Pago: 'AS',
  Puerto_Rico: 'PR',
};

/** The country of a zone as far as the order of dates depends on it; zones of no country have none. */
function countryOf(zone: string): string | undefined {
  if (!zone.includes('/') || zone.startsWith('Etc/')) return undefined;
  const city = zone.split('/').at(-1) ?? '';
  if (Object.hasOwn(COUNTRIES, city)) return COUNTRIES[city];
  if (/^(?:America|US|Pacific)\//.test(zone) && US_CITIES.has(city)) return 'US';
  if (/^(?:America|Canada)\//.test(zone) && CANADA_CITIES.has(city)) return 'CA';
  return 'GB';
}
