import { lazy } from '../base/lazy.ts';
import { isZone } from './zones.ts';

export interface NamedZone {
  /** IANA zone. */
  zone: string;
  /** How to say it back: `Tokyo`, `Europe/Berlin`, `UTC`. */
  name: string;
}

/**
 * What each zone is called, beside the city that it is named after. Abbreviations (in capitals) stand for the zone where
 * they are used, not for a fixed offset: people say "PST" the whole year; where they stand for several, the one the person
 * lives in is meant, else the first. The names of regions end with "time"; the rest are places.
 */
const NAMES: Readonly<Record<string, string>> = {
  UTC: 'UTC|GMT|ZULU|greenwich mean time|universal coordinated time|coordinated universal time',
  'America/New_York':
    'ET|EDT|EST|eastern time|us eastern time|east coast time|nyc|ny|new york city|washington|washington dc|washington d.c.|boston|miami|atlanta|philadelphia|orlando|tampa|charlotte|baltimore|pittsburgh|cleveland|columbus|brooklyn|manhattan|florida|massachusetts|new jersey|pennsylvania|virginia|north carolina|south carolina|ohio|maryland|connecticut|vermont|maine',
  'America/Chicago':
    'CT|CST|CDT|central time|us central time|dallas|houston|austin|san antonio|new orleans|minneapolis|milwaukee|st louis|st. louis|saint louis|kansas city|nashville|memphis|oklahoma city|texas|illinois|wisconsin|minnesota|louisiana|iowa|missouri|oklahoma|alabama|arkansas',
  'America/Denver':
    'MT|MST|MDT|mountain time|us mountain time|salt lake city|colorado|utah|new mexico|albuquerque|wyoming|montana',
  'America/Phoenix': 'arizona|tucson|scottsdale',
  'America/Los_Angeles':
    'PT|PST|PDT|pacific time|us pacific time|west coast time|la|l.a.|sf|san francisco|seattle|san diego|san jose|las vegas|vegas|portland|oakland|sacramento|silicon valley|california|oregon|washington state|nevada|hollywood',
  'America/Anchorage': 'AKST|AKDT|alaska',
  'Pacific/Honolulu': 'HST|hawaii',
  'America/Toronto': 'ottawa|montreal|montréal|quebec|québec|ontario',
  'America/Edmonton': 'calgary|alberta',
  'America/Vancouver': 'british columbia',
  'America/Mexico_City': 'mexico|mexico city|guadalajara',
  'America/Sao_Paulo': 'BRT|rio|rio de janeiro|brasilia|brasília|são paulo|belo horizonte|curitiba|salvador',
  'America/Argentina/Buenos_Aires': 'ART|argentina',
  'America/Bogota': 'bogotá|colombia|medellin|medellín',
  'America/Santiago': 'CLT|chile',
  'America/Lima': 'peru',
  'Europe/London':
    'BST|british summer time|british time|uk|u.k.|england|britain|great britain|united kingdom|scotland|wales|manchester|birmingham|edinburgh|glasgow|liverpool|leeds|bristol|cardiff|oxford|cambridge|belfast|sheffield|newcastle',
  'Asia/Kolkata':
    'IST|indian time|indian standard time|india|mumbai|bombay|delhi|new delhi|bangalore|bengaluru|chennai|madras|hyderabad|pune|ahmedabad|calcutta|jaipur|goa',
  'Asia/Calcutta': 'IST',
  'Europe/Dublin': 'IST|ireland|cork|galway',
  'Europe/Paris': 'france|lyon|marseille|bordeaux|toulouse|lille|strasbourg',
  'Europe/Berlin':
    'CET|CEST|MEZ|MESZ|central european time|germany|munich|münchen|muenchen|hamburg|frankfurt|cologne|köln|koeln|stuttgart|düsseldorf|dusseldorf|duesseldorf|leipzig|dresden|hanover|hannover|nuremberg|nürnberg|bremen|bonn',
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
  'Europe/Athens': 'EET|EEST|eastern european time|greece|thessaloniki',
  'Europe/Lisbon': 'WET|WEST|western european time|portugal|porto|lisboa',
  'Europe/Kyiv': 'kiev|ukraine|lviv|odesa|odessa',
  'Europe/Moscow': 'MSK|st petersburg|saint petersburg|st. petersburg',
  'Europe/Istanbul': 'TRT|turkey|ankara|izmir',
  'Atlantic/Reykjavik': 'iceland',
  'Asia/Jerusalem': 'IST|IDT|israel|tel aviv|haifa',
  'Asia/Dubai': 'GST|uae|abu dhabi|united arab emirates',
  'Asia/Riyadh': 'saudi arabia|jeddah|mecca',
  'Asia/Qatar': 'doha',
  'Asia/Tehran': 'iran',
  'Asia/Karachi': 'PKT|pakistan|lahore|islamabad',
  'Asia/Kathmandu': 'NPT|nepal',
  'Asia/Dhaka': 'BST|bangladesh',
  'Asia/Colombo': 'sri lanka',
  'Asia/Yangon': 'rangoon|myanmar|burma',
  'Asia/Bangkok': 'ICT|thailand|phuket|chiang mai',
  'Asia/Ho_Chi_Minh': 'vietnam|hanoi|saigon|da nang',
  'Asia/Jakarta': 'WIB|bandung',
  'Asia/Makassar': 'bali|denpasar',
  'Asia/Kuala_Lumpur': 'malaysia|penang',
  'Asia/Manila': 'PHT|philippines|cebu',
  'Asia/Hong_Kong': 'HKT|hk',
  'Asia/Shanghai': 'CST|china|beijing|peking|shenzhen|guangzhou|hangzhou|chengdu|wuhan|nanjing',
  'Asia/Taipei': 'CST|taiwan',
  'Asia/Seoul': 'KST|korea standard time|korea|south korea|busan',
  'Asia/Tokyo': 'JST|japan standard time|japan|osaka|kyoto|yokohama|nagoya|sapporo|fukuoka|hiroshima|kobe',
  'Australia/Sydney': 'EST|AEST|AEDT|canberra|new south wales|newcastle nsw',
  'Australia/Melbourne': 'EST|AEST|AEDT|victoria',
  'Australia/Brisbane': 'EST|AEST|queensland|gold coast|cairns',
  'Australia/Hobart': 'EST|AEST|AEDT|tasmania',
  'Australia/Perth': 'AWST|australian western time|western australia',
  'Pacific/Auckland': 'NZST|NZDT|NZT|new zealand|nz|wellington|christchurch',
  'Africa/Cairo': 'egypt|alexandria',
  'Africa/Johannesburg': 'SAST|south africa|cape town|durban|pretoria',
  'Africa/Nairobi': 'EAT|east africa time|kenya',
  'Africa/Lagos': 'WAT|nigeria|abuja',
  'Africa/Accra': 'ghana',
  'Africa/Addis_Ababa': 'ethiopia',
  'Africa/Casablanca': 'morocco|rabat|marrakesh|marrakech',
  'Africa/Algiers': 'algeria',
  'Africa/Tunis': 'tunisia',
  'America/Havana': 'CST|CDT',
  'America/Halifax': 'AST|ADT|atlantic time',
  'America/St_Johns': 'NST|NDT|newfoundland time',
  'Asia/Singapore': 'SGT',
  'Australia/Adelaide': 'ACST|ACDT',
  'Australia/Darwin': 'ACST',
  'Africa/Maputo': 'CAT',
};

/** Abbreviations that are English words as well: in a sentence they only count in capitals. */
export const WORDLIKE_ABBREVIATIONS: ReadonlySet<string> = new Set(['art', 'eat', 'cat', 'west', 'wet', 'wat', 'pt']);

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

function titled(name: string): string {
  return name.length <= 3 ? name.toUpperCase() : name.replace(/(^|[\s-])(\p{L})/gu, (all) => all.toUpperCase());
}

/** The runtime's zones by their names in lower case. Listing them takes a millisecond, which is too much for each look-up. */
const zonesByName = lazy(() => new Map(Intl.supportedValuesOf('timeZone').map((zone) => [zone.toLowerCase(), zone])));

/** What the table above and the runtime's own zones say; a start that names no zone is spared it. */
const known = lazy(() => {
  const pairs = RENAMED.split(' ').map((pair) => pair.split(':') as [string, string]);
  const renamed = new Map(pairs.filter(([, zone]) => isZone(zone)));
  const places = new Map<string, NamedZone>();
  for (const listed of Intl.supportedValuesOf('timeZone')) {
    const zone = renamed.get(listed) ?? listed;
    for (const full of new Set([listed, zone])) {
      const city = full.split('/').at(-1) ?? full;
      places.set(fold(city), { zone, name: city.replaceAll('_', ' ') });
    }
  }
  const abbreviations = new Map<string, string[]>();
  const regions = new Map<string, string>();
  for (const [zone, names] of Object.entries(NAMES))
    for (const name of names.split('|'))
      if (/^[A-Z]+$/.test(name)) abbreviations.set(name, [...(abbreviations.get(name) ?? []), zone]);
      else if (name.endsWith(' time')) regions.set(name.replace(' time', ''), zone);
      else places.set(fold(name), { zone, name: titled(name) });
  const starts = new Set([...places.keys()].map((name) => name.split(' ')[0] ?? ''));
  return { abbreviations, regions, places, starts };
});

/** Whether the name of a place begins with this word. */
export function startsPlace(word: string): boolean {
  return known().starts.has(fold(word));
}

export function isAbbreviation(word: string): boolean {
  return known().abbreviations.has(word.toUpperCase());
}

/** The zone of an abbreviation; where it stands for several, the one that `home` is, else the first. */
function abbreviatedZone(word: string, home?: string): NamedZone | undefined {
  const name = word.toUpperCase();
  const zones = known().abbreviations.get(name) ?? [];
  const zone = zones.find((one) => one === home) ?? zones[0];
  return zone === undefined ? undefined : { zone, name };
}

/** The zone of a city, state or country by its (folded) name. */
export function placeZone(name: string): NamedZone | undefined {
  return known().places.get(fold(name));
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
  const region = known().regions.get(fold(short));
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
