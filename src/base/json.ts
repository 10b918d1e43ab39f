export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** JSON with sorted keys and no spaces, so that equal values have equal text (RFC 8785 for what coda stores). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value))
    return `[${value.map((item) => canonicalJson(item === undefined ? null : item)).join(',')}]`;
  if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`);
    return `{${fields.join(',')}}`;
  }
  return JSON.stringify(value);
}

/** Levels; JSON of others that has more is refused, since whatever walks it would run out of stack. */
const DEEPEST = 100;

/** Walks without calling itself: a service may send 20,000 levels, which `JSON.parse` reads and nothing else does. */
export function nestsTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return false;
}

/** Values, keys not counted; a million small objects keep a process busy for half a second. */
const MOST_VALUES = 500_000;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const OPENS = new Set([0x7b, 0x5b]);
const CLOSES = new Set([0x7d, 0x5d]);

/** Levels and values of a text that is JSON, in one pass that makes nothing of them. */
function sizeOfJson(text: string): { levels: number; values: number } {
  let [level, levels, values] = [0, 0, 1];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COMMA) values++;
    else if (OPENS.has(code)) {
      level++;
      values++;
      levels = Math.max(levels, level);
    } else if (CLOSES.has(code)) level--;
  }
  return { levels, values };
}

/** Place of the quote that ends the string that begins at `from`; the end of the text where none does. */
export function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at;
  }
  return text.length;
}

/** `JSON.parse` for texts of others. Throws a `SyntaxError` also for one of too many levels or values, before it is parsed. */
export function parseJson(text: string): unknown {
  const { levels, values } = sizeOfJson(text);
  if (levels > DEEPEST) throw new SyntaxError('JSON is nested too deeply.');
  if (values > MOST_VALUES) throw new SyntaxError('JSON of too many values.');
  return JSON.parse(text);
}

/** `Members` without those that are undefined: what may be undefined may be absent, and what is there has a value. */
export type WithoutUndefined<Members> = {
  [Key in keyof Members as undefined extends Members[Key] ? never : Key]: Members[Key];
} & { [Key in keyof Members as undefined extends Members[Key] ? Key : never]?: Exclude<Members[Key], undefined> };

/** The members of a literal that have a value, as JSON would keep them, to be spread into another. */
export function omitUndefined<const Members extends object>(members: Members): WithoutUndefined<Members> {
  const present: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(members)) {
    if (value !== undefined) present[key] = value;
  }
  return present as WithoutUndefined<Members>;
}
