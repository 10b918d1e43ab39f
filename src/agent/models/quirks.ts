/**
 * Permanent refusals of services. A refusal is recognised by what it names (its fields and paths, the parameters that
 * its message quotes); the request goes out once more without that. A finding that takes something away holds for the
 * model once two requests agree, any other at once, and each for an hour.
 */

import { createHash } from 'node:crypto';
import { plural } from '../../base/text.ts';
import { fieldsOf, parseBody, type Refusal } from './refusal.ts';

export interface Finding {
  /** Names as in `Learnt.refuses`. */
  refuses?: readonly string[];
  tool?: string;
  /** The longest answer that it gives, in tokens. */
  answer?: number;
  most?: number;
  /** Marks of pictures that it cannot read. */
  unreadable?: readonly string[];
  /** True of a finding about this request alone: nothing is learned from it. */
  once?: true;
  /** Marks of the pictures that were refused, where it may be for one of them: another request must have had others. */
  seen?: readonly string[];
}

export interface Learnt {
  /** Refusals of its service, by the names of the table below or of a parameter. */
  readonly refuses: Set<string>;
  readonly configured: ReadonlySet<string>;
  readonly tools: Set<string>;
  /** Marks of pictures that are left out, each by itself. */
  readonly unreadable: Set<string>;
  window: number | undefined;
  answer: number | undefined;
  most: number | undefined;
  /** Why its service refused the last request that nothing could be done about, for the owner. */
  reason: string | undefined;
  /** Findings that one request has told, by their key. */
  readonly told: Map<string, { at: number; seen: readonly string[] }>;
  /** Instant (ms) from which on each finding holds. */
  readonly held: Map<string, number>;
}

export function learntFrom(configured: readonly string[]): Learnt {
  return {
    refuses: new Set(configured),
    configured: new Set(configured),
    tools: new Set(),
    unreadable: new Set(),
    told: new Map(),
    held: new Map(),
    window: undefined,
    answer: undefined,
    most: undefined,
    reason: undefined,
  };
}

/** Milliseconds for which a finding is remembered. */
const HELD_MS = 3_600_000;
const MOST_UNREADABLE = 100;

/** Ways of saying the same: without them nothing is lost, so that one refusal is enough. */
const HARMLESS: readonly string[] = [
  'max_tokens',
  'max_completion_tokens',
  'stream_options',
  'system',
  'null_content',
  'long_ids',
  'bare_calls',
  'unsigned_calls',
];

/** Adds to `learnt` what `finding` says; false where that is known. */
export function learn(learnt: Learnt, { refuses = [], tool, answer, most, unreadable = [] }: Finding): boolean {
  const size = () => learnt.refuses.size + learnt.tools.size + learnt.unreadable.size;
  const before = size();
  for (const name of refuses) learnt.refuses.add(name);
  if (tool !== undefined) learnt.tools.add(tool);
  for (const mark of unreadable) learnt.unreadable.add(mark);
  const isLess = (value: number | undefined, limit: number | undefined): value is number =>
    value !== undefined && value < (limit ?? Number.POSITIVE_INFINITY);
  const isNew = size() > before || isLess(answer, learnt.answer) || isLess(most, learnt.most);
  if (isLess(answer, learnt.answer)) learnt.answer = answer;
  if (isLess(most, learnt.most)) learnt.most = most;
  return isNew;
}

/**
 * Keeps findings with which a request was answered in the end: at once what is harmless, else if another request has
 * told the same within the hour. Returns true if something holds that did not.
 */
export function keep(learnt: Learnt, findings: readonly Finding[], now: number): boolean {
  let isNew = false;
  for (const finding of findings.flatMap(single)) {
    const key = keyOf(finding);
    const isHarmless = finding.answer !== undefined || finding.refuses?.every((name) => HARMLESS.includes(name));
    if (finding.unreadable) {
      const [oldest] = learnt.unreadable;
      if (learnt.unreadable.size >= MOST_UNREADABLE && oldest !== undefined) learnt.unreadable.delete(oldest);
      learn(learnt, finding);
      learnt.held.set(key, now);
    } else if (isHarmless || agrees(learnt.told.get(key), finding)) {
      isNew = learn(learnt, finding) || isNew;
      learnt.held.set(key, now);
      learnt.told.delete(key);
    } else learnt.told.set(key, { at: now, seen: finding.seen ?? [] });
  }
  return isNew;
}

function agrees(earlierFinding: { seen: readonly string[] } | undefined, { seen = [] }: Finding): boolean {
  return earlierFinding !== undefined && !seen.some((mark) => earlierFinding.seen.includes(mark));
}

function single({ once, refuses = [], seen, ...rest }: Finding): Finding[] {
  if (once) return [];
  const others = Object.keys(rest).length > 0 ? [rest] : [];
  return [...refuses.map((name): Finding => ({ refuses: [name], ...(seen && { seen }) })), ...others];
}

function keyOf({ refuses, tool, answer, most, unreadable }: Finding): string {
  if (refuses) return `refuses ${refuses}`;
  if (unreadable) return `unreadable ${unreadable}`;
  if (tool !== undefined) return `tool ${tool}`;
  return answer === undefined ? `most ${most}` : 'answer';
}

/** Drops findings that are older than an hour; `all`: every one. */
export function forget(learnt: Learnt, now: number, all = false): void {
  const isOld = (at: number) => all || at + HELD_MS <= now;
  for (const [key, { at }] of learnt.told) if (isOld(at)) learnt.told.delete(key);
  for (const [key, at] of learnt.held) if (isOld(at)) drop(learnt, key);
  if (all) learnt.reason = undefined;
}

function drop(learnt: Learnt, key: string): void {
  learnt.held.delete(key);
  const [kind = '', name = ''] = key.split(/ (.*)/s);
  if (kind === 'refuses' && !learnt.configured.has(name)) learnt.refuses.delete(name);
  else if (kind === 'tool') learnt.tools.delete(name);
  else if (kind === 'unreadable') for (const mark of name.split(',')) learnt.unreadable.delete(mark);
  else if (kind === 'answer') learnt.answer = undefined;
  else if (kind === 'most') learnt.most = undefined;
  else if (kind === 'window') learnt.window = undefined;
}

export function copyOf(learnt: Learnt): Learnt {
  const { refuses, tools, unreadable } = learnt;
  return { ...learnt, refuses: new Set(refuses), tools: new Set(tools), unreadable: new Set(unreadable) };
}

interface SentRequest {
  body: Record<string, unknown>;
  tools: readonly string[];
  system: boolean;
  results: boolean;
  untold: boolean;
  /** Marks of its pictures. */
  pictures: readonly string[];
}

interface Quirk {
  name: string;
  /** The change, said of the name: “stream_options is left out”. */
  instead: string;
  /** An owner's setting with the same effect, under the provider; `refuses: [name]` when left out. */
  setting?: string;
  find(refusal: Refusal, sent: SentRequest): Finding | undefined;
}

/** Words of a refusal that rule a thing out: naming it may also only ask for another value of it. */
const NEGATIVE =
  /unsupported|not (?:currently )?support|n[o']t support|unrecogni[sz]ed|unknown|unexpected|not permitted|forbidden|not allowed|extra (?:inputs|fields)|\binvalid\b|cannot find|does not exist|not (?:a )?valid|deprecated|must not|only allowed|not available|no longer|not enabled|refus/;

function isNegative({ text, type }: Refusal): boolean {
  return NEGATIVE.test(text) || /unsupported|unknown_|unrecogni/.test(type);
}

/** A request without one of these is none: what a service says of them is about something within. */
export const NEEDED: readonly string[] = ['model', 'messages', 'tools', 'stream', 'system'];
/** Fields within the messages and blocks of a request that it is complete without. */
const WITHIN: readonly (readonly [field: string, name: string])[] = [
  ['include_usage', 'stream_options'],
  ['cache_control', 'cache_control'],
  ['reasoning_content', 'thoughts'],
  ['reasoning', 'thoughts'],
  ['extra_content', 'thoughts'],
];

const SYSTEM =
  /system (?:role|messages?|prompts?|instructions?)\b.{0,40}(?:not|un)|(?:unexpected|invalid|unknown|unsupported) role:? ["'`]?system|developer instruction is not enabled|["'`]system["'`] role|role ["'`]?system["'`]? (?:is )?(?:not|un)/;
const ORDER =
  /\b(?:must|should) (?:be )?alternat|conversation roles|(?:unexpected|invalid|unknown|unsupported) role|only (?:the )?user and assistant|message_order|message order|expected last role|role ["'`]?(?:tool|function)\b|(?:tool|function) (?:role|messages?)\b.{0,40}(?:not|un)/;
const SCHEMA =
  /grammar|schema|pattern must|function_declarations|function_parameters|\bparameters\b.{0,80}(?:object|array|items|propert)|\$ref|exclusive(?:minimum|maximum)|additionalproperties|unable to generate parser/;
const PICTURES = /\bimages?\b|image_url|\bvision\b|multi-?modal/;
/** Thoughts of an earlier answer that the service does not take back: those of this conversation, not of any other. */
const BAD_THOUGHTS =
  /\bsignature\b.{0,80}\b(?:thinking|thought)|\b(?:thinking|thought)\w*\b.{0,80}\b(?:signature\b|cannot be modified|must remain)/;
/** Calls stand before the thoughts that belong to them. */
const NO_THOUGHTS = /expected .{0,3}(?:redacted_)?thinking\b.{0,60}\bfound\b|must start with a thinking block/;
/** A model is said to have no eyes, whatever the picture. */
const NO_EYES =
  /no endpoints found|unknown variant|text[- ]only|(?:does|do|is|are)(?: not|n['’]t) (?:currently )?(?:support|accept|enabled|available|allowed)|\b(?:un|not )supported\b|cannot (?:see|accept)/;
/** A picture by itself is refused, not that there is one. */
const BAD_PICTURE =
  /(?:could|can|did) ?(?:not|n['’]t) (?:process|decode|read|parse|load|identify|open|download|fetch)|(?:unable|failed) to (?:process|decode|read|parse|load|identify|open|download|fetch)|corrupt|truncated|\bbase64\b|\bformats?\b|mime|media[ _-]?type|too (?:large|big|small|many)|exceed|dimension|pixel|\bbytes\b|\b[km]i?b\b|invalid (?:or \w+ )?(?:image|picture)|unsupported image\b|is (?:not |in)valid|not a valid image/;
const STREAMING =
  /\bstream(?:ing|ed)?\b.{0,60}(?:\bnot\b|n['’]t\b|unsupported|unavailable|false)|(?:\bnot\b|n['’]t\b|unsupported).{0,40}\bstream(?:ing)?\b/;
const TOOLS = /\btools?\b|tool[ _-](?:use|choice|call)|function[ _-]?call/;
const NO_TOOLS =
  /(?:does|do|is|are)(?: not|n't) (?:currently )?(?:support|enabled|available)|not supported|unsupported|requires? --|no endpoints found that support/;
const TEMPLATE = /jinja|chat[ _-]?template|template ?error|raise_exception/;
const LENGTH = /max_(?:completion_|output_|new_)?tokens|maxoutputtokens|(?:completion|output) tokens/;

const NO_TEXT =
  /(?:must|should) be a (?:valid )?string|expected a string|none is not an allowed value|(?:must|may|can)(?: ?not|n't) be null/;
const CALL_IDS = /(?:tool|function)[ _-]?calls?[ _-]?ids?\b.{0,120}(?:length of 9\b|\b9 (?:characters|letters)|\{9\})/;
const BARE_CALLS =
  /\breasoning_content\b.{0,80}(?:missing|required|must (?:be|have|contain)|(?:passed|sent) back)|(?:missing|requires?|without) .{0,20}\breasoning_content\b/;

/** Gemini's sentence, whichever gateway stands before it. */
const UNSIGNED_CALLS = /\bmissing (?:a |the |its )?.{0,3}thought_?signature/;

/** The first that finds something holds. */
const QUIRKS: readonly Quirk[] = [
  {
    name: 'answer',
    instead: 'is asked for shorter answers',
    setting: 'max_tokens',
    find({ text }, { body }) {
      const asked = Number(body.max_completion_tokens ?? body.max_tokens);
      const most = LENGTH.test(text) ? mostIn(text) : undefined;
      return most !== undefined && most >= LEAST_ANSWER && most < asked ? { answer: most } : undefined;
    },
  },
  {
    name: 'many_tools',
    instead: 'is given fewer tools',
    find({ text }, { tools }) {
      const isMany = /\btools?\b.{0,60}(?:too (?:long|many)|maximum|at most|exceed|limit)/.test(text);
      const most = isMany ? mostIn(text) : undefined;
      return most !== undefined && most >= 1 && most < tools.length ? { most } : undefined;
    },
  },
  {
    name: 'null_content',
    instead: 'has an empty text',
    find({ text }, { untold }) {
      return untold && /\bcontent\b/.test(text) && NO_TEXT.test(text) ? { refuses: ['null_content'] } : undefined;
    },
  },
  {
    name: 'long_ids',
    instead: 'have nine letters and digits',
    find({ text }, { results }) {
      return results && CALL_IDS.test(text) ? { refuses: ['long_ids'] } : undefined;
    },
  },
  {
    name: 'bare_calls',
    instead: 'are sent with its thoughts',
    find({ text }, { results }) {
      return results && BARE_CALLS.test(text) ? { refuses: ['bare_calls'] } : undefined;
    },
  },
  {
    name: 'unsigned_calls',
    instead: 'are marked as calls of another model',
    find({ text }, { results }) {
      return results && UNSIGNED_CALLS.test(text) ? { refuses: ['unsigned_calls'] } : undefined;
    },
  },
  {
    name: 'thoughts',
    instead: 'are left out',
    find({ text }, { body }) {
      const hasThoughts = JSON.stringify(body.messages ?? []).includes('"signature":');
      return hasThoughts && BAD_THOUGHTS.test(text) ? { refuses: ['thoughts'], once: true } : undefined;
    },
  },
  {
    name: 'thinking',
    instead: 'is left out',
    find({ text }, { body }) {
      return body.thinking !== undefined && NO_THOUGHTS.test(text) ? { refuses: ['thinking'], once: true } : undefined;
    },
  },
  {
    name: 'parameter',
    instead: 'is left out',
    find(refusal, { body }) {
      if (!isNegative(refusal)) return undefined;
      const { text } = refusal;
      const own = Object.keys(body).filter((field) => !NEEDED.includes(field) && names(text, field));
      const whole = own.length > 0 ? '' : JSON.stringify(body);
      const within = WITHIN.filter(([field]) => names(text, field) && whole.includes(`"${field}"`));
      const refuses = [...own, ...within.map(([, name]) => name)];
      return refuses.length > 0 ? { refuses } : undefined;
    },
  },
  {
    name: 'stream',
    instead: 'is asked for whole answers',
    setting: 'stream: false',
    find({ text }, { body }) {
      return body.stream === true && STREAMING.test(text) ? { refuses: ['stream'] } : undefined;
    },
  },
  {
    name: 'pictures',
    instead: 'is told of pictures instead',
    setting: 'pictures: false',
    find(refusal, { pictures, body }) {
      const { text } = refusal;
      if (pictures.length === 0 || !PICTURES.test(text)) return undefined;
      if (BAD_PICTURE.test(text)) return unreadableIn(text, pictures, body);
      if (NO_EYES.test(text)) return { refuses: ['pictures'] };
      return isNegative(refusal) ? { refuses: ['pictures'], seen: pictures } : undefined;
    },
  },
  {
    name: 'system',
    instead: 'stands in the first message',
    find({ text }, { system, results }) {
      const first = text.search(/messages\W+0\W/);
      const isFirst = first >= 0 && /\brole\b/.test(text.slice(first)) && /input should be ["'\\]*user/.test(text);
      const isOrder = !results && ORDER.test(text);
      return system && (SYSTEM.test(text) || isFirst || isOrder) ? { refuses: ['system'] } : undefined;
    },
  },
  {
    name: 'tools',
    instead: 'are given in text',
    setting: 'tools: text',
    find({ text }, { results }) {
      return results && ORDER.test(text) ? { refuses: ['tools'] } : undefined;
    },
  },
  {
    name: 'schemas',
    instead: 'are shown with bare types',
    find({ text }, { tools }) {
      return tools.length > 0 && SCHEMA.test(text) ? { refuses: ['schemas'] } : undefined;
    },
  },
  {
    name: 'tool',
    instead: 'is left out',
    find(refusal, { tools }) {
      const tool = isNegative(refusal) || SCHEMA.test(refusal.text) ? toolIn(refusal.text, tools) : undefined;
      return tool === undefined ? undefined : { tool };
    },
  },
  {
    name: 'tools',
    instead: 'are given in text',
    setting: 'tools: text',
    find({ text }, { tools }) {
      if (tools.length === 0) return undefined;
      return refusesTools(text) || SCHEMA.test(text) || isOfTemplate(text) ? { refuses: ['tools'] } : undefined;
    },
  },
];

export function refusesTools(text: string): boolean {
  return TOOLS.test(text) && NO_TOOLS.test(text);
}

export function isOfTemplate(text: string): boolean {
  return TEMPLATE.test(text);
}

/** Tokens: shorter answers are of no use, so that the number is another one. */
const LEAST_ANSWER = 16;

/** Statuses of a request that cannot be taken as it is; undefined: told within a stream. */
const REFUSING: readonly (number | undefined)[] = [400, 404, 422, 500, 501, undefined];

/** The next step that a refusal suggests and that has not been taken: what `learnt` refuses was not sent. */
export function findingIn(refusal: Refusal, sentText: string | undefined, learnt: Learnt): Finding | undefined {
  const { status } = refusal;
  // The general type of all refusals says nothing, wherever it stands.
  const text = refusal.text.replaceAll('invalid_request_error', '');
  if (!REFUSING.includes(status) || text === '' || sentText === undefined) return undefined;
  const request = sentIn(sentText);
  for (const quirk of QUIRKS) {
    const finding = quirk.find({ ...refusal, text }, request);
    if (finding && learn(copyOf(learnt), finding)) return finding;
  }
  return undefined;
}

function sentIn(text: string): SentRequest {
  const body = fieldsOf(parseBody(text));
  const messages = (Array.isArray(body.messages) ? body.messages : []).map(fieldsOf);
  const tools = (Array.isArray(body.tools) ? body.tools : []).map(fieldsOf);
  return {
    body,
    tools: tools.map((tool) => String(fieldsOf(tool.function).name ?? tool.name ?? '')),
    system: messages.some(({ role }) => role === 'system'),
    results: messages.some(({ role, tool_calls: calls }) => role === 'tool' || Array.isArray(calls)),
    untold: messages.some(({ content }) => content === null),
    pictures: picturesIn(body.messages),
  };
}

export function pictureMark(base64: string): string {
  return createHash('sha256').update(base64).digest('hex').slice(0, 16);
}

const DEEPEST = 8;

/** Pictures of a request or of a part of it, in both APIs' forms. */
function picturesIn(value: unknown, depth = 0): string[] {
  if (depth > DEEPEST || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((each) => picturesIn(each, depth + 1));
  const { type, source, image_url: url, content } = fieldsOf(value);
  if (type !== 'image' && type !== 'image_url') return picturesIn(content, depth + 1);
  const data = String(fieldsOf(source).data ?? fieldsOf(url).url ?? '');
  const base64 = data.slice(data.indexOf(',') + 1);
  return [pictureMark(base64)];
}

/** The pictures at the place that the refusal names, or the only one; else all of this request, without a finding. */
function unreadableIn(text: string, pictures: readonly string[], body: Record<string, unknown>): Finding {
  const [, place = ''] = /\bmessages?((?:\W{1,3}\w{1,30}){1,10})/.exec(text) ?? [];
  let at: unknown = body.messages;
  for (const step of place.split(/\W+/).filter(Boolean)) {
    const next = fieldsOf(at)[step];
    if (typeof next === 'object' && next !== null && picturesIn(next).length > 0) at = next;
  }
  const marks = at === body.messages ? [] : [...new Set(picturesIn(at))];
  const [only, ...others] = new Set(pictures);
  if (marks.length === 1) return { unreadable: marks };
  return only !== undefined && others.length === 0 ? { unreadable: [only] } : { refuses: ['pictures'], once: true };
}

function names(text: string, name: string): boolean {
  const at = text.indexOf(name.toLowerCase());
  if (at < 0) return false;
  const isPart = (letter: string | undefined) => letter !== undefined && /[a-z0-9_]/.test(letter);
  return !isPart(text[at - 1]) && !isPart(text[at + name.length]) ? true : names(text.slice(at + 1), name);
}

function toolIn(text: string, tools: readonly string[]): string | undefined {
  const place = /(?:function_declarations|functiondeclarations)\W+(\d+)/.exec(text) ?? /\btools\W+(\d+)/.exec(text);
  const placed = place && tools[Number(place[1])];
  if (placed) return placed;
  // A tool may have the name of a common word: it is quoted, or called what it is.
  const named = [...text.matchAll(/["'`“‘]([\w.-]{1,128})["'`”’]|\b(?:function|tool):?\s+([\w.-]{1,128})/g)];
  const quoted = named.map(([, one = '', other = '']) => one || other);
  return tools.find((name) => quoted.includes(name.toLowerCase()));
}

function mostIn(text: string): number | undefined {
  const forms = [
    /(?:at most|maximum (?:length|value|number|of)?(?: of| is)?|less than or equal to|<=|up to|limit(?:ed)?(?: is| to| of)?|max(?:imum)?:?)\s*["'`]?(\d{1,7})\b/,
    /range\b[^\d]{0,60}\[\s*\d+\s*,\s*(\d{1,7})\s*\]/,
    />\s*(\d{1,7}),? which is the maximum/,
  ];
  const [digits] = forms.flatMap((form) => form.exec(text)?.[1] ?? []);
  return digits === undefined ? undefined : Number(digits);
}

export interface QuirkTold {
  /** “stream_options”, “the tool page_read”. */
  what: string;
  instead: string;
  /** The line of the configuration that says so from the beginning; undefined where there is none. */
  setting?: string;
}

export function quirksTold(learnt: Learnt, provider: string): QuirkTold[] {
  const at = `models.providers.${provider}.`;
  const refusedNames = [...learnt.refuses].filter((name) => !learnt.configured.has(name));
  const listed = refusedNames.filter((name) => SETTABLE.includes(name));
  const refused = refusedNames.map((name): QuirkTold => {
    const quirk = QUIRKS.find((each) => each.name === name);
    const setting = quirk?.setting ?? (listed.includes(name) ? `refuses: [${listed.join(', ')}]` : undefined);
    return {
      what: WORDS[name] ?? name,
      instead: INSTEAD[name] ?? quirk?.instead ?? 'is left out',
      ...(setting !== undefined && { setting: `${at}${setting}` }),
    };
  });
  const { tools, answer, most } = learnt;
  return [
    ...refused,
    ...[...tools].map((tool) => ({ what: `the tool ${tool}`, instead: 'is left out' })),
    ...(answer === undefined
      ? []
      : [
          {
            what: 'longer answers',
            instead: `at most ${plural(answer, 'token is', 'tokens are')} asked for`,
            setting: `${at}max_tokens: ${answer}`,
          },
        ]),
    ...(most === undefined ? [] : [{ what: 'so many tools', instead: `at most ${plural(most, 'is', 'are')} shown` }]),
  ];
}

const SETTABLE = [
  'max_tokens',
  'max_completion_tokens',
  'stream_options',
  'thinking',
  'cache_control',
  'system',
  'schemas',
  'thoughts',
  'null_content',
  'long_ids',
  'bare_calls',
  'unsigned_calls',
];

const WORDS: Readonly<Record<string, string>> = {
  stream: 'streaming',
  system: 'the system role',
  tools: 'tools',
  schemas: 'the schemas of tools',
  thoughts: 'its own thoughts',
  null_content: 'a message without a text',
  long_ids: 'ids of calls as they came',
  bare_calls: 'calls without the thoughts before them',
  unsigned_calls: 'calls without a signature',
};

const INSTEAD: Readonly<Record<string, string>> = {
  max_tokens: 'max_completion_tokens is sent',
  max_completion_tokens: 'max_tokens is sent',
  stream: 'whole answers are asked for',
  pictures: 'it is told that there was one',
  thoughts: 'are left out',
  system: 'its text stands in the first message',
};
