/** Turning the words of a phrase's slots into calls; what makes no sense for a phrase gives no call. */
import { type Call, CLAUSE_BEHIND } from '../../agent/index.ts';
import { splitTask, taskWords } from '../../time/index.ts';

/** Words that make a fact of what stands behind "note". */
export const STATED =
  /\d|\b(?:is|are|was|has|have|owes?|likes?|needs?|lives?|wants?|said|prefers?|hates|loves|eats|drinks|works|comes|takes|costs?|starts|ends|opens|closes|leaves|arrives|uses|gave|wears|plays|speaks|goes|sits|sleeps|weighs|measures|fits)\b/i;

/** A question is no fact to keep. */
export function save(text: string): Call | undefined {
  const words = text
    .replace(/^[:–—-]\s*/, '')
    .replace(/^(?:this|it|that) please[,:]\s+/i, '')
    .replace(/^(?:as well|too|also),? that\s+/i, '')
    .replace(/^(?:please )?(?:note|remember) that /i, '')
    .trim();
  return words === '' || /^(?:it|that|this|me)$/i.test(words)
    ? undefined
    : { tool: 'note_save', input: { text: words } };
}

const IS_SOMEWHERE =
  /\s(?:is|are) (?:now )?(?:in|on|at|under|behind|above|below|inside|beside|by|near|next to|with|over|called|kept)\s/i;

/** "Remember my number is 42" states something; "remember the beach?" does not. */
export function undefinedUnlessFact(text: string): Call | undefined {
  if (/^the /i.test(text) && !/\d/.test(text) && !IS_SOMEWHERE.test(text)) return undefined;
  // A number without a time beside it is one to keep: "my locker 18-4-32".
  const isNumber = /\d/.test(text) && !/[a-z]{2}|:/i.test(splitTask(text).when ?? '');
  if (
    /[?]\s*$/.test(text) ||
    (!isNumber && !/\s(?:is|are|has|have|was|were|costs?|lives?|likes?|closes?|opens?|=)\s|:/i.test(text))
  )
    return undefined;
  return save(text);
}

/** "Second", "2", "last": a place in the list of notes. */
export const isPlace = (which: string): boolean =>
  /^(?:first|second|third|fourth|fifth|last|latest|newest|1st|2nd|3rd|4th|5th|top|bottom|(?:number )?#?\d{1,2})$/i.test(
    which,
  );

export function search(query: string): Call | undefined {
  const words = query
    .replace(/[?]+$/, '')
    .replace(/^(?:the|my)\s+(?=\S)/i, '')
    .trim();
  return words === '' || words.length > 200 ? undefined : { tool: 'note_search', input: { query: words } };
}

export function list(tag?: string): Call | undefined {
  if (tag === undefined) return { tool: 'note_list', input: {} };
  const name = tag
    .replace(/[?]+$/, '')
    .replace(/^["“']|["”']$/g, '')
    .trim();
  return /^#?[\p{L}\p{N}_/-]{1,50}$/u.test(name) ? { tool: 'note_list', input: { tag: name } } : undefined;
}

export function remove(which: string): Call | undefined {
  if (CLAUSE_BEHIND.test(which)) return undefined;
  if (/^(?:a|an|any|every|each|all|all my|all the|all of my)$/i.test(which) || which.split(/\s+/).length > 8)
    return undefined;
  return { tool: 'note_delete', input: /^(?:|it|that|this|last|latest)$/i.test(which) ? {} : { which } };
}

/** Words that call it no note: they may name a list, or an item of one. */
export function removeNamed(which: string): Call | undefined {
  const call = remove(which);
  return call?.input.which === undefined ? call : { ...call, input: { ...call.input, named: true } };
}

/** An item for a list, or off it. */
export function listed(which: string, more: { add?: string; remove?: string; make?: string }): Call | undefined {
  const name = /^(?:list|the list)$/i.test(which) ? 'that' : which;
  // What "it" is stands somewhere else.
  if (/^(?:it|that|this|them|those)$/i.test(more.add ?? '')) return undefined;
  if (CLAUSE_BEHIND.test(more.remove ?? '') || / off, /i.test(more.remove ?? '')) return undefined;
  // "Add socks to the packing list and oats to the shopping list" names two.
  if (/\b(?:to|on|onto) (?:the|my|our) (?:\S+ ){1,3}list\b/i.test(more.add ?? '')) return undefined;
  return name.split(/\s+/).length > 8 ? undefined : { tool: 'note_item', input: { which: name, ...more } };
}

export function edit(which: string, more: Record<string, unknown>): Call | undefined {
  return which.split(/\s+/).length > 8 ? undefined : { tool: 'note_edit', input: { which, ...more } };
}

/** A word that holds a number: a code, a price, a date. */
const CODE = /(?<!\S)[^\s,;]*\d[^\s,;]*/g;
const STATED_AS = /^(.*\b(?:is|are|was|were)\s+|[^:]*:\s+|.*=\s*)(\S.*)$/is;
const STATES = /\b(?:is|are|was|were)\b|:\s|=/gi;

/**
 * `old` with another value: "the code is 4471", 4482 → "the code is 4482"; undefined where `value` is more than that, or where
 * more than one thing is stated.
 */
export function withValue(old: string, value: string): string | undefined {
  if (value.split(/\s+/).length > 4 || /\b(?:is|are|was|were)\b|[:=]/i.test(value)) return undefined;
  const [first = ''] = value.toLowerCase().split(/\s+/);
  if (old.toLowerCase().split(/\s+/)[0] === first || taskWords.deeds.has(first)) return undefined;
  const coded = withCode(old, value);
  if (coded !== undefined) return coded;
  const [, head, tail = ''] = STATED_AS.exec(old) ?? [];
  const isOne = old.match(STATES)?.length === 1 && !/[.!?]\s+\S|\n/.test(old.trim());
  return head === undefined || !isOne || /[,;\n]/.test(tail) ? undefined : `${head}${value}`;
}

/** Whether a bare `value` may stand for any of several that `old` states: "43", of "Bob is 42 and Ana is 40". */
export const isOneOfSeveral = (old: string, value: string): boolean =>
  value.split(/\s+/).length <= 2 &&
  !taskWords.deeds.has(value.toLowerCase().split(/\s+/)[0] ?? '') &&
  ((old.match(STATES)?.length ?? 0) > 1 || (/\d/.test(value) && (old.match(CODE)?.length ?? 0) > 1));

/** `B42` → `A99`: what tells a parking place from a level. */
const shapeOf = (code: string): string => code.replace(/\p{L}/gu, 'A').replace(/\d/g, '9');

/** The only code of `old`, or the only one of its shape, in place of which `value` stands, together with its unit: "5 mg" or 5 for 10, "5 mg" for "10 mg". */
export function withCode(old: string, value: string): string | undefined {
  const codes = [...old.matchAll(CODE)];
  const alike = codes.filter(([one]) => shapeOf(one) === shapeOf(value));
  const [code, other] = codes.length > 1 ? alike : codes;
  if (!code || other || !/\d/.test(value)) return undefined;
  const [before, behind] = [old.slice(0, code.index), old.slice(code.index + code[0].length)];
  const [, number = '', unit = '', more] = /^(\S*\d[^\s\p{L}]*)\s?(\p{L}*)(\s\S.*)?$/u.exec(value) ?? [];
  if (number === '' || more !== undefined) return undefined;
  const own = /^\s?(\p{L}+)/u.exec(behind);
  if (unit === '' || own?.[1]?.toLowerCase() !== unit.toLowerCase())
    return /\s/.test(value) ? undefined : `${before}${value}${behind}`;
  return `${before}${value}${behind.slice(own[0].length)}`;
}
