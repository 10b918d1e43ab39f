/**
 * The Messages API as the service plays it. Where its rules were read:
 * - error types and statuses: https://docs.claude.com/en/api/errors
 * - the stream's events: https://platform.claude.com/docs/en/build-with-claude/streaming
 * - at most four cache breakpoints: https://platform.claude.com/docs/en/build-with-claude/prompt-caching
 * - non-empty text and results right after their calls: github.com/anthropics/claude-code/issues/59812 and /7929,
 *   github.com/anthropics/anthropic-sdk-python/issues/461
 * - results with pictures: `ToolResultBlockParam` of the official client; nothing but text where `is_error` is set:
 *   github.com/vellum-ai/vellum-assistant/pull/18387, never empty there: github.com/jlevy/markform/issues/153
 * - pictures that are empty, too large or too wide: github.com/anthropics/claude-code/issues/8947, /4778
 * - fields that are known: `MessageCreateParamsBase` of the official client
 */
import type { Play } from './scene.ts';

type Fields = Record<string, unknown>;

export interface Refusal {
  status: number;
  type: string;
  message: string;
}

const FIELDS = [
  'model',
  'max_tokens',
  'messages',
  'system',
  'tools',
  'tool_choice',
  'stream',
  'stop_sequences',
  'metadata',
  'thinking',
  'cache_control',
  'service_tier',
  'output_config',
];
const NAME = /^[a-zA-Z0-9_-]{1,128}$/;

/** What the service would refuse about the request, if anything. */
export function refuseAnthropic(body: Fields, headers: Record<string, unknown>): Refusal | undefined {
  const wrong = (message: string): Refusal => ({ status: 400, type: 'invalid_request_error', message });
  if (!headers['anthropic-version']) return wrong('anthropic-version: header is required');
  for (const field of Object.keys(body)) {
    if (!FIELDS.includes(field)) return wrong(`${field}: Extra inputs are not permitted`);
  }
  if (!Number.isInteger(body.max_tokens) || (body.max_tokens as number) < 1) return wrong('max_tokens: Field required');
  const thinking = body.thinking as { budget_tokens?: number } | undefined;
  if (thinking?.budget_tokens !== undefined) {
    if (thinking.budget_tokens < 1_024) return wrong('thinking.budget_tokens: Input should be at least 1024');
    if (thinking.budget_tokens >= (body.max_tokens as number)) {
      return wrong('`max_tokens` must be greater than `thinking.budget_tokens`');
    }
  }
  const problem = toolProblem(body.tools) ?? systemProblem(body.system) ?? messagesProblem(body);
  if (problem) return wrong(problem);
  const marks = JSON.stringify(body).split('"cache_control"').length - 1;
  if (marks > 4) return wrong(`A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`);
  return undefined;
}

function toolProblem(tools: unknown): string | undefined {
  const seen = new Set<string>();
  for (const [index, tool] of ((tools as Fields[] | undefined) ?? []).entries()) {
    const name = String(tool.name);
    if (!NAME.test(name)) return `tools.${index}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`;
    if (seen.has(name)) return 'tools: Tool names must be unique.';
    if ((tool.input_schema as Fields | undefined)?.type !== 'object') {
      return `tools.${index}.custom.input_schema.type: Field required`;
    }
    for (const field of Object.keys(tool)) {
      if (!['name', 'description', 'input_schema', 'cache_control', 'type'].includes(field)) {
        return `tools.${index}.custom.${field}: Extra inputs are not permitted`;
      }
    }
    seen.add(name);
  }
  return undefined;
}

function systemProblem(system: unknown): string | undefined {
  if (!Array.isArray(system)) return undefined;
  return system.some((block: Fields) => String(block.text ?? '') === '')
    ? 'system: text content blocks must be non-empty'
    : undefined;
}

function messagesProblem(body: Fields): string | undefined {
  const messages = body.messages as { role: string; content: string | Fields[] }[] | undefined;
  if (!Array.isArray(messages) || messages.length === 0) return 'messages: at least one message is required';
  if (messages[0]?.role !== 'user') return 'messages: first message must use the "user" role';
  if (messages.at(-1)?.role !== 'user') return 'This model does not support assistant message prefill.';
  const ids = new Set<string>();
  let open: string[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    if (role !== 'user' && role !== 'assistant') return `messages.${index}.role: Input should be 'user' or 'assistant'`;
    if (role === messages[index - 1]?.role) return 'messages: roles must alternate between "user" and "assistant"';
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    if (blocks.length === 0) return `messages.${index}: all messages must have non-empty content`;
    const problem = blockProblem(blocks, index, role) ?? pairProblem(blocks, index, open, ids);
    if (problem) return problem;
    open = blocks.filter((block) => block.type === 'tool_use').map((block) => String((block as Fields).id));
    if (open.length > 0 && !Array.isArray(body.tools)) {
      return 'Requests which have `tool_use` or `tool_result` blocks in messages must define tools.';
    }
  }
  return undefined;
}

function blockProblem(blocks: Fields[], index: number, role: string): string | undefined {
  for (const block of blocks) {
    if (block.type === 'text') {
      if (block.text === '') return 'messages: text content blocks must be non-empty';
      if (String(block.text).trim() === '') return 'messages: text content blocks must contain non-whitespace text';
    } else if (block.type === 'tool_use') {
      if (role !== 'assistant') return `messages.${index}: \`tool_use\` blocks can only be in \`assistant\` messages`;
      if (!NAME.test(String(block.id)) || !NAME.test(String(block.name))) {
        return `messages.${index}.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`;
      }
      if (typeof block.input !== 'object' || block.input === null || Array.isArray(block.input)) {
        return `messages.${index}.content.0.tool_use.input: Input should be a valid dictionary`;
      }
    } else if (block.type === 'tool_result') {
      if (role !== 'user') return `messages.${index}: \`tool_result\` blocks can only be in \`user\` messages`;
      const problem = resultProblem(block, `messages.${index}.content.${blocks.indexOf(block)}.tool_result`);
      if (problem) return problem;
    } else if (block.type === 'image') {
      const problem = imageProblem(block);
      if (problem) return problem;
    }
  }
  return undefined;
}

function resultProblem(result: Fields, place: string): string | undefined {
  const extra = Object.keys(result).find(
    (field) => !['type', 'tool_use_id', 'content', 'is_error', 'cache_control'].includes(field),
  );
  if (extra) return `${place}.${extra}: Extra inputs are not permitted`;
  const { content } = result;
  const blocks = (typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? [])) as Fields[];
  if (!Array.isArray(blocks)) return `${place}.content: Input should be a valid string or list`;
  if (result.is_error === true) {
    if (blocks.every(({ text }) => !text)) return `${place}: content cannot be empty if \`is_error\` is true`;
    if (blocks.some(({ type }) => type !== 'text'))
      return `${place}: all content must be type \`text\` if \`is_error\` is true`;
  }
  for (const block of blocks) {
    if (block.type !== 'text' && block.type !== 'image') return `${place}.content: Input tag '${block.type}' found`;
    if (block.type === 'text' && block.text === '') return 'messages: text content blocks must be non-empty';
    const problem = block.type === 'image' ? imageProblem(block) : undefined;
    if (problem) return `${place}.${problem}`;
  }
  return undefined;
}

const LARGEST_IMAGE = 5 * 1024 * 1024;

function imageProblem({ source }: Fields): string | undefined {
  const { type, media_type: mediaType, data } = source as Fields;
  if (type !== 'base64') return `image.source.type: Input should be 'base64'`;
  if (!/^image\/(jpeg|png|gif|webp)$/.test(String(mediaType))) return 'image.source.media_type: invalid';
  if (data === '') return 'image.source.base64: image cannot be empty';
  if (!/^[A-Za-z0-9+/]+=*$/.test(String(data))) return 'image.source.base64: invalid base64 data';
  const { length } = String(data);
  if (length > LARGEST_IMAGE) return `image.source.base64: image exceeds 5 MB maximum: ${length} bytes > 5242880 bytes`;
  return undefined;
}

function pairProblem(blocks: Fields[], index: number, open: string[], ids: Set<string>): string | undefined {
  const results = blocks.filter((block) => block.type === 'tool_result').map((block) => String(block.tool_use_id));
  const missing = open.filter((id) => !results.includes(id));
  if (missing.length > 0 || (results.length > 0 && blocks[0]?.type !== 'tool_result')) {
    return `messages.${index - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing}.`;
  }
  const stray = results.find((id) => !open.includes(id));
  if (stray)
    return `messages.${index}.content.0: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${stray}.`;
  for (const block of blocks.filter(({ type }) => type === 'tool_use')) {
    if (ids.has(String(block.id))) return `messages.${index}: \`tool_use\` ids must be unique`;
    ids.add(String(block.id));
  }
  return undefined;
}

const STOPS = {
  end: 'end_turn',
  tools: 'tool_use',
  length: 'max_tokens',
  refused: 'refusal',
  // https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
  window: 'model_context_window_exceeded',
  unsaid: null,
} as const;

function usageOf(usage: Play['usage']): Fields {
  if (usage && 'every' in usage) {
    const { every } = usage;
    return { input_tokens: every, cache_read_input_tokens: every, output_tokens: every };
  }
  return usage ? { input_tokens: usage.input, cache_read_input_tokens: usage.cached, output_tokens: usage.output } : {};
}

export function anthropicMessage(play: Play, model: string): Fields {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model,
    content: [
      ...(play.reasoning ? [{ type: 'thinking', thinking: play.reasoning, signature: 'c2lnbmF0dXJl' }] : []),
      ...(play.pieces.length > 0 ? [{ type: 'text', text: play.pieces.join('') }] : []),
      // The service itself parses what its model writes; here broken arguments stay what they are.
      ...play.calls.map(({ id, name, json }) => ({ type: 'tool_use', id, name, input: parsed(json) })),
    ],
    stop_reason: STOPS[play.stop],
    stop_sequence: null,
    ...(play.usage && { usage: usageOf(play.usage) }),
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

/** The events of a stream, each as SSE text. */
export function anthropicEvents(play: Play, model: string): string[] {
  const event = (type: string, fields: Fields) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  const block = (index: number, start: Fields, deltas: Fields[]) => [
    event('content_block_start', { index, content_block: start }),
    ...deltas.map((delta) => event('content_block_delta', { index, delta })),
    event('content_block_stop', { index }),
  ];
  const head = { ...anthropicMessage({ ...play, reasoning: '', pieces: [], calls: [] }, model), stop_reason: null };
  const blocks: string[][] = [];
  if (play.reasoning) {
    const deltas = [
      { type: 'thinking_delta', thinking: play.reasoning },
      { type: 'signature_delta', signature: 'c2lnbmF0dXJl' },
    ];
    blocks.push(block(0, { type: 'thinking', thinking: '', signature: '' }, deltas));
  }
  if (play.pieces.length > 0) {
    const deltas = play.pieces.map((text) => ({ type: 'text_delta', text }));
    blocks.push(block(blocks.length, { type: 'text', text: '' }, deltas));
  }
  for (const { id, name, json, object } of play.calls) {
    if (object) {
      blocks.push(block(blocks.length, { type: 'tool_use', id, name, input: JSON.parse(json) }, []));
      continue;
    }
    const middle = Math.ceil(json.length / 2);
    const deltas = [json.slice(0, middle), json.slice(middle)].map((partial_json) => ({
      type: 'input_json_delta',
      partial_json,
    }));
    blocks.push(block(blocks.length, { type: 'tool_use', id, name, input: {} }, deltas));
  }
  return [
    event('message_start', { message: head }),
    'event: ping\ndata: {"type": "ping"}\n\n',
    ...blocks.flat(),
    event('message_delta', {
      delta: { stop_reason: STOPS[play.stop], stop_sequence: null },
      ...(play.usage && { usage: usageOf(play.usage) }),
    }),
    event('message_stop', {}),
  ];
}

export function anthropicError({ type, message }: Refusal): Fields {
  return { type: 'error', error: { type, message }, request_id: 'req_1' };
}
