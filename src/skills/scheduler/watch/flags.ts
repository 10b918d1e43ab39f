/** A rule as people type it: `run house/disk --above 90 --times 2`. Pure. */

import type { z } from 'zod';
import { omitUndefined, parseJson } from '../../../base/json.ts';
import { isUrl, type SplitWords, splitFlags } from '../../../base/text.ts';
import { planFields, tellingFields } from './fields.ts';
import { DAYS } from './rule.ts';

type Read = (value: string) => Record<string, unknown>;

const list = (value: string): string[] =>
  value
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);

const dayNamed = (word: string): string => DAYS.find((day) => word.length > 1 && day.startsWith(word)) ?? word;

/** `NaN` where it is none. */
const numberOf = (value: string): number => (value.trim() === '' ? Number.NaN : Number(value));

/** In a change `off` takes away what was there. */
const unlessOff = (value: string): string | null => (value.toLowerCase() === 'off' ? null : value);

/** Each flag, with the fields of the condition that it sets. */
const CONDITION: Readonly<Record<string, Read>> = {
  changed: () => ({ is: 'changed' }),
  contains: (text) => ({ is: 'contains', text }),
  lacks: (text) => ({ is: 'lacks', text }),
  above: (value) => ({ is: 'above', number: numberOf(value) }),
  below: (value) => ({ is: 'below', number: numberOf(value) }),
  after: (after) => ({ after: unlessOff(after) }),
  without: (without) => ({ without: unlessOff(without) }),
  times: (value) => ({ times: numberOf(value) }),
  weekdays: () => ({ days: DAYS.slice(0, 5) }),
  days: (value) => ({ days: unlessOff(value) === null ? null : list(value).map(dayNamed) }),
  between: (value) => {
    if (unlessOff(value) === null) return { from: null, to: null };
    const [from = '', to = ''] = value.split(/-|–|and/).map((time) => time.trim());
    return { from, to };
  },
  daily: (value) => ({ daily: unlessOff(value) !== null }),
  over: (value) => ({ over: unlessOff(value) !== null }),
};

const readersOf = (fields: typeof planFields | typeof tellingFields): Record<string, Read> =>
  Object.fromEntries(
    fields.flags.map((flag) => [flag, (value) => ({ ...fields.readFlags(new Map([[flag, value]])) })]),
  );

const CHANGED: Readonly<Record<string, Read>> = { ...readersOf(planFields), ...readersOf(tellingFields) };

const BESIDE: Readonly<Record<string, Read>> = {
  ask: (ask) => ({ ask }),
  budget: (value) => ({ budget: numberOf(value) }),
  ...CHANGED,
};

/** Flags that a change has besides: a new rule has its input behind its source. */
const CHANGE: Readonly<Record<string, Read>> = { ...CHANGED, input: (value) => ({ input: jsonOf(value) }) };

export const FLAGS: readonly string[] = [...Object.keys(CONDITION), ...Object.keys(BESIDE)];
export const CHANGE_FLAGS: readonly string[] = [...Object.keys(CONDITION), ...Object.keys(CHANGE)];

/** A flag that there is none of; `given`: one that takes a number and was given this; `isTwice`: given more than once. */
export interface FlagFault {
  flag: string;
  given?: string;
  isTwice?: true;
  /** A value that the flag does not take, and what it wants. */
  problem?: string;
  /** Words for a part that has no flag. */
  named?: string;
}

export const isFault = (read: Record<string, unknown> | FlagFault): read is FlagFault => typeof read.flag === 'string';

/** Input of the tool from flags. What else is wrong with a value its schema says. */
export function inputOf(
  { flags, twice }: SplitWords,
  others: Readonly<Record<string, Read>> = BESIDE,
): Record<string, unknown> | FlagFault {
  if (twice !== undefined) return { flag: twice, isTwice: true };
  const [rule, beside] = [{}, {}];
  for (const [flag, value] of flags) {
    const [into, read] = Object.hasOwn(CONDITION, flag)
      ? [rule, CONDITION[flag]]
      : [beside, Object.hasOwn(others, flag) ? others[flag] : undefined];
    if (!read) return { flag };
    const fields = read(value);
    if (Object.values(fields).some(Number.isNaN)) return { flag, given: value };
    Object.assign(into, fields);
  }
  return { rule, ...beside };
}

/** Words for the parts of a source, which have no flag. */
const PARTS: Readonly<Record<string, string>> = {
  url: 'The address',
  part: 'The words behind the address',
  minutes: 'The minutes before an appointment',
  when: 'The time',
};

/** The first fault of an input that was typed, by the flag that it was given with: a person knows no other name of it. */
export function faultIn({ issues }: z.ZodError): FlagFault {
  const [issue] = issues;
  const path = (issue?.path ?? []).map(String);
  const [first = '', second = ''] = path;
  const problem = issue?.message ?? '';
  if (first === 'rule' && ['from', 'to'].includes(second))
    return { flag: 'between', problem: 'expected two times such as 08:00-20:00' };
  const [table, field] = first === 'rule' ? [CONDITION, second] : [{ ...BESIDE, ...CHANGE }, first];
  const flag = field in table ? field : Object.keys(table).find((each) => field in (table[each]?.('1') ?? {}));
  const named = PARTS[first === 'source' ? second : first];
  return flag === undefined && named !== undefined
    ? { flag: '', named, problem }
    : { flag: flag ?? path.join('.'), problem };
}

/** Words and flags of a change of a rule: the words are its time. */
export function changesIn(text: string): Record<string, unknown> | FlagFault {
  const split = splitFlags(text);
  const { words } = split;
  const input = inputOf(split, CHANGE);
  if (isFault(input)) return input;
  const { rule, ...beside } = input as { rule: object };
  return {
    ...omitUndefined({ when: words || undefined, rule: Object.keys(rule).length > 0 ? rule : undefined }),
    ...beside,
  };
}

/** True for words that begin a source and name none: a hook without its field, an address that is none. */
export const isUnreadSource = ({ words, flags }: SplitWords): boolean =>
  SOURCE.test(words) && Object.keys(CONDITION).some((flag) => flags.has(flag));

const SOURCE = /^([\s\S]*?)(?:^|\s)(page|feed|calendar|hook|file|mcp)\s+(\S[\s\S]*)$/i;

/** `every hour page https://…`: the words before the source, and the source. Undefined: it names none. */
export function sourceIn(words: string): { when: string; source: Record<string, unknown> } | undefined {
  const [, when = '', kind = '', rest = ''] = SOURCE.exec(words.trim()) ?? [];
  const source = sourceOf(kind.toLowerCase(), rest.trim());
  return source && { when: when.trim(), source };
}

function sourceOf(kind: string, rest: string): Record<string, unknown> | undefined {
  const [first = '', ...others] = rest.split(/\s+/);
  const more = others.join(' ');
  if (kind === 'hook') return hookOf(first);
  if (kind === 'file') return fileOf(first);
  if (kind === 'mcp') return mcpOf(rest);
  const url = addressOf(first);
  if (url === undefined) return undefined;
  if (kind === 'page') return { kind: 'web_watch', url, ...(more && { part: more }) };
  if (kind === 'feed') return { kind: 'feed', url };
  if (kind !== 'calendar') return undefined;
  const [minutes] = /\d+/.exec(more) ?? [];
  return { kind: 'appointment', url, ...(minutes !== undefined && { minutes: Number(minutes) }) };
}

const HOST = /^(?:[a-z\d](?:[a-z\d-]{0,62}[a-z\d])?\.)+[a-z]{2,24}(?::\d{1,5})?(?:[/?#]\S*)?$/i;

/** Names of files look like those of hosts. */
const FILE = /\.(?:css|csv|docx?|html?|js|json|log|md|pdf|pptx?|py|sh|ts|txt|xlsx?|ya?ml)$/i;

/** `shop.example/kettle` is an address, too; and a calendar's may begin with `webcal:`. */
function addressOf(word: string): string | undefined {
  const isHost = HOST.test(word) && !FILE.test(word);
  const whole = isHost ? `https://${word}` : word.replace(/^webcals?:/i, 'https:');
  return /^https?:/i.test(whole) && isUrl(whole) ? whole : undefined;
}

function hookOf(place: string): Record<string, unknown> | undefined {
  const [, hook, field] = /^([\w-]+)\.([\w$@.-]+)$/.exec(place) ?? [];
  return hook === undefined ? undefined : { kind: 'hook', hook, field };
}

function fileOf(place: string): Record<string, unknown> | undefined {
  const [, skill, path] = /^([\w-]+)\/(\S+)$/.exec(place) ?? [];
  return skill === undefined ? undefined : { kind: 'file', skill, path };
}

/** No JSON stays text, which the schema refuses. */
function jsonOf(value: string): unknown {
  try {
    return parseJson(value);
  } catch {
    return value;
  }
}

function mcpOf(rest: string): Record<string, unknown> | undefined {
  const [, server, tool, json = ''] = /^([\w-]+)\s+([\w./-]+)\s*(\{[\s\S]*\})?$/.exec(rest) ?? [];
  if (server === undefined) return undefined;
  try {
    return { kind: 'mcp', server, tool, input: json === '' ? {} : parseJson(json) };
  } catch {
    return undefined;
  }
}
