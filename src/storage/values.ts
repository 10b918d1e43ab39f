/** Values in PostgreSQL's text format: the same on both engines, whatever a driver would do by itself. */
import type { Param } from './port.ts';

type Parse = (text: string) => unknown;

/** A parameter in PostgreSQL's text format, or null. */
export function encodeParam(param: Param | undefined): string | null {
  if (param === null || param === undefined) return null;
  if (typeof param === 'string') return param.includes('\0') ? param.replaceAll('\0', '') : param;
  if (typeof param === 'boolean') return param ? 't' : 'f';
  if (typeof param === 'number' || typeof param === 'bigint') return String(param);
  if (param instanceof Date) return param.toISOString();
  if (param instanceof Uint8Array) return `\\x${Buffer.from(param).toString('hex')}`;
  if (isArray(param)) return `{${param.map(encodeElement).join(',')}}`;
  return param.json;
}

const isArray = (param: Param): param is readonly Param[] => Array.isArray(param);

function encodeElement(element: Param): string {
  if (element === null || element === undefined) return 'NULL';
  if (Array.isArray(element)) return encodeParam(element) as string;
  return `"${(encodeParam(element) as string).replace(/["\\]/g, '\\$&')}"`;
}

const asBytes: Parse = (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex'));
const asBoolean: Parse = (text) => text === 't';

/** `2026-11-20 08:53:29.5+00`, with whatever offset the session's zone has. */
const asDate: Parse = (text) => {
  const parts = /^(\d{4,})-(\d\d)-(\d\d) ([\d:.]+)([+-]\d\d)(?::?(\d\d))?(?::\d\d)?( BC)?$/.exec(text);
  if (!parts || parts[7]) return new Date(Number.NaN); // infinity, or before the year 1
  const [, year, month, day, time, hours, minutes] = parts;
  const wide = (year as string).length > 4 ? `+${(year as string).padStart(6, '0')}` : year;
  return new Date(`${wide}-${month}-${day}T${time}${hours}:${minutes ?? '00'}`);
};

/** By the type's oid and its array's. What is not listed stays text (`date`, `uuid`, `interval` …). */
const TYPES: readonly [oid: number, array: number, parse: Parse][] = [
  [16, 1000, asBoolean],
  [17, 1001, asBytes],
  [20, 1016, Number],
  [21, 1005, Number],
  [23, 1007, Number],
  [26, 1028, Number],
  [700, 1021, Number],
  [701, 1022, Number],
  [1700, 1231, Number],
  [114, 199, JSON.parse],
  [3802, 3807, JSON.parse],
  [1184, 1185, asDate],
];
const TEXT_ARRAYS = [1002, 1003, 1009, 1014, 1015, 1115, 1182, 1183, 2951];

const asText: Parse = (text) => text;

const PARSERS: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  ...TYPES.map(([oid, , parse]): [number, Parse] => [oid, (text) => parse(text)]),
  ...TYPES.map(([, array, parse]): [number, Parse] => [array, (text) => parseArray(text, parse)]),
  ...TEXT_ARRAYS.map((oid): [number, Parse] => [oid, (text) => parseArray(text, asText)]),
]);

/** Parser for the text of a value of type `oid`. */
export function parserOf(oid: number): Parse {
  return PARSERS.get(oid) ?? asText;
}

/** An array literal, `{1,NULL,"a,\"b"}`, nested to any depth. */
function parseArray(text: string, parse: Parse): unknown[] {
  let at = text.indexOf('{'); // `[0:1]={…}` carries bounds that JavaScript has no use for

  const element = (): unknown => {
    if (text[at] === '{') return list();
    if (text[at] === '"') return parse(quoted());
    const start = at;
    while (text[at] !== ',' && text[at] !== '}') at++;
    const word = text.slice(start, at);
    return word === 'NULL' ? null : parse(word);
  };
  const quoted = (): string => {
    let word = '';
    for (at++; text[at] !== '"'; at++) {
      if (text[at] === '\\') at++;
      word += text[at];
    }
    at++;
    return word;
  };
  const list = (): unknown[] => {
    const items: unknown[] = [];
    at++;
    while (text[at] !== '}') {
      items.push(element());
      if (text[at] === ',') at++;
    }
    at++;
    return items;
  };
  return list();
}
