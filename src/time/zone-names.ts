import { lazy } from '../base/lazy.ts';
import { isZone } from './zones.ts';

export interface NamedZone {
  /** IANA zone. */
  zone: string;
  /** How to say it back: `Tokyo`, `Europe/Berlin`, `UTC`. */
  name: string;
}

/** What stands at each of the words of a table. */
function byWord(sign: string, table: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(table).flatMap(([zone, words]) => words.split(sign).map((word) => [word, zone])));
}

/**
 * Abbreviations stand for the zone where they are used, not for a fixed offset: people say "PST" the whole year.
 * Where several are listed, the one the person lives in is meant, else the first.
 */
const ABBREVIATIONS = byWord(' ', {
  UTC: 'utc gmt zulu',
  'America/Los_Angeles': 'pt pst pdt',
  'America/Denver': 'mt mst mdt',
  'America/Chicago': 'ct',
  'America/Chicago Asia/Shanghai Asia/Taipei America/Havana': 'cst',
  'America/Chicago America/Havana': 'cdt',
  'America/New_York': 'et edt',
  'America/New_York Australia/Sydney Australia/Melbourne Australia/Brisbane Australia/Hobart': 'est',
  'America/Anchorage': 'akst akdt',
  'Pacific/Honolulu': 'hst',
  'America/Halifax': 'ast adt',
  'America/St_Johns': 'nst ndt',
  'America/Sao_Paulo': 'brt',
  'America/Argentina/Buenos_Aires': 'art',
  'America/Santiago': 'clt',
  'Europe/London Asia/Dhaka': 'bst',
  'Europe/Lisbon': 'wet west',
  'Europe/Berlin': 'cet cest mez mesz',
  'Europe/Athens': 'eet eest',
  'Europe/Moscow': 'msk',
  'Europe/Istanbul': 'trt',
  'Asia/Kolkata Asia/Calcutta Europe/Dublin Asia/Jerusalem': 'ist',
  'Asia/Jerusalem': 'idt',
  'Asia/Dubai': 'gst',
  'Asia/Karachi': 'pkt',
  'Asia/Kathmandu': 'npt',
  'Asia/Bangkok': 'ict',
  'Asia/Jakarta': 'wib',
  'Asia/Singapore': 'sgt',
  'Asia/Hong_Kong': 'hkt',
  'Asia/Manila': 'pht',
  'Asia/Tokyo': 'jst',
  'Asia/Seoul': 'kst',
  'Australia/Perth': 'awst',
  'Australia/Adelaide Australia/Darwin': 'acst',
  'Australia/Adelaide': 'acdt',
  'Australia/Sydney Australia/Melbourne Australia/Brisbane Australia/Hobart': 'aest',
  'Australia/Sydney Australia/Melbourne Australia/Hobart': 'aedt',
  'Pacific/Auckland': 'nzst nzdt nzt',
  'Africa/Johannesburg': 'sast',
  'Africa/Nairobi': 'eat',
  'Africa/Maputo': 'cat',
  'Africa/Lagos': 'wat',
});

/** Abbreviations that are English words as well: in a sentence they only count in capitals. */
export const WORDLIKE_ABBREVIATIONS: ReadonlySet<string> = new Set(['art', 'eat', 'cat', 'west', 'wet', 'wat', 'pt']);

/** Names of regions: "eastern time", "central european time". */
const REGIONS = byWord('|', {
  'America/Los_Angeles': 'pacific|us pacific|west coast',
  'America/Denver': 'mountain|us mountain',
  'America/Chicago': 'central|us central',
  'America/New_York': 'eastern|us eastern|east coast',
  'America/Halifax': 'atlantic',
  'America/St_Johns': 'newfoundland',
  'Europe/London': 'british summer|british',
  'Europe/Berlin': 'central european',
  'Europe/Athens': 'eastern european',
  'Europe/Lisbon': 'western european',
  'Asia/Kolkata': 'indian|indian standard',
  'Asia/Tokyo': 'japan standard',
  'Asia/Seoul': 'korea standard',
  'Australia/Perth': 'australian western',
  'Africa/Nairobi': 'east africa',
  UTC: 'greenwich mean|universal coordinated|coordinated universal',
});

/** Places that no IANA zone is named after; the zones' own cities are known without being listed. */
const PLACES: Readonly<Record<string, string>> = {
  'America/New_York':
    'nyc|ny|new york city|washington|washington dc|washington d.c.|boston|miami|atlanta|philadelphia|orlando|tampa|charlotte|baltimore|pittsburgh|cleveland|columbus|brooklyn|manhattan|florida|massachusetts|new jersey|pennsylvania|virginia|north carolina|south carolina|ohio|maryland|connecticut|vermont|maine',
  'America/Chicago':
    'dallas|houston|austin|san antonio|new orleans|minneapolis|milwaukee|st louis|st. louis|saint louis|kansas city|nashville|memphis|oklahoma city|texas|illinois|wisconsin|minnesota|louisiana|iowa|missouri|oklahoma|alabama|arkansas',
  'America/Denver': 'salt lake city|colorado|utah|new mexico|albuquerque|wyoming|montana',
  'America/Phoenix': 'arizona|tucson|scottsdale',
  'America/Los_Angeles':
    'la|l.a.|sf|san francisco|seattle|san diego|san jose|las vegas|vegas|portland|oakland|sacramento|silicon valley|california|oregon|washington state|nevada|hollywood',
  'America/Anchorage': 'alaska',
  'Pacific/Honolulu': 'hawaii',
  'America/Toronto': 'ottawa|montreal|montréal|quebec|québec|ontario',
  'America/Edmonton': 'calgary|alberta',
  'America/Vancouver': 'british columbia',
  'America/Mexico_City': 'mexico|mexico city|guadalajara',
  'America/Sao_Paulo': 'rio|rio de janeiro|brasilia|brasília|são paulo|belo horizonte|curitiba|salvador',
  'America/Argentina/Buenos_Aires': 'argentina',
  'America/Bogota': 'bogotá|colombia|medellin|medellín',
  'America/Santiago': 'chile',
  'America/Lima': 'peru',
  'Europe/London':
    'uk|u.k.|england|britain|great britain|united kingdom|scotland|wales|manchester|birmingham|edinburgh|glasgow|liverpool|leeds|bristol|cardiff|oxford|cambridge|belfast|sheffield|newcastle',
  'Europe/Dublin': 'ireland|cork|galway',
  'Europe/Paris': 'france|lyon|marseille|bordeaux|toulouse|lille|strasbourg',
  'Europe/Berlin':
    'germany|munich|münchen|muenchen|hamburg|frankfurt|cologne|köln|koeln|stuttgart|düsseldorf|dusseldorf|duesseldorf|leipzig|dresden|hanover|hannover|nuremberg|nürnberg|bremen|bonn',
  'Europe/Madrid': 'spain|barcelona|valencia|seville|sevilla|malaga|málaga|bilbao',
  'Europe/Rome': 'italy|milan|milano|naples|florence|venice|turin|bologna|roma',
  'Europe/Zurich': 'switzerland|zürich|geneva|genève|basel|bern|lausanne',
  'Europe/Vienna': 'austria|wien|salzburg|graz|innsbruck',
  'Europe/Amsterdam': 'netherlands|holland|rotterdam|the hague|utrecht|eindhoven',
  'Europe/Brussels': 'belgium|antwerp|ghent|bruges',
  'Europe/Copenhagen': 'denmark|aarhus',
  'Europe/Stockholm': 'sweden|gothenburg|malmö|malmo',
  'Europe/Oslo': 'norway|bergen',
  'Europe/Helsinki': 'finland|tampere',
  'Europe/Warsaw': 'poland|krakow|kraków|gdansk|gdańsk|wroclaw|wrocław|poznan',
  'Europe/Prague': 'czechia|czech republic|brno',
  'Europe/Budapest': 'hungary',
  'Europe/Bucharest': 'romania',
  'Europe/Sofia': 'bulgaria',
  'Europe/Athens': 'greece|thessaloniki',
  'Europe/Lisbon': 'portugal|porto|lisboa',
  'Europe/Kyiv': 'kiev|ukraine|lviv|odesa|odessa',
  'Europe/Moscow': 'st petersburg|saint petersburg|st. petersburg',
  'Europe/Istanbul': 'turkey|ankara|izmir',
  'Atlantic/Reykjavik': 'iceland',
  'Asia/Jerusalem': 'israel|tel aviv|haifa',
  'Asia/Dubai': 'uae|abu dhabi|united arab emirates',
  'Asia/Riyadh': 'saudi arabia|jeddah|mecca',
  'Asia/Qatar': 'doha',
  'Asia/Tehran': 'iran',
  'Asia/Karachi': 'pakistan|lahore|islamabad',
  'Asia/Kolkata':
    'india|mumbai|bombay|delhi|new delhi|bangalore|bengaluru|chennai|madras|hyderabad|pune|ahmedabad|calcutta|jaipur|goa',
  'Asia/Kathmandu': 'nepal',
  'Asia/Dhaka': 'bangladesh',
  'Asia/Colombo': 'sri lanka',
  'Asia/Yangon': 'rangoon|myanmar|burma',
  'Asia/Bangkok': 'thailand|phuket|chiang mai',
  'Asia/Ho_Chi_Minh': 'vietnam|hanoi|saigon|da nang',
  'Asia/Jakarta': 'bandung',
  'Asia/Makassar': 'bali|denpasar',
  'Asia/Kuala_Lumpur': 'malaysia|penang',
  'Asia/Manila': 'philippines|cebu',
  'Asia/Hong_Kong': 'hk',
  'Asia/Shanghai': 'china|beijing|peking|shenzhen|guangzhou|hangzhou|chengdu|wuhan|nanjing',
  'Asia/Taipei': 'taiwan',
  'Asia/Seoul': 'korea|south korea|busan',
  'Asia/Tokyo': 'japan|osaka|kyoto|yokohama|nagoya|sapporo|fukuoka|hiroshima|kobe',
  'Australia/Sydney': 'canberra|new south wales|newcastle nsw',
  'Australia/Melbourne': 'victoria',
  'Australia/Brisbane': 'queensland|gold coast|cairns',
  'Australia/Hobart': 'tasmania',
  'Australia/Perth': 'western australia',
  'Pacific/Auckland': 'new zealand|nz|wellington|christchurch',
  'Africa/Cairo': 'egypt|alexandria',
  'Africa/Johannesburg': 'south africa|cape town|durban|pretoria',
  'Africa/Nairobi': 'kenya',
  'Africa/Lagos': 'nigeria|abuja',
  'Africa/Accra': 'ghana',
  'Africa/Addis_Ababa': 'ethiopia',
  'Africa/Casablanca': 'morocco|rabat|marrakesh|marrakech',
  'Africa/Algiers': 'algeria',
  'Africa/Tunis': 'tunisia',
};

/** A lower-case name without accents, `-` and `_` as spaces. */
function fold(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();
}

/** Zones that the runtime lists by the name they had before. */
const RENAMED =
  'Asia/Calcutta:Asia/Kolkata Asia/Katmandu:Asia/Kathmandu Asia/Saigon:Asia/Ho_Chi_Minh Asia/Rangoon:Asia/Yangon ' +
  'Europe/Kiev:Europe/Kyiv America/Godthab:America/Nuuk Africa/Asmera:Africa/Asmara Atlantic/Faeroe:Atlantic/Faroe ' +
  'Pacific/Ponape:Pacific/Pohnpei Pacific/Truk:Pacific/Chuuk Pacific/Enderbury:Pacific/Kanton ' +
  'America/Buenos_Aires:America/Argentina/Buenos_Aires America/Cordoba:America/Argentina/Cordoba ' +
  'America/Indianapolis:America/Indiana/Indianapolis America/Louisville:America/Kentucky/Louisville';

function placesByName(): ReadonlyMap<string, NamedZone> {
  const pairs = RENAMED.split(' ').map((pair): [string, string] => [
    pair.split(':')[0] ?? '',
    pair.split(':')[1] ?? '',
  ]);
  const renamed = new Map(pairs.filter(([, zone]) => isZone(zone)));
  const byName = new Map<string, NamedZone>();
  for (const known of Intl.supportedValuesOf('timeZone')) {
    const zone = renamed.get(known) ?? known;
    for (const full of new Set([known, zone])) {
      const city = full.split('/').at(-1) ?? full;
      byName.set(fold(city), { zone, name: city.replaceAll('_', ' ') });
    }
  }
  for (const [zone, names] of Object.entries(PLACES)) {
    for (const name of names.split('|')) byName.set(fold(name), { zone, name: titled(name) });
  }
  return byName;
}

function titled(name: string): string {
  return name.length <= 3 ? name.toUpperCase() : name.replace(/(^|[\s-])(\p{L})/gu, (all) => all.toUpperCase());
}

/** The runtime's zones by their names in lower case. Listing them takes a millisecond, which is too much for each look-up. */
const zonesByName = lazy(() => new Map(Intl.supportedValuesOf('timeZone').map((zone) => [zone.toLowerCase(), zone])));

/** What the tables above and the runtime's own zones say; a start that names no zone is spared it. */
const places = lazy(() => {
  const byName = placesByName();
  return { byName, starts: new Set([...byName.keys()].map((name) => name.split(' ')[0] ?? '')) };
});

/** Whether the name of a place begins with this word. */
export function startsPlace(word: string): boolean {
  return places().starts.has(fold(word));
}

export function isAbbreviation(word: string): boolean {
  return ABBREVIATIONS.has(word.toLowerCase());
}

/** The zone of an abbreviation; where it stands for several, the one that `home` is, else the first. */
function abbreviatedZone(word: string, home?: string): NamedZone | undefined {
  const known = ABBREVIATIONS.get(word.toLowerCase())?.split(' ') ?? [];
  const zone = known.find((one) => one === home) ?? known[0];
  return zone === undefined ? undefined : { zone, name: word.toUpperCase() };
}

/** The zone of a city, state or country by its (folded) name. */
export function placeZone(name: string): NamedZone | undefined {
  return places().byName.get(fold(name));
}

const OFFSET = /^(?:utc|gmt)? ?([+-]|−)(\d{1,2})(?::?([0-5]\d))?$/i;

/** `UTC+2`, `GMT-5`, `+05:30` as a fixed zone. */
function offsetZone(words: string): NamedZone | undefined {
  const match = OFFSET.exec(words);
  const hours = Number(match?.[2]);
  if (!match || hours > 14) return undefined;
  const sign = match[1] === '+' ? '+' : '-';
  const zone = `${sign}${String(hours).padStart(2, '0')}:${match[3] ?? '00'}`;
  return { zone, name: `UTC${zone}` };
}

/** The longest name of a zone or place; more is not looked up. */
const LONGEST_NAME = 60;

/**
 * The zone that `words` name: an IANA zone in any case, a city, state or country ("Tokyo", "new york"), an
 * abbreviation ("PST", "CET"), a region ("eastern time") or an offset ("UTC+2"). `home` settles abbreviations that
 * stand for several zones.
 */
export function findZone(words: string, home?: string): NamedZone | undefined {
  const text = words.trim().replace(/\s+/g, ' ');
  if (text === '' || text.length > LONGEST_NAME) return undefined;
  const short = text.replace(/ (?:standard |daylight |summer )?time(?: ?zone)?$/i, '');
  const region = REGIONS.get(fold(short));
  if (region !== undefined) return { zone: region, name: `${short} time` };
  const found = abbreviatedZone(short, home) ?? placeZone(short) ?? placeZone(short.split(',')[0] ?? '');
  return found ?? offsetZone(short) ?? ianaZone(short);
}

function ianaZone(text: string): NamedZone | undefined {
  if (!/^[a-z][\w/+-]*$/i.test(text) || !text.includes('/') || !isZone(text)) return undefined;
  const zone = canonical(text);
  return { zone, name: zone };
}

/** The zone in the spelling of the zone database: `europe/berlin` → `Europe/Berlin`. */
function canonical(zone: string): string {
  return zonesByName().get(zone.toLowerCase()) ?? zone.replace(/(^|[/_-])([a-z])/g, (all) => all.toUpperCase());
}
