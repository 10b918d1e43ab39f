/** Keeping a memory: what is known already is not kept twice, and what is no longer so gives way. */
import { z } from 'zod';
import { failed, type ToolResult, type TxContext } from '../../agent/index.ts';
import { shortId } from '../../base/ids.ts';
import { lexemesOf } from '../../base/lexemes.ts';
import type { Transaction } from '../../storage/index.ts';
import { type MemoryFields, memoryFields } from './fields.ts';
import type { Memory, NewMemory } from './memory.ts';
import type { Hit, Recall } from './recall.ts';
import * as store from './store.ts';
import { dayOf, texts } from './texts.ts';

const LONGEST_TEXT = 2_000;
export const MOST_MEMORIES = 200_000;
const MOST_TERMS = 400;

export interface Service {
  recall: Recall;
  /** Call in each transaction that writes: after the commit the index is read again. */
  onWrite(tx: Transaction, personId: string): void;
  embedSoon(tx: Transaction, personId: string): Promise<void>;
  ignore(ctx: TxContext): Promise<number>;
}

export const saveInput = z.object({ text: z.string().describe('One whole sentence.'), ...memoryFields.inputs });

export interface KeptMemory {
  memory: Memory;
  before: Memory[];
  /** Memories that say the opposite, and stay: the person decides. */
  against: Memory[];
  /** False: it was known already. */
  isNew: boolean;
}

/** The lexemes of a memory, with those of its rendered day, by which a question about the time finds it. */
export function termsOf(text: string, tags: readonly string[], at: Date): string[] {
  return [...new Set(lexemesOf(`${text} ${tags.join(' ')} ${dayOf(at, 'UTC')}`))].slice(0, MOST_TERMS);
}

/** Keeps what a person says. `near`: memories that may say the same; `instead`: those whose place it takes for certain. */
export async function keep(
  service: Service,
  ctx: TxContext,
  wish: MemoryFields & { text: string },
  near: readonly Hit[],
  instead: readonly string[] = [],
): Promise<KeptMemory | ToolResult> {
  const { tx, person, conversationId, clock, tainted } = ctx;
  const text = wish.text.trim();
  if (text === '') return failed('NO_TEXT', texts.noText);
  if (text.length > LONGEST_TEXT) return failed('TOO_LONG', texts.tooLong(LONGEST_TEXT));
  const now = clock.now();
  const memories = await store.findByIds(tx, person.id, [...new Set([...near.map(({ id }) => id), ...instead])]);
  const current = memories.filter(({ state }) => state === 'current');
  const same = current.find(
    (each) => !instead.includes(each.id) && isSame({ text, happenedOn: wish.happenedOn }, each),
  );
  if (same) return { memory: same, before: [], against: [], isNew: false };
  const slot = wish.type === 'event' ? undefined : slotOf(text);
  const filling = slot === undefined ? [] : await store.findInSlot(tx, person.id, slot);
  const before = [...filling, ...current.filter(({ id }) => instead.includes(id) && !filling.some((f) => f.id === id))];
  const { tags, happenedOn } = wish;
  const memory: NewMemory = {
    id: shortId(7),
    personId: person.id,
    conversationId,
    ...memoryFields.valuesIn(wish),
    text,
    terms: termsOf(text, tags, happenedOn ? new Date(happenedOn) : now),
    source: 'told',
    saidBy: person.name,
    saidAt: now,
    messageSeq: undefined,
    from: { inboxId: ctx.request.id },
    tainted,
    slot,
  };
  const stored = await store.insertMemories(tx, person.id, [memory], MOST_MEMORIES, now);
  const [storedMemory] = stored ?? [];
  if (!storedMemory) {
    const { message, remedy } = texts.tooMany(MOST_MEMORIES);
    return failed('TOO_MANY', message, { remedy });
  }
  await store.setState(
    tx,
    person.id,
    before.map(({ id }) => id),
    'past',
    { by: storedMemory.id, now },
  );
  service.onWrite(tx, person.id);
  await service.embedSoon(tx, person.id);
  const against = current.filter((each) => !before.includes(each) && contradicts(text, each.text));
  return { memory: storedMemory, before, against, isNew: true };
}

// Two memories that say the same, and a newer one that takes the place of an older one: by words, without a model.

interface SaidMemory {
  text: string;
  /** `YYYY-MM-DD`, of an event. */
  happenedOn?: string | undefined;
}

const SAME_MEANING_FROM = 0.8;
const SHARED_WORDS_FROM = 0.75;
const SHARED_WORDS_IF_NEAR = 0.4;

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
export function isSame(a: SaidMemory, b: SaidMemory, similarity?: number): boolean {
  if (plain(a.text) === plain(b.text)) return a.happenedOn === b.happenedOn;
  if (a.happenedOn && b.happenedOn && a.happenedOn !== b.happenedOn) return false;
  if (!sharesNumbers(a.text, b.text) || !sharesNames(a.text, b.text)) return false;
  if (NEGATION.test(a.text) !== NEGATION.test(b.text)) return false;
  if (OPPOSITES.some(([one, other]) => isOpposed(a.text, b.text, one, other))) return false;
  const share = common(a.text, b.text);
  return (
    share >= SHARED_WORDS_FROM ||
    (similarity !== undefined && similarity >= SAME_MEANING_FROM && share >= SHARED_WORDS_IF_NEAR)
  );
}

/** True if one says of the same what the other denies: "I love coffee", "I hate coffee". */
function contradicts(a: string, b: string): boolean {
  if (!sharesNumbers(a, b) || !sharesNames(a, b)) return false;
  const isDenied = NEGATION.test(a) !== NEGATION.test(b);
  const opposed = OPPOSITES.filter(([one, other]) => isOpposed(a, b, one, other));
  if (isDenied === opposed.length > 0 || opposed.length > 1) return false;
  const words = [NEGATION, ...opposed.flat()];
  const rest = (text: string) => words.reduce((so, word) => so.replace(word, ' '), text);
  return common(rest(a), rest(b)) >= SHARED_WORDS_FROM;
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
  const sentence = firstPerson(text.trim(), name);
  const slot = SLOTS.find(([, pattern]) => pattern.test(sentence));
  if (slot) return slot[0];
  const mine = MINE.exec(sentence);
  if (mine) return `my ${lexemesOf(mine[1] ?? '').join(' ')}`;
  return PREFERENCE.test(sentence) && / for | in | at /.test(sentence) ? preferenceSlot(sentence) : undefined;
}

function firstPerson(text: string, name: string | undefined): string {
  if (!name || !text.toLowerCase().startsWith(name.toLowerCase())) return text;
  const rest = text.slice(name.length);
  return /^['’]s\s/.test(rest) ? `My${rest.slice(2)}` : /^\s/.test(rest) ? `I${rest}` : text;
}

function preferenceSlot(text: string): string | undefined {
  const about = / (?:for|in|at) (.+)/is.exec(text)?.[1];
  return about && `prefer ${lexemesOf(about).join(' ')}`;
}
