import type Anthropic from '@anthropic-ai/sdk';
import type { ModelImage, ModelMessage, ModelRequest } from '../../inference/model.ts';
import type { Endpoint } from '../endpoint.ts';
import { callId, context, resultText, tidy, unseen, worded } from '../tidy.ts';

type Block = Anthropic.ContentBlockParam;
interface Message {
  role: 'user' | 'assistant';
  content: Block[];
}

const CACHED = { type: 'ephemeral' } as const;

/**
 * The request as the Messages API takes it. The order is that in which the service caches: tools, system, messages;
 * breakpoints stand after the system text, after the last message before the one that is answered, and at the end.
 */
export function anthropicRequest(
  request: ModelRequest,
  options: Pick<Endpoint, 'name' | 'model' | 'sees' | 'thinking' | 'refuses'>,
): Anthropic.MessageCreateParamsNonStreaming {
  const { messages, asked } = tidy(request);
  const isCached = !options.refuses.has('cache_control');
  const out: Message[] = [];
  for (const [index, message] of messages.entries()) {
    if (index === asked && isCached) markEnd(out);
    const moving = index === asked && request.moving !== '' ? context(request.moving) : undefined;
    add(out, message.role === 'assistant' ? 'assistant' : 'user', blocksOf(message, options, moving));
  }
  if (isCached) markEnd(out);
  const isThinking = !options.refuses.has('thinking') && mayThink(messages, options.name);
  const thinking = isThinking ? options.thinking : undefined;
  return {
    model: options.model,
    max_tokens: request.maxTokens + (thinking ?? 0),
    ...(thinking !== undefined && { thinking: { type: 'enabled', budget_tokens: thinking } as const }),
    ...(request.tools.length > 0 && {
      tools: request.tools.map(({ name, description, schema }) => ({
        name,
        description,
        input_schema: { ...schema, type: 'object' as const },
      })),
    }),
    ...(request.system !== '' && {
      system: [{ type: 'text' as const, text: request.system, ...(isCached && { cache_control: CACHED }) }],
    }),
    messages: out,
  };
}

/** Calls that are being answered and that the service did not make itself have no thoughts, and it insists on them. */
function mayThink(messages: readonly ModelMessage[], name: string): boolean {
  const last = messages.findLast(({ role }) => role !== 'tool');
  return last?.role !== 'assistant' || (last.calls ?? []).length === 0 || last.keep?.model === name;
}

/** The service takes turns: what one side says in a row is one message. */
function add(out: Message[], role: 'user' | 'assistant', blocks: Block[]): void {
  if (blocks.length === 0) return;
  const last = out.at(-1);
  if (last?.role === role) last.content.push(...blocks);
  else out.push({ role, content: blocks });
}

/** A cache breakpoint at the end of what stands so far. */
function markEnd(out: readonly Message[]): void {
  const last = out.at(-1)?.content.at(-1);
  if (last?.type === 'text' || last?.type === 'tool_use' || last?.type === 'tool_result' || last?.type === 'image') {
    last.cache_control = CACHED;
  }
}

function blocksOf(message: ModelMessage, options: { name: string; sees: boolean }, moving?: string): Block[] {
  if (message.role === 'tool') {
    const words = resultText(message, options.sees);
    const seen = options.sees && message.ok ? (message.images ?? []).map(imageBlock) : [];
    const content = seen.length === 0 ? words : [{ type: 'text' as const, text: words }, ...seen];
    const failed = message.ok ? {} : { is_error: true };
    return [{ type: 'tool_result', tool_use_id: idOf(message.callId), content, ...failed }];
  }
  if (message.role === 'assistant') {
    const kept = message.keep?.model === options.name ? (message.keep.blocks as unknown as Block[]) : [];
    return [...kept, ...text(message.text), ...(message.calls ?? []).map(callBlock)];
  }
  const images = message.images ?? [];
  const notes = options.sees || images.length === 0 ? [] : text(unseen(images.map(({ name }) => name)));
  const seen = options.sees ? images.map(imageBlock) : [];
  return [...text(moving ?? ''), ...seen, ...notes, ...text(worded(message))];
}

/** An empty text block is refused. */
function text(words: string): Block[] {
  return words.trim() === '' ? [] : [{ type: 'text', text: words }];
}

function callBlock(call: { id: string; name: string; input: unknown }): Block {
  const isObject = typeof call.input === 'object' && call.input !== null && !Array.isArray(call.input);
  return { type: 'tool_use', id: idOf(call.id), name: toolName(call.name), input: isObject ? call.input : {} };
}

function imageBlock({ type, base64 }: Pick<ModelImage, 'type' | 'base64'>): Anthropic.ImageBlockParam {
  return { type: 'image', source: { type: 'base64', media_type: type, data: base64 } };
}

/** Ids of another provider's calls may have characters that are refused here. */
function idOf(id: string): string {
  return callId(id, /^[a-zA-Z0-9_-]+$/.test(id));
}

/** A tool that the model made up may have a name that is refused when it is shown again. */
function toolName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 128) || 'unknown';
}
