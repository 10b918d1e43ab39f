/** The call that a person is asked about as one sentence: who gets what, and where it comes from. Pure. */
import { doesOf, inlineCode, isUrl, oneLine, shorten, storable } from '../../base/text.ts';
import type { ModelToolCall } from '../inference/model.ts';
import * as texts from '../texts.ts';
import type { AnyTool, CallContext } from '../tools/tool.ts';

/** Characters that a platform would not show, or would take for the end of the block that they stand in. */
export const UNSEEN =
  /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u007f-\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]|`{3,}/gu;

const escapeOf = (character: string): string =>
  [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');

export const withEscapes = (text: string): string => text.replace(UNSEEN, escapeOf);

const LONGEST_PURPOSE = 200;

/** The call in words of its tool alone. Of a tool of others its name: their description may say anything. */
export function purposeOf(tool: AnyTool | undefined, call: ModelToolCall): string {
  const { by } = tool?.form ?? {};
  return !tool || by !== undefined ? texts.purposeElsewhere(call.name, by) : toolSentence(tool);
}

/** What a tool does, in the words of its description. */
export function toolSentence({ description }: Pick<AnyTool, 'description'>): string {
  return oneLine(doesOf(description).replaceAll(/[`*]/g, '').replaceAll('_', ' '), LONGEST_PURPOSE);
}

/** Characters of a value in the sentence, and of all that stands behind a tool's words; the whole stands in the details. */
const [LONGEST_VALUE, LONGEST_VALUES] = [160, 360];
const MOST_ITEMS = 5;

/** Keeps a value apart from the words around it: a model chooses the value, and must not write the sentence. */
type Quote = (text: string) => string;

/** All that could be taken for the end of a quotation. */
const QUOTATION_MARKS =
  /[\p{Quotation_Mark}\u02ba\u02dd\u02ee\u05f4\u2033\u2036\u275d\u275e\u3003\u{1f676}-\u{1f678}]/gu;

const inQuotes: Quote = (text) => `“${text.replaceAll(QUOTATION_MARKS, "'")}”`;

export interface CallSentence {
  /** With values in quotation marks: for pages and terminals. */
  plain: string;
  /** Markdown with values as code: no platform makes a link of one, or calls somebody named in it. */
  markdown: string;
}

/** The sentence that the tool has for such a call (`display.asks`); else its purpose, and behind it the values by their names. */
export function callSentence(
  { tool, call, input }: { tool: AnyTool | undefined; call: ModelToolCall; input: unknown },
  ctx: CallContext,
): CallSentence {
  const parsed = tool?.input.safeParse(input);
  const asks = parsed?.success ? tool?.display?.asks?.(parsed.data, ctx) : undefined;
  const write = (quote: Quote): string => {
    if (!asks) return withValues(purposeOf(tool, call), input, { quote, isOwn: tool?.form?.by === undefined });
    const [says, values = {}] = asks;
    const fields = { ...(parsed?.data as object), ...values };
    return says.replaceAll(/\{(\w+)\}/g, (_, slot: string) => valueText(fields[slot as keyof typeof fields], quote));
  };
  return { plain: write(inQuotes), markdown: write(inlineCode) };
}

/** Fields whose name says nothing beside a value that stands first: `Deletes a note: “milk”`. */
const SPEAKS_FOR_ITSELF = new Set(['which', 'name', 'text', 'title', 'query', 'url', 'words']);

interface Naming {
  quote: Quote;
  /** coda gave the fields their names; else a server or a model did. */
  isOwn: boolean;
}

/** `Sends a letter` → `Sends a letter: to “bob”, text “The heating knocks.”` */
function withValues(purpose: string, input: unknown, naming: Naming): string {
  const fields = Object.entries(isFields(input) ? input : {}).filter(([, value]) => !isEmpty(value));
  const parts = fields.map(([name, value], at) => {
    const words = valueText(value, naming.quote);
    const isPlain = at === 0 && SPEAKS_FOR_ITSELF.has(name) && typeof value === 'string';
    return isPlain ? words : `${nameText(name, naming)} ${words}`;
  });
  return parts.length === 0 ? purpose : `${purpose.replace(/[.:]$/, '')}: ${inList(parts, parts.length)}`;
}

/** Lists `parts`, the first of `count`, until the list is too long; at least one. */
function inList(parts: readonly string[], count: number): string {
  let all = parts[0] ?? '';
  let listed = 1;
  for (const part of parts.slice(1)) {
    if (all.length + 2 + part.length > LONGEST_VALUES) break;
    all += `, ${part}`;
    listed++;
  }
  return `${all}${texts.andMore(count - listed)}`;
}

/** More words than in a usual name could read as a part of the sentence; one word alone where others chose it. */
const OWN_NAME = /^[A-Za-z][A-Za-z0-9]{0,20}(?:_[A-Za-z0-9]{1,20})?$/;
const NAME_OF_OTHERS = /^[A-Za-z][A-Za-z0-9]{0,20}$/;

const nameText = (name: string, { quote, isOwn }: Naming): string =>
  (isOwn ? OWN_NAME : NAME_OF_OTHERS).test(name) ? name.replaceAll('_', ' ') : quote(lineOf(name));

function valueText(value: unknown, quote: Quote, depth = 0): string {
  if (typeof value === 'boolean') return texts.yesOrNo(value);
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return quote(lineOf(value));
  const entries = Object.entries(isFields(value) ? value : {}).filter(([, each]) => !isEmpty(each));
  if (depth > 1 || entries.length === 0) return quote('…');
  const isList = Array.isArray(value);
  const items = entries.slice(0, MOST_ITEMS).map(([name, each]) => {
    const words = valueText(each, quote, depth + 1);
    return isList ? words : `${nameText(name, { quote, isOwn: false })} ${words}`;
  });
  const all = inList(items, entries.length);
  return entries.length === 1 && isList ? all : `(${all})`;
}

/** On one line, with what is not seen as its escape: a line break ends neither the sentence nor its quotation marks. */
function lineOf(text: string): string {
  // Before anything is cut: what stands behind a thousand blanks is a part of the value.
  const line = text.replaceAll(/[ \t\r\n]+/g, ' ').trim();
  if (ADDRESS.test(line)) return shortAddress(line);
  return shorten(escapesIn(line.slice(0, 2 * LONGEST_VALUE)), LONGEST_VALUE) || BLANK;
}

/** In the place of a value of blanks: two marks of code with nothing between them would begin a code span of words behind them. */
const BLANK = '…';

const escapesIn = (text: string): string => withEscapes(text.replaceAll(/\p{Cc}/gu, escapeOf));

const ADDRESS = /^[^\s@./:]*[@./:]\S*$/;
const [LONGEST_HEAD, LONGEST_HOST, LONGEST_TAIL] = [70, 50, 36];

/** An address that is too long, by its beginning and its end, and the end of its host: that is who gets what is sent there. */
function shortAddress(line: string): string {
  if (line.length <= LONGEST_VALUE) return shorten(escapesIn(line), LONGEST_VALUE);
  const host = isUrl(line) ? new URL(line).host : '';
  const head = line.slice(0, LONGEST_HEAD);
  const isHostSeen = host === '' || head.includes(`//${host}/`);
  const parts = [head, isHostSeen ? '' : host.slice(-LONGEST_HOST), line.slice(-LONGEST_TAIL)];
  return parts
    .filter((part) => part !== '')
    .map((part) => escapesIn(storable(part)))
    .join('…');
}

const isFields = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (isFields(value) && Object.keys(value).length === 0);
