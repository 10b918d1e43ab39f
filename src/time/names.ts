import { pattern } from '../base/pattern.ts';
import { english } from './lang/en.ts';
import { isOrdinal, NUMBERS, ORDINALS } from './lang/en-words.ts';
import type { Token } from './tokens.ts';
import { WEEKDAY } from './words.ts';
import { placeZone } from './zone-names.ts';

const { names } = english;

const CAPITAL = /^\p{Lu}\p{Ll}/u;
const SMALL = /^(?:a|an|and|at|for|in|of|on|the|to|with|-|')$/;

/** The tokens with those of known names hidden, so that "Ruby Tuesday" is no Tuesday. */
export function hideNames(tokens: readonly Token[]): readonly Token[] {
  const lower = tokens.map(({ raw }) => raw.toLowerCase());
  const isShouted = tokens.every(({ raw }) => !/^\p{L}/u.test(raw) || /^\p{Lu}/u.test(raw));
  let hidden: Token[] | undefined;
  for (let at = 0; at < tokens.length; at++) {
    const length =
      phoneAt(tokens, at) ||
      codeAt(tokens, at) ||
      Number(isVersion(tokens, at)) ||
      compoundAt(tokens, at) ||
      nameAt(names.always, lower, at) ||
      Number(isExplained(tokens, at) || isOnTheWay(tokens, at)) ||
      (isShouted ? 0 : titleAt(tokens, lower, at) || surnameAt(tokens, lower, at));
    if (length === 0 || (names.firstNames.has(lower[at] ?? '') && names.personal.has(lower[at - 1] ?? ''))) continue;
    hidden ??= [...tokens];
    for (let end = at + length; at < end; at++) hidden[at] = { ...(tokens[at] as Token), text: '' };
    at--;
  }
  return hidden ?? tokens;
}

/** How many tokens of a telephone number begin at a place: "020 7946 0018", "+49 30 901820". */
function phoneAt(tokens: readonly Token[], at: number): number {
  const hasPlus = tokens[at]?.raw === '+';
  if (!hasPlus && !/^\d/.test(tokens[at]?.raw ?? '')) return 0;
  let end = at + Number(hasPlus);
  while (PHONE_PART.test(tokens[end]?.raw ?? '')) end++;
  const parts = tokens.slice(at, end).map(({ raw }) => raw);
  const groups = parts.join(' ').match(/\d+/g) ?? [];
  const [first = '', second = ''] = groups;
  const digits = groups.join('').length;
  if (groups.length < 2 || digits > 15) return 0;
  const isDated = groups.some((group) => group.length > 7) || /^(?:19|20)\d\d$/.test(first) || parts.some(isDay);
  if (isDated || groups.every((group) => /^(?:[01]\d|2[0-4])[0-5]\d$/.test(group))) return 0;
  const isShort = groups.length === 2 && first.length === 3 && second.length === 4;
  return isShort || (digits > 8 && (hasPlus || first.length > 2 || first.startsWith('0'))) ? end - at : 0;
}

const PHONE_PART = /^\d[\d.-]*\d$/;
const isDay = (part: string) => /^\d{1,2}[-.]\d{1,2}[-.]\d{2,4}$/.test(part);

/** How many tokens of a code begin at a place: the "S123ABT" of a car, a flight "LH4021". */
function codeAt(tokens: readonly Token[], at: number): number {
  if (!/^\p{Lu}/u.test(tokens[at]?.raw ?? '') || tokens[at]?.glued) return 0;
  let end = at + 1;
  while (tokens[end]?.glued && /^[\p{Lu}\d]+$/u.test(tokens[end]?.raw ?? '')) end++;
  const code = tokens
    .slice(at, end)
    .map(({ raw }) => raw)
    .join('');
  return /^(?!UTC|GMT|P\d|PT)\p{Lu}{1,4}\d{3}[\p{Lu}\d]*$/u.test(code) ? end - at : 0;
}

/** "Version 1.2.26", "section no. 4.1.2", "upgrade to 20.11.26": a number in parts, and no date, behind what has one. */
function isVersion(tokens: readonly Token[], at: number): boolean {
  if (!DOTTED.test(tokens[at]?.raw ?? '')) return false;
  let before = at - 1;
  // "Versions 1.2.26 and 1.3.27".
  while (NUMBER_SIGNS.test(tokens[before]?.text ?? '') || DOTTED.test(tokens[before]?.raw ?? '')) before--;
  const word = tokens[before]?.raw.toLowerCase() ?? '';
  if (names.versioned.has(word) || names.versioned.has(word.replace(/s$/, ''))) return true;
  return /^(?:to|from)$/.test(word) && tokens.slice(0, before).some(({ text }) => UPGRADES.test(text));
}

const UPGRADES = /^(?:upgrade|update|downgrade|bump|migrate|patch|pin|rollback|roll|revert|upgrading|updating)$/;

const DOTTED = /^\d+\.\d+\.[\d.]*$/;
const NUMBER_SIGNS = /^(?:[#:.,&(-]|no|nr|num|number|and|or)$/;

/** "The plumber is coming Friday": no "coming Friday". */
const isOnTheWay = (tokens: readonly Token[], at: number): boolean =>
  tokens[at]?.text === 'coming' && /^(?:is|are|am|was|were|be|not|.+'(?:s|re|m))$/.test(tokens[at - 1]?.text ?? '');

/** How many tokens of a compound with a number begin at a place: "second-hand", "third-party", "one-on-one". */
function compoundAt(tokens: readonly Token[], at: number): number {
  const [number, dash, next] = [tokens[at], tokens[at + 1], tokens[at + 2]];
  if (number?.text === 'one' && /^(?:on|to)$/.test(dash?.text ?? '') && next?.text === 'one') return 3;
  if (!number || dash?.text !== '-' || !dash.glued || !next?.glued) return 0;
  const isEach = /^(?:on|to)$/.test(next.text) && tokens[at + 3]?.text === '-' && tokens[at + 4]?.text === number.text;
  if (isEach) return 5;
  const isTime =
    english.temporal.has(next.text) || Object.hasOwn(ORDINALS, next.text) || Object.hasOwn(NUMBERS, next.text);
  // "On the first-of-the-month", "on the 3rd-call Bob".
  const isTied = PARTICLES.test(next.text) || english.task.deeds.has(next.text);
  return isOrdinal(number.text) && /^\p{L}{2}/u.test(next.raw) && !isTime && !isTied ? 3 : 0;
}

const PARTICLES = /^(?:of|in|on|at|to|and|or|ish|until|through|march|april|may|june|august)$/;

/** "Feed Tuesday (the cat)". */
function isExplained(tokens: readonly Token[], at: number): boolean {
  const [bracket, whose, being] = tokens.slice(at + 1, at + 4).map(({ text }) => text);
  return (
    bracket === '(' &&
    /^(?:the|my|our|his|her|their)$/.test(whose ?? '') &&
    names.beings.has(being ?? '') &&
    CAPITAL.test(tokens[at]?.raw ?? '') &&
    !/^(?:on|by|this|next|last|every|until)$/.test(tokens[at - 1]?.text ?? '')
  );
}

/** "3pm London", "3pm New York": where a place stands in the text that an hour may be told in. */
export function placeBehindClock(tokens: readonly Token[]): { start: number; end: number } | undefined {
  for (const [at, token] of tokens.entries()) {
    const [hour, half] = [tokens[at - 2]?.text ?? '', tokens[at - 1]?.text ?? ''];
    const isTimed = (/^[ap]m$/.test(half) && /^\d/.test(hour)) || /^\d{1,2}:\d\d$|^noon$/.test(half);
    const lower = token.raw.toLowerCase();
    if (!isTimed || !CAPITAL.test(token.raw) || names.firstNames.has(lower) || english.temporal.has(lower)) continue;
    // Islands.
    if (lower === 'christmas' || lower === 'easter') continue;
    for (const last of tokens.slice(at, at + 3).reverse()) {
      const end = tokens.indexOf(last);
      const name = tokens.slice(at, end + 1).map(({ raw }) => raw);
      if (placeZone(name.join(' ')) && tokens[end + 1]?.text !== 'time') return { start: token.start, end: last.end };
    }
  }
  return undefined;
}

/** How many words of the longest known name begin at a place. */
function nameAt(known: typeof names.always, lower: readonly string[], at: number): number {
  const name = known.get(lower[at] ?? '')?.find((words) => words.every((word, index) => lower[at + index] === word));
  return name?.length ?? 0;
}

/** "Mrs. Friday", "Dr. Noon": nobody is a Mrs alone; a doctor is, before a day ("call Dr. Friday at 3"). */
function surnameAt(tokens: readonly Token[], lower: readonly string[], at: number): number {
  if (!names.honorifics.has(lower[at] ?? '')) return 0;
  const length = lower[at + 1] === '.' ? 2 : 1;
  const name = tokens[at + length];
  const isAlone = ALONE.test(lower[at] ?? '') && /day$/.test(name?.text ?? '') && !hasOtherDay(tokens, at + length);
  return CAPITAL.test(name?.raw ?? '') && !isAlone ? length + 1 : 0;
}

/** "Call Dr. Friday tomorrow": a sentence that names its day beside the one that may be a name. */
function hasOtherDay(tokens: readonly Token[], name: number): boolean {
  if (/^(?:or|and|to|[,/-])$/.test(tokens[name + 1]?.text ?? '')) return false;
  return tokens.some(
    ({ text }, at) => at !== name && (/^(?:today|tomorrow|tonight)$/.test(text) || IS_WEEKDAY.test(text)),
  );
}

const IS_WEEKDAY = pattern.plain`^${WEEKDAY}$`;

/** Whom one calls so without a name. */
const ALONE = /^(?:dr|prof|coach|father|pastor|rabbi|sir|lady|lord|miss)$/;

function titleAt(tokens: readonly Token[], lower: readonly string[], at: number): number {
  const length = nameAt(names.titles, lower, at);
  const written = tokens.slice(at, at + length).every(({ raw }, index) => {
    return /^\p{Lu}|^\d/u.test(raw) || (SMALL.test(raw) && index > 0);
  });
  return written ? length : 0;
}

/** Whether the weekday at a place may be part of a title: "watch Gloomy Sunday at 8", unlike "call Bob Sunday". */
export function mayBeName(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  if (!before || !CAPITAL.test(tokens[at]?.raw ?? '') || !CAPITAL.test(before.raw)) return false;
  if (english.temporal.has(before.text) || before.text === '' || placeZone(before.raw)) return false;
  let from = at - 1;
  // The capital of the first word says nothing.
  while (from > 1 && CAPITAL.test(tokens[from - 1]?.raw ?? '')) from--;
  if (from < 1) return false;
  const chain = tokens.slice(from - 1, at).map(({ raw }) => raw.toLowerCase());
  if (pairs(chain)) return true;
  if (chain.some((word) => names.firstNames.has(word) || names.honorifics.has(word) || names.personal.has(word)))
    return false;
  return tokens.slice(Math.max(0, from - 4), from).some(({ raw }) => names.cultural.has(raw.toLowerCase()));
}

/** "Call Ruby Tuesday": the person or the restaurant. */
const pairs = (chain: readonly string[]): boolean =>
  names.always.get(chain.at(-1) ?? '')?.some((name) => name.length === 2) ?? false;
