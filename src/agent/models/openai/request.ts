import { createHash } from 'node:crypto';
import { label } from '../../../base/frames.ts';
import type { Json } from '../../../base/json.ts';
import type { Kept, ModelImage, ModelMessage, ModelRequest, ToolMessage, ToolSpec } from '../../inference/model.ts';
import type { Endpoint } from '../endpoint.ts';
import { callId, context, resultText, tidy, unseen, worded } from '../wire.ts';

type Part = { type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string } };

interface Call {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
  extra_content?: Json;
}

type Message =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string | Part[] }
  | { role: 'assistant'; content: string | null; reasoning_content?: string; tool_calls?: Call[] }
  | { role: 'tool'; tool_call_id: string; content: string };

interface Tool {
  type: 'function';
  function: { name: string; description: string; parameters: Record<string, unknown> };
}

/** The body of a request, as far as coda uses it. */
interface Body {
  model: string;
  max_tokens?: number;
  max_completion_tokens?: number;
  tools?: readonly Tool[];
  messages: Message[];
}

/** Differences of endpoints that speak this API from the vendor's own. */
export interface Dialect {
  /** The vendor's newer models refuse `max_tokens`; many other endpoints know nothing else. */
  maxTokens: 'max_tokens' | 'max_completion_tokens' | undefined;
  /** True if usage in a stream must be asked for. */
  streamOptions: boolean;
  /** True if calls that another model made need a sign that they have no signature. */
  signed: boolean;
  /** True if it wants back what it thought before it called. */
  thoughtsBack: boolean;
  /** Call ids as this endpoint takes them. */
  callId(id: string): string;
}

const LENGTHS = ['max_tokens', 'max_completion_tokens'] as const;

/** Known differences of the endpoint at `baseUrl` (undefined is the vendor's own). */
export function dialectOf({ baseUrl, refuses }: Pick<Endpoint, 'baseUrl' | 'refuses'>): Dialect {
  const host = baseUrl === undefined ? 'api.openai.com' : new URL(baseUrl).hostname;
  const own = host === 'api.openai.com';
  // Mistral counts without being asked, refuses unknown fields, and takes only ids of nine letters and digits.
  const mistral = host.endsWith('mistral.ai');
  return {
    maxTokens: (own ? [...LENGTHS].reverse() : LENGTHS).find((name) => !refuses.has(name)),
    streamOptions: !mistral,
    signed: host.endsWith('googleapis.com'),
    thoughtsBack: host.endsWith('deepseek.com') || refuses.has('bare_calls'),
    callId: mistral || refuses.has('long_ids') ? nine : callId,
  };
}

function nine(id: string): string {
  return /^[a-zA-Z0-9]{9}$/.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 9);
}

/** The request as Chat Completions takes it; what is stable comes first, so that the service can cache it. */
export function openaiRequest(
  request: ModelRequest,
  options: Pick<Endpoint, 'name' | 'model' | 'sees' | 'refuses'>,
  dialect: Dialect,
): Body {
  const { messages, asked } = tidy(request);
  const { tools, system } = request;
  const isRole = !options.refuses.has('system');
  return {
    model: options.model,
    ...(dialect.maxTokens && { [dialect.maxTokens]: request.maxTokens }),
    ...(tools.length > 0 && { tools: toolsOf(tools) }),
    messages: [
      ...(system === '' || !isRole ? [] : [{ role: 'system' as const, content: system }]),
      ...alternating([
        ...(system === '' || isRole ? [] : [{ role: 'user' as const, content: system }]),
        ...messages.flatMap((message, index) => [
          messageOf(message, options, dialect, index === asked && request.moving !== '' ? request.moving : undefined),
          ...(messages[index + 1]?.role === 'tool' || !options.sees ? [] : pictures(messages, index, dialect)),
        ]),
      ]),
    ],
  };
}

const known = new WeakMap<readonly ToolSpec[], readonly Tool[]>();

/** The same list for the same tools. */
function toolsOf(tools: readonly ToolSpec[]): readonly Tool[] {
  const found = known.get(tools);
  if (found) return found;
  const made = tools.map(
    ({ name, description, schema }): Tool => ({
      type: 'function',
      function: { name, description, parameters: { ...schema, type: 'object' } },
    }),
  );
  known.set(tools, made);
  return made;
}

/** Results hold only text here: the pictures of those that end at `last` are what a person shows next. */
function pictures(messages: readonly ModelMessage[], last: number, dialect: Dialect): Message[] {
  const from = messages.findLastIndex(({ role }, index) => index <= last && role !== 'tool') + 1;
  const results = messages.slice(from, last + 1) as ToolMessage[];
  const parts = results.flatMap(({ ok, callId, name, images = [] }) =>
    (ok ? images : []).flatMap((image): Part[] => [
      {
        type: 'text',
        text: `[A picture, ${label(image.name)}, that came of ${name} (call ${dialect.callId(callId)}):]`,
      },
      imagePart(image),
    ]),
  );
  return parts.length === 0 ? [] : [{ role: 'user', content: parts }];
}

function imagePart({ type, base64 }: ModelImage): Part {
  return { type: 'image_url', image_url: { url: `data:${type};base64,${base64}` } };
}

/**
 * Persons and the assistant take turns, and the assistant has the word after results. The templates of many models refuse
 * a request where it is otherwise, and whoever serves them names them as they like: so it is for all.
 */
function alternating(messages: readonly Message[]): Message[] {
  const out: Message[] = [];
  for (const message of messages) {
    const last = out.at(-1);
    if (message.role === 'user' && last?.role === 'user') {
      out[out.length - 1] = { role: 'user', content: together(last.content, message.content) };
    } else if (message.role === 'assistant' && last?.role === 'assistant' && !last.tool_calls) {
      out[out.length - 1] = { ...message, content: [last.content, message.content].filter(Boolean).join('\n\n') };
    } else {
      if (message.role === 'user' && last?.role === 'tool') out.push({ role: 'assistant', content: 'I have that.' });
      out.push(message);
    }
  }
  return out;
}

function together(first: string | Part[], second: string | Part[]): string | Part[] {
  if (typeof first === 'string' && typeof second === 'string') return `${first}\n\n${second}`;
  return [...partsOf(first), ...partsOf(second)];
}

function partsOf(content: string | Part[]): Part[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

/** A tool that the model made up may have a name that is refused when it is shown again. */
function toolName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64) || 'unknown';
}

function messageOf(
  message: ModelMessage,
  options: Pick<Endpoint, 'name' | 'sees' | 'refuses'>,
  dialect: Dialect,
  moving?: string,
): Message {
  if (message.role === 'tool') {
    return { role: 'tool', tool_call_id: dialect.callId(message.callId), content: resultText(message, options.sees) };
  }
  if (message.role === 'assistant') {
    const calls = message.calls ?? [];
    if (calls.length === 0) return { role: 'assistant', content: message.text };
    const isTaken = !options.refuses.has('thoughts');
    const thoughts = isTaken ? thoughtsIn(message.keep, options.name, calls.length) : undefined;
    // Calls of another model, or of before the service asked for it, have none.
    const reasoning = thoughts?.reasoning || (isTaken && options.refuses.has('bare_calls') ? NO_THOUGHTS : '');
    const unsigned = dialect.signed && isTaken && !thoughts ? NO_SIGNATURE : null;
    const extraOf = (index: number) => thoughts?.extras[index] ?? unsigned;
    return {
      role: 'assistant',
      content: message.text.trim() === '' ? (options.refuses.has('null_content') ? '' : null) : message.text,
      ...(reasoning && { reasoning_content: reasoning }),
      tool_calls: calls.map(({ id, name, input }, index) => ({
        id: dialect.callId(id),
        type: 'function',
        function: { name: toolName(name), arguments: typeof input === 'object' ? JSON.stringify(input) : '{}' },
        ...(extraOf(index) !== null && { extra_content: extraOf(index) }),
      })),
    };
  }
  const images = message.images ?? [];
  const notes = options.sees ? [] : [unseen(images.map(({ name }) => name))];
  const words = [...(moving === undefined ? [] : [context(moving)]), ...notes, worded(message)].filter(
    (text) => text.trim() !== '',
  );
  if (!options.sees || images.length === 0) return { role: 'user', content: words.join('\n\n') };
  return { role: 'user', content: [...images.map(imagePart), ...words.map((text): Part => ({ type: 'text', text }))] };
}

// Data that some services want back with their calls, or refuse the request: Gemini its signatures, DeepSeek and
// Moonshot their thoughts.
//

/** Of one answer. */
interface Thoughts {
  /** Call by call, in their order; null where nothing came with it. */
  extras: Json[];
  /** Its thoughts, as text. */
  reasoning: string;
}

/** Data to keep of an answer with calls; undefined where none is wanted back. */
export function keptThoughts(model: string, extras: readonly unknown[], reasoning: string): Kept | undefined {
  const known = extras.map((extra) => (extra ?? null) as Json);
  if (extras.length === 0 || (reasoning === '' && known.every((extra) => extra === null))) return undefined;
  return { model, blocks: [{ extras: known, reasoning }] };
}

/** The kept data, if `model` said it and it is about so many calls. */
function thoughtsIn(keep: Kept | undefined, model: string, calls: number): Thoughts | undefined {
  const thoughts = keep?.model === model ? (keep.blocks[0] as unknown as Thoughts | undefined) : undefined;
  return thoughts?.extras.length === calls ? thoughts : undefined;
}

/** Stands for thoughts that nobody has: services look only whether there are some. */
const NO_THOUGHTS = '…';

/** Gemini's placeholder for its own signature, for calls that another model made. */
const NO_SIGNATURE = { google: { thought_signature: 'skip_thought_signature_validator' } };
