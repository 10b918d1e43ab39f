/** Values in PostgreSQL's text format: the same on both engines, whatever a driver would do by itself. */
import { json, type Param } from './port.ts';

type Parse = (text: string) => unknown;

/** The values of a statement. One loop, since most of them are texts or missing. */
export function encodeParams(params: readonly (Param | undefined)[]): (string | null)[] {
  const encoded: (string | null)[] = [];
  for (const param of params) {
    if (param === null || param === undefined) encoded.push(null);
    else if (typeof param === 'string') encoded.push(param.includes('\0') ? param.replaceAll('\0', '') : param);
    else if (typeof param === 'boolean') encoded.push(param ? 't' : 'f');
    else if (typeof param === 'number' || typeof param === 'bigint') encoded.push(String(param));
    else if (param instanceof Date) encoded.push(param.toISOString());
    else if (param instanceof Uint8Array) encoded.push(`\\x${Buffer.from(param).toString('hex')}`);
    else encoded.push('json' in param ? param.json : encodeArray(param));
  }
  return encoded;
}

function encodeArray(elements: readonly Param[]): string {
  if (elements.length === 0) return '{}';
  const encoded = encodeParams(elements).map((text, at) => {
    if (text === null) return 'NULL';
    return Array.isArray(elements[at]) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
  });
  return `{${encoded.join(',')}}`;
}

const asBytes: Parse = (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex'));
const asBoolean: Parse = (text) => text === 't';

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

export function parserOf(oid: number): Parse {
  return PARSERS.get(oid) ?? asText;
}

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

/**
 * A piece of SQL with its parameters: one text more than there are parameters. A room can lend a piece to another room's
 * statement, so that what must happen together goes in one statement and one round trip.
 */
export interface Fragment {
  readonly strings: readonly string[];
  readonly values: readonly Param[];
}

/**
 * The texts of a fragment, by the template that it is written with and the texts of the fragments in it: a statement of many
 * pieces is put together once, and its text is the same string each time, whose hash is known.
 */
interface Shape {
  readonly nested: readonly (readonly string[] | undefined)[];
  readonly texts: readonly string[];
}

const shapes = new WeakMap<TemplateStringsArray, Shape[]>();
const rendered = new WeakMap<readonly string[], string>();
const raws = new Map<string, Fragment>();
const MOST_SHAPES = 32;
const MOST_RAWS = 500;

/** `sql\`select * from inbox where id = ${id}\``; a fragment is put in place, anything else becomes `$n`. */
export function sql(strings: TemplateStringsArray, ...parts: (Param | Fragment)[]): Fragment {
  const nested: (readonly string[] | undefined)[] = [];
  const values: Param[] = [];
  for (const value of parts) {
    const isFragment = typeof value === 'object' && value !== null && 'strings' in value;
    nested.push(isFragment ? value.strings : undefined);
    if (isFragment) values.push(...value.values);
    else values.push(value);
  }
  const cachedShapes = shapes.get(strings) ?? [];
  for (const shape of cachedShapes) {
    if (shape.nested.every((texts, at) => texts === nested[at])) return { strings: shape.texts, values };
  }
  const texts = joinTexts(strings, nested);
  if (cachedShapes.length < MOST_SHAPES) shapes.set(strings, [...cachedShapes, { nested, texts }]);
  return { strings: texts, values };
}

/** Stands for a part that a statement does without. */
export const NO_SQL: Fragment = { strings: [''], values: [] };

function joinTexts(strings: readonly string[], nested: Shape['nested']): string[] {
  const texts = [strings[0] as string];
  for (const [at, inner] of nested.entries()) {
    const next = strings[at + 1] as string;
    const [first = '', ...rest] = inner ?? ['', ''];
    texts.push(`${texts.pop()}${first}`, ...rest);
    texts.push(`${texts.pop()}${next}`);
  }
  return texts;
}

/**
 * Text that stands in the statement as it is: names of columns, a limit. Plans are made without the values of
 * parameters (`force_generic_plan`), so that a limit which decides on the plan is written out.
 */
export function raw(value: string | number): Fragment {
  const text = String(value);
  const cachedFragment = raws.get(text);
  if (cachedFragment) return cachedFragment;
  const fragment: Fragment = { strings: [text], values: [] };
  if (raws.size < MOST_RAWS) raws.set(text, fragment);
  return fragment;
}

export function render({ strings, values }: Fragment): [text: string, params: readonly Param[]] {
  const cachedText = rendered.get(strings);
  if (cachedText !== undefined) return [cachedText, values];
  const text = strings.reduce((all, part, number) => `${all}$${number}${part}`);
  rendered.set(strings, text);
  return [text, values];
}

/**
 * Source of rows in a `from`, by the name `alias`. `usual` rows are given value by value: the planner puts the values of a
 * single row in place of its columns, so that nothing is read or joined. Any other number of rows is a record set; so each
 * source adds no more than one form to the forms of a statement, each of which is planned on each connection.
 */
export function rowSource(alias: string, columns: string, usual = 1): (rows: readonly object[]) => Fragment {
  const typed = columns.split(',').map((column): [name: string, type: string] => {
    const [name = '', ...type] = column.trim().split(/\s+/);
    return [name, type.join(' ')];
  });
  // jsonb would put the keys of a `json` column into another order.
  const from = typed.some(([, type]) => type === 'json') ? 'json_to_recordset(' : 'jsonb_to_recordset(';
  const set = [from, `) as ${alias} (${columns})`];
  const row = `(${typed.map(([, type]) => `?::${type}`).join(', ')})`;
  const names = typed.map(([name]) => name).join(', ');
  const values = `(values ${Array.from({ length: usual }, () => row).join(', ')}) as ${alias} (${names})`.split('?');
  return (rows) =>
    rows.length === usual
      ? { strings: values, values: columnsOf(rows as readonly Record<string, unknown>[], typed) }
      : { strings: set, values: [json(rows)] };
}

function columnsOf(
  rows: readonly Record<string, unknown>[],
  columns: readonly (readonly [name: string, type: string])[],
): Param[] {
  const values: Param[] = [];
  for (const row of rows) {
    for (const [name, type] of columns) {
      const value = row[name] ?? null;
      const isJson = type === 'jsonb' || type === 'json';
      values.push(isJson && value !== null ? json(value) : (value as Param));
    }
  }
  return values;
}

/**
 * The statement with the parameters that it uses, numbered anew: PostgreSQL cannot infer the type of `$2` where a text
 * holds `$1` and `$3` only.
 */
export function onlyUsed(text: string, params: readonly Param[]): [text: string, params: Param[]] {
  const used = params.map((_, index) => index + 1).filter((number) => new RegExp(`\\$${number}(?!\\d)`).test(text));
  const renumbered = text.replace(/\$(\d+)/g, (_, number: string) => `$${used.indexOf(Number(number)) + 1}`);
  return [renumbered, used.map((number) => params[number - 1] as Param)];
}
