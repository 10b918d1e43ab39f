/**
 * True if two memories say the same, and whether a newer one takes the place of an older one: by words, without a
 * model.
 */
import { lexemesOf } from '../../base/lexemes.ts';

/** Compared fields of a memory. */
export interface Said {
  text: string;
  /** `YYYY-MM-DD`, of an event. */
  happenedOn?: string | null | undefined;
}

/** Two memories are nearer than this in meaning when they say the same. */
const NEAR = 0.8;
/** Part of both texts' words that they must have in common. */
const ALIKE = 0.75;
/** With a meaning that is near, fewer common words do. */
const ALIKE_AND_NEAR = 0.4;

const NEGATION = /\b(?:no|not|never|none|nothing|without|stopped|quit|cannot|\w+n['’]t)\b/i;
const OPPOSITES: readonly (readonly [RegExp, RegExp])[] = [
  [/\b(?:like|love|enjoy|adore|prefer)s?\b/i, /\b(?:dislike|hate|detest|avoid)s?\b/i],
  [/\bbefore\b/i, /\bafter\b/i],
  [/\bleft\b/i, /\bright\b/i],
  [/\bmornings?\b/i, /\bevenings?\b/i],
  [/\b(?:bought|buys?)\b/i, /\b(?:sold|sells?)\b/i],
  [/\b(?:start|began|begin)\w*\b/i, /\b(?:stop|end|finish|quit)\w*\b/i],
  [/\b(?:mother|mum|mom|wife|sister|daughter|aunt)\b/i, /\b(?:father|dad|husband|brother|son|uncle)\b/i],
];

/** Words that change from one telling to the next and say nothing. */
const LIGHT = new Set(
  lexemesOf(
    'really actually also still currently always usually very much lot quite just now today one thing name called got get',
  ),
);

/** True if both say the same. `similarity` of their vectors, where both have one. What is not sure is not the same. */
export function isSame(a: Said, b: Said, similarity?: number): boolean {
  if (plain(a.text) === plain(b.text)) return (a.happenedOn ?? null) === (b.happenedOn ?? null);
  if (a.happenedOn && b.happenedOn && a.happenedOn !== b.happenedOn) return false;
  if (!sharesNumbers(a.text, b.text) || !sharesNames(a.text, b.text)) return false;
  if (NEGATION.test(a.text) !== NEGATION.test(b.text)) return false;
  if (OPPOSITES.some(([one, other]) => isOpposed(a.text, b.text, one, other))) return false;
  const share = common(a.text, b.text);
  return share >= ALIKE || (similarity !== undefined && similarity >= NEAR && share >= ALIKE_AND_NEAR);
}

const plain = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

function isOpposed(a: string, b: string, one: RegExp, other: RegExp): boolean {
  return (one.test(a) && other.test(b) && !one.test(b)) || (one.test(b) && other.test(a) && !one.test(a));
}

const numbers = (text: string) => (text.match(/\p{N}+(?:[.:,]\p{N}+)*/gu) ?? []).sort().join(' ');

function sharesNumbers(a: string, b: string): boolean {
  return numbers(a) === numbers(b);
}

/** Names: capitals inside a sentence, and what begins one. Either text may leave none out. */
function sharesNames(a: string, b: string): boolean {
  return hasNamesOf(a, b) && hasNamesOf(b, a);
}

function hasNamesOf(a: string, b: string): boolean {
  const there = new Set(lexemesOf(b));
  return lexemesOf(namesIn(a).join(' ')).every((name) => there.has(name) || LIGHT.has(name));
}

const namesIn = (text: string): string[] => text.match(/(?<=^|[\s“"(])\p{Lu}\p{L}+/gu) ?? [];

function common(a: string, b: string): number {
  const telling = (text: string) => new Set(lexemesOf(text).filter((word) => !LIGHT.has(word)));
  const [one, other] = [telling(a), telling(b)];
  const both = [...one].filter((word) => other.has(word)).length;
  const all = new Set([...one, ...other]).size;
  return all === 0 ? 0 : both / all;
}

const SLOTS: readonly (readonly [key: string, pattern: RegExp])[] = [
  [
    'home',
    /^(?:i|we)(?: have|['’]ve|['’]m|['’]re| am| are)?(?: just| now| recently)? (?:moved|relocated|lives?|living|moving|lived since \w+) (?:now )?(?:to|in|at)\b/i,
  ],
  [
    'work',
    /^i(?:['’]m| am| is)? (?:now )?(?:works?(?:ing)? (?:as|at|for)|started (?:working )?(?:as|at)|employed (?:as|at|by))\b/i,
  ],
  ['age', /^i(?:['’]m| am| is) \d{1,3}(?: years old)?\.?$/i],
  ['name', /^(?:my name is|call me|i(?:['’]m| am| is) called)\b/i],
  ['diet', /^i(?:['’]m| am| is)(?: now| no longer)?(?: an?)? (?:vegan|vegetarian|pescatarian|omnivore)\b/i],
];
const MINE = /^my ([\p{L}' ’-]{2,40}?) (?:is|are|['’]s)(?: now| called| named)?\s/iu;
const PREFERENCE = /^i(?: now)? prefers? (.+?) (?:to|over|for|in|at|with)\b/i;

/**
 * The slot of a memory of the person `name`, where only one can hold at a time: a later one takes the earlier one's
 * place.
 */
export function slotOf(text: string, name?: string): string | undefined {
  const said = firstPerson(text.trim(), name);
  const found = SLOTS.find(([, pattern]) => pattern.test(said));
  if (found) return found[0];
  const mine = MINE.exec(said);
  if (mine) return `my ${lexemesOf(mine[1] ?? '').join(' ')}`;
  return PREFERENCE.test(said) && / for | in | at /.test(said) ? preferenceSlot(said) : undefined;
}

/** "Ana lives in Lisbon" as Ana would say it. */
function firstPerson(text: string, name: string | undefined): string {
  if (!name || !text.toLowerCase().startsWith(name.toLowerCase())) return text;
  const rest = text.slice(name.length);
  return /^['’]s\s/.test(rest) ? `My${rest.slice(2)}` : /^\s/.test(rest) ? `I${rest}` : text;
}

function preferenceSlot(text: string): string | undefined {
  const about = / (?:for|in|at) (.+)$/i.exec(text)?.[1];
  return about && `prefer ${lexemesOf(about).join(' ')}`;
}
