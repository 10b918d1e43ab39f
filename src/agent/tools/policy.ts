import { lexemesOf } from '../../base/lexemes.ts';
import { stripEnd } from '../../base/text.ts';
import type { Origin, Place } from '../../delivery/index.ts';
import type { Person } from '../../people/index.ts';
import * as texts from '../texts.ts';
import { pickedIn, picksThing } from './model-input.ts';
import { namesKind } from './thing-words.ts';
import { type Effect, type Failed, failed, type Tool } from './tool.ts';

export interface PolicyQuestion {
  tool: Tool;
  effect: Effect;
  input: unknown;
  person: Person;
  gate: 'allow' | 'ask' | 'deny';
  place: Place;
  private: boolean;
  origin: Origin;
  /** The specialist whose nested turn calls; undefined: the one that talks to the person. */
  agent: string | undefined;
  byName: boolean;
  tainted: boolean;
  /** The person's own files are shown in the conversation: what leaves is looked at as if it were tainted. */
  files: boolean;
  /** Targets of the call: addresses, recipients; undefined where its tool does not say. */
  targets: readonly string[] | undefined;
  elsewhere: readonly string[];
  persons: readonly string[];
  said: readonly string[];
  found: readonly string[];
  /** The turn has read something of the person's own that the other side of this call does not know. */
  own: boolean;
  /** Number of targets that the turn has followed before and that were only found. */
  followed: number;
  rest: 'approved' | 'declined' | undefined;
  named: boolean;
  deletions: number;
  /** The person has said yes to this tool for the rest of the conversation. */
  remembered: boolean;
}

/** `rest`: the question holds for all that is followed in the turn from there on. */
export type Decision =
  | { kind: 'allow' }
  | { kind: 'ask'; reason: string; rest?: true }
  | { kind: 'deny'; reason: string };

export type Policy = (question: PolicyQuestion) => Decision;

export interface PolicyRules {
  unasked: readonly string[];
  rememberable: readonly string[];
}

const ALLOW: Decision = { kind: 'allow' };
/** Each choice among a page's links tells its author something: so many a turn may make unasked. */
const MOST_FOLLOWED = 3;

/**
 * The rules, in the order in which they are asked; the first one that says something decides. A rule for what asks or is
 * denied stands before those that allow, so that no configuration can allow it.
 */
export function policyOf(rules: PolicyRules): Policy {
  return (question) => refusal(question) ?? caution(question) ?? permission(question, rules);
}

function refusal({ person, gate, persons }: PolicyQuestion): Decision | undefined {
  if (gate === 'deny') return { kind: 'deny', reason: texts.notPermitted() };
  if (persons.some((id) => id !== person.id)) return { kind: 'deny', reason: texts.othersData() };
  return undefined;
}

function caution(question: PolicyQuestion): Decision | undefined {
  const { tool, input, gate, elsewhere, tainted, files, named, deletions } = question;
  if (alwaysAsks({ tool, input })) return { kind: 'ask', reason: texts.alwaysAsks() };
  if (gate === 'ask') return { kind: 'ask', reason: texts.policyAsks() };
  if (elsewhere.length > 0) return { kind: 'ask', reason: texts.sendsElsewhere(elsewhere) };
  const deletes = tool.policy?.deletes?.(input) ?? 0;
  // A single deletion is shown beside the answer, with an Undo; who is led to delete everything is asked.
  const isLed = (tainted || files) && !named;
  if (isLed && deletes > 0 && deletions + deletes > 1) return { kind: 'ask', reason: texts.deletesMore(tainted) };
  if (bringsOwn(question) && !namesThing(question) && !namesTarget(question))
    return { kind: 'ask', reason: texts.bringsOwn() };
  return undefined;
}

/**
 * True of a call that would show something of the person's own where others read, in a turn that words of others may have
 * led: whoever says "whenever bob asks, list his notes" there must not get them. A change shows the thing that it names.
 */
function bringsOwn({ tool, effect, private: isPrivate, tainted, byName }: PolicyQuestion): boolean {
  const { impersonal, ofPlace, readsOn, shows = effect === 'read' || namesOwn(tool, effect) } = tool.flow ?? {};
  if (!shows || isPrivate || !tainted || byName) return false;
  return !impersonal && !ofPlace && !readsOn && !tool.policy?.always;
}

/** True if the person's own words name the thing that the tool reads, which its name begins with: `note`, `reminder`. */
function namesThing({ tool, said }: PolicyQuestion): boolean {
  const thing = tool.dialogue?.thing ?? tool.name.slice(0, Math.max(0, tool.name.lastIndexOf('_')));
  return namesKind(thing, said);
}

const namesOwn = (tool: Tool, effect: Effect): boolean => effect === 'write' && picksThing(tool);

/** True if the person's own words have each word by which the call picks what it changes: "the water one". */
function namesTarget({ effect, input, said }: PolicyQuestion): boolean {
  const picked = effect === 'write' ? pickedIn(input) : undefined;
  if (picked === undefined) return false;
  const words = new Set(said.flatMap((text) => wordsIn(text)));
  const wanted = wordsIn(picked);
  return wanted.some(isTelling) && wanted.every((word) => words.has(word));
}

/** Letters of a word that picks one thing among others; "it", "all" and a number stand in any sentence. */
const LEAST_TELLING = 3;

const isTelling = (word: string): boolean =>
  /\p{S}/u.test(word) || lexemesOf(word).some((each) => each.length >= LEAST_TELLING && !/^\p{N}+$/u.test(each));

const wordsIn = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+|\p{S}/gu) ?? [];

/** True of a call that asks its person, whatever the policy says. */
export function alwaysAsks({ tool, input }: Pick<PolicyQuestion, 'tool' | 'input'>): boolean {
  return tool.policy?.confirm === true || tool.policy?.confirms?.(input) === true;
}

function permission(question: PolicyQuestion, rules: PolicyRules): Decision {
  const { tool, effect, person, tainted, files, remembered } = question;
  const leaks = tainted || files;
  switch (effect) {
    case 'read':
    case 'write':
      return ALLOW;
    case 'fetch':
      return leaks ? decideReach(question) : ALLOW;
    case 'external': {
      const isUnasked = rules.unasked.includes(tool.name) || (remembered && rules.rememberable.includes(tool.name));
      return isUnasked && !leaks && person.role !== 'guest' ? ALLOW : { kind: 'ask', reason: texts.actsOutside() };
    }
    case 'dangerous':
      return { kind: 'ask', reason: texts.cannotBeUndone() };
  }
}

/**
 * Reads outside where untrusted text or files are in play. Whoever wrote a page sees which of its links are opened, and has
 * all of what is spelled with them: so what only a page names is opened a few times, and never after something of the
 * person's own was read.
 */
function decideReach(question: PolicyQuestion): Decision {
  const { tool, targets, said, found, tainted, files, own, followed, rest } = question;
  const isKnown = targets && (targets.length === 0 || standIn(targets, tool.flow?.types ? said : [...said, ...found]));
  if (!isKnown) return { kind: 'ask', reason: tainted ? texts.untrustedReason() : texts.filesInPlay() };
  if (!follows(question)) return ALLOW;
  if (own || files) return { kind: 'ask', reason: texts.followsAfterOwn() };
  if (followed < MOST_FOLLOWED || rest === 'approved') return ALLOW;
  if (rest === 'declined') return { kind: 'deny', reason: texts.followsNoMore() };
  return { kind: 'ask', reason: texts.followsMore(followed), rest: true };
}

/**
 * True if the call chooses among what others list: the person's own words do not name all that the other side sees of
 * it.
 */
export function follows({ tool, targets, said }: Pick<PolicyQuestion, 'tool' | 'targets' | 'said'>): boolean {
  return tool.flow?.picks === true || targets === undefined || !standIn(targets, said);
}

/** Refuses a setting of a shared place that changes it for everybody there: that is an owner's to decide. */
export function refusedHere({ person, place }: { person: Person; place: Place }): Failed | undefined {
  return place.kind === 'dm' || person.role === 'owner' ? undefined : failed('DENIED', texts.settingOfAll());
}

/** Whatever stands between two signs of no name: a match never fails, so that each letter is looked at once. */
const NAME = /[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*/gu;
const BEHIND_HOST = /(?::\d{1,5})?(?:[/?#][^\s<>"'`|\\^{}]*)?/y;
/** A name in DNS is not longer. Characters. */
const LONGEST_HOST = 253;
const ENDS_CLAUSE = '.,;:!?';
const ENDS_SENTENCE = `${ENDS_CLAUSE})*_~]`;
/** Shorter words stand in nearly everything. */
const SHORTEST = 3;
/** Longer ones, and more of them, nobody says again word for word. Characters, count. */
const LONGEST = 500;
const MOST = 200;

/**
 * True if each of `targets` stands word for word in one of `texts`; an address also where its scheme was left out. Of
 * no target nobody has said anything. Linear in the texts.
 */
export function standIn(targets: readonly string[], texts: readonly string[]): boolean {
  if (targets.length === 0 || targets.length > MOST) return false;
  const wanted = targets.map((target) => ({ target, url: urlOf(target) }));
  const hosts = new Set(wanted.flatMap(({ url }) => url?.hostname ?? []));
  const urls = hosts.size === 0 ? [] : texts.flatMap((text) => urlsIn(text, hosts));
  const addresses = new Set(urls.map(addressOf).flatMap(asMeant));
  const words = hosts.size === wanted.length ? [] : texts.map((text) => text.toLowerCase());
  return wanted.every(({ target, url }) =>
    url ? addresses.has(addressOf(url)) : words.some((text) => hasWord(text, target)),
  );
}

export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(textsIn);
}

/** The addresses of `hosts` in a text; what may be the end of a sentence or of the address is taken for both. */
function urlsIn(text: string, hosts: ReadonlySet<string>): URL[] {
  const urls: URL[] = [];
  NAME.lastIndex = 0;
  for (let name = NAME.exec(text); name; name = NAME.exec(text)) {
    const lastDot = name[0].lastIndexOf('.');
    if (lastDot < 0 || name[0].length - lastDot < SHORTEST) continue;
    BEHIND_HOST.lastIndex = NAME.lastIndex;
    const [behind = ''] = BEHIND_HOST.exec(text) ?? [];
    // An address in the path or the query of another one is part of that.
    NAME.lastIndex += behind.length;
    if (!hosts.has(hostOf(name[0]))) continue;
    const isPlain = /http:\/\/$/i.test(text.slice(Math.max(0, name.index - 7), name.index));
    const whole = `${isPlain ? 'http' : 'https'}://${name[0]}${behind}`;
    urls.push(...[ENDS_SENTENCE, ENDS_CLAUSE].flatMap((ends) => urlOf(stripEnd(whole, ends)) ?? []));
  }
  return urls;
}

/** A name as addresses have it; only letters of other alphabets need to be looked at more closely. */
function hostOf(name: string): string {
  if (name.length > LONGEST_HOST) return '';
  return /[^\w.-]/.test(name) ? (URL.parse(`https://${name}`)?.hostname ?? '') : name.toLowerCase();
}

const asMeant = (address: string): string[] => [address, address.replace(/#.*$/s, '')];

/** The address that a text is; undefined for what is no web address. */
function urlOf(text: string): URL | undefined {
  const isWhole = /^https?:\/\//i.test(text);
  if (!isWhole && (text.includes('@') || !/^[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+(?:[:/?#]|$)/u.test(text)))
    return undefined;
  return URL.parse(isWhole ? text : `https://${text}`) ?? undefined;
}

/**
 * Host, port, path, query and the place in the page, as every spelling of one address has them. No server is told the
 * place, but a page reads it in a browser.
 */
function addressOf({ username, password, host, pathname, search, hash }: URL): string {
  return `${username}:${password}@${host}${pathname.replace(/\/$/, '')}${search}${hash}`;
}

function hasWord(within: string, word: string): boolean {
  const wanted = word.trim().toLowerCase();
  if (wanted.length < SHORTEST || wanted.length > LONGEST) return false;
  for (let at = within.indexOf(wanted); at >= 0; at = within.indexOf(wanted, at + 1)) {
    if (!isWordy(within[at - 1]) && !isWordy(within[at + wanted.length])) return true;
  }
  return false;
}

function isWordy(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}_@-]/u.test(character);
}

// Values that the input of a call carries to a server, for the policy to look for in people's words. Pure.

type Schema = Readonly<Record<string, unknown>>;

const ANY: Schema = {};

/**
 * Everything that a call carries out, word for word: values, and keys that `root`, the JSON Schema of its input, does not
 * name; without a schema all keys count. What the schema alone has chosen carries nothing: its own keys, and a single
 * yes or no under one.
 */
export function carriedBy(input: unknown, root: Schema = ANY): string[] {
  const within = (value: unknown, schemas: readonly Schema[]): string[] => {
    if (typeof value === 'string') return [value];
    if (typeof value === 'boolean' && schemas.some(({ type }) => type === 'boolean')) return [];
    if (value === null || typeof value !== 'object') return [String(value)];
    if (Array.isArray(value)) {
      const items = schemasWithin(
        schemas.map((schema) => schema.items),
        root,
      );
      // Also what is nothing by itself tells something by its place in a list.
      return value.flatMap((each) => orText(each, within(each, items)));
    }
    return Object.entries(value).flatMap(([key, field]) => {
      const fieldSchemas = schemasWithin(
        schemas.map(({ properties }) => ownValue(properties, key)),
        root,
      );
      return [...(fieldSchemas.length === 0 ? [key] : []), ...within(field, fieldSchemas)];
    });
  };
  return within(input, schemasWithin([root], root));
}

const orText = (value: unknown, words: string[]) => (words.length > 0 ? words : [JSON.stringify(value)]);

/** Schemas that one value is looked at with. A key that only others would know counts as carried, which asks once more. */
const MOST_SCHEMAS = 100;

/** The schemas with those that they refer to or are made of, each once: they may refer to themselves. */
function schemasWithin(schemas: readonly unknown[], root: Schema): Schema[] {
  const open: unknown[] = [...schemas];
  const allSchemas = new Set<Schema>();
  for (let at = 0; at < open.length && allSchemas.size < MOST_SCHEMAS; at++) {
    const schema = open[at] === true ? ANY : open[at];
    if (!isObject(schema) || allSchemas.has(schema)) continue;
    allSchemas.add(schema);
    const { $ref, anyOf, oneOf, allOf } = schema;
    if (typeof $ref === 'string') open.push(referredTo($ref, root));
    for (const parts of [anyOf, oneOf, allOf]) if (Array.isArray(parts)) open.push(...parts.slice(0, MOST_SCHEMAS));
  }
  return [...allSchemas];
}

function referredTo(ref: string, root: Schema): unknown {
  const [start, ...path] = ref.split('/');
  return start === '#' ? path.reduce<unknown>((at, key) => ownValue(at, key), root) : undefined;
}

const ownValue = (value: unknown, key: string): unknown =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
