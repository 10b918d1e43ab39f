/**
 * Chat Completions as the service plays it. Where its rules were read:
 * - results belong to calls: github.com/prism-php/prism/issues/175, github.com/FoundationAgents/OpenManus/issues/744
 * - pictures are a person's only: github.com/openai/openai-node/issues/1030, github.com/openai/openai-openapi/issues/523
 * - some models let nobody speak right after results, and want turns to be taken: github.com/charmbracelet/crush/issues/279,
 *   github.com/janhq/jan/issues/6254
 * - Gemini 3 wants its signatures back: github.com/openai/codex/issues/7519, github.com/crmne/ruby_llm/pull/588
 * - usage in a stream: https://platform.openai.com/docs/api-reference/chat_streaming/streaming
 * - ids of calls: github.com/langgenius/dify/issues/28987, github.com/camel-ai/camel/issues/2215
 * - fields that are known: `ChatCompletionCreateParamsBase` of the official client
 */
import type { Refusal } from './anthropic.ts';
import type { Play } from './scene.ts';

type Fields = Record<string, unknown>;

interface Message {
  role: string;
  content?: unknown;
  tool_calls?: { id: string; type: string; function: { name: string; arguments: unknown } }[];
  tool_call_id?: string;
}

const FIELDS = [
  'model',
  'messages',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'reasoning_effort',
  'response_format',
  'stop',
  'user',
  // https://platform.openai.com/docs/api-reference/chat/create
  'prompt_cache_key',
];
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

export function refuseOpenai(body: Fields): Refusal | undefined {
  const wrong = (message: string): Refusal => ({ status: 400, type: 'invalid_request_error', message });
  for (const field of Object.keys(body)) {
    if (!FIELDS.includes(field)) return wrong(`Unrecognized request argument supplied: ${field}`);
  }
  if (body.max_tokens !== undefined && String(body.model).startsWith('gpt-5')) {
    return wrong("Unsupported parameter: 'max_tokens' is not supported with this model.");
  }
  if (body.stream_options !== undefined && body.stream !== true) {
    return wrong("The 'stream_options' parameter is only allowed when 'stream' is enabled.");
  }
  const problem =
    toolProblem(body.tools) ?? messagesProblem(body.messages as Message[] | undefined, String(body.model));
  return problem ? wrong(problem) : undefined;
}

function toolProblem(tools: unknown): string | undefined {
  if (tools === undefined) return undefined;
  if (!Array.isArray(tools) || tools.length === 0) return "[] is too short - 'tools'";
  for (const [index, tool] of (tools as { type: string; function: Fields }[]).entries()) {
    if (tool.type !== 'function') return `Invalid value: '${tool.type}'. Supported values are: 'function'.`;
    if (!NAME.test(String(tool.function.name))) return `Invalid 'tools[${index}].function.name'`;
    if ((tool.function.parameters as Fields | undefined)?.type !== 'object') {
      return `Invalid schema for function '${String(tool.function.name)}': schema must be a JSON Schema of 'type: "object"'`;
    }
  }
  return undefined;
}

function messagesProblem(messages: Message[] | undefined, model: string): string | undefined {
  if (!Array.isArray(messages) || messages.length === 0) return "[] is too short - 'messages'";
  let open: string[] = [];
  for (const [index, message] of messages.entries()) {
    if (!['system', 'developer', 'user', 'assistant', 'tool'].includes(message.role)) {
      return `Invalid value: '${message.role}'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool'.`;
    }
    if (message.role === 'tool') {
      if (!open.includes(message.tool_call_id ?? '')) {
        return "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
      }
      open = open.filter((id) => id !== message.tool_call_id);
    } else if (open.length > 0) {
      return `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${open}`;
    }
    const before = messages[index - 1];
    if (message.role === 'user' && before?.role === 'tool') return "Unexpected role 'user' after role 'tool'";
    if (message.role === before?.role && message.role !== 'tool') {
      return 'Conversation roles must alternate user/assistant/user/assistant/...';
    }
    const problem = contentProblem(message, index) ?? signatureProblem(message, model);
    if (problem) return problem;
    if (message.tool_calls) open = message.tool_calls.map(({ id }) => id);
  }
  return undefined;
}

function signatureProblem({ tool_calls: calls }: Message, model: string): string | undefined {
  if (!calls || !model.startsWith('gemini-3')) return undefined;
  const [first] = calls as { extra_content?: { google?: { thought_signature?: string } } }[];
  return first?.extra_content?.google?.thought_signature
    ? undefined
    : 'Function call is missing a thought_signature in functionCall parts.';
}

function contentProblem({ role, content, tool_calls: calls }: Message, index: number): string | undefined {
  if (content === undefined || content === null) {
    if (role === 'assistant' && calls) return callsProblem(calls, index);
    return `Invalid value for 'content': expected a string, got null. (messages.[${index}])`;
  }
  if (Array.isArray(content)) {
    for (const part of content as Fields[]) {
      if (part.type === 'text' && typeof part.text === 'string') continue;
      const url = (part.image_url as { url?: string } | undefined)?.url ?? '';
      if (part.type === 'image_url' && role !== 'user') {
        return `Invalid 'messages[${index}]'. Image URLs are only allowed for messages with role 'user', but this message with role '${role}' contains an image URL.`;
      }
      if (part.type === 'image_url' && /^data:image\/(jpeg|png|gif|webp);base64,[A-Za-z0-9+/]+=*$/.test(url)) continue;
      return `Invalid content part in messages[${index}]`;
    }
  } else if (typeof content !== 'string') {
    return `Invalid type for 'messages[${index}].content'`;
  }
  return calls ? callsProblem(calls, index) : undefined;
}

function callsProblem(calls: NonNullable<Message['tool_calls']>, index: number): string | undefined {
  if (calls.length === 0) return `[] is too short - 'messages.${index}.tool_calls'`;
  if (new Set(calls.map(({ id }) => id)).size < calls.length) return `Duplicate value for 'tool_call_id'`;
  for (const call of calls) {
    if (!call.id) return `Invalid 'messages[${index}].tool_calls[0].id'`;
    if (call.id.length > 40) {
      return `Invalid 'messages[${index}].tool_calls[0].id': string too long. Expected a string with maximum length 40, but got a string with length ${call.id.length} instead.`;
    }
    if (!NAME.test(call.function.name)) return `Invalid 'messages[${index}].tool_calls[0].function.name'`;
    if (typeof call.function.arguments !== 'string') return `Invalid type for 'function.arguments': expected a string`;
  }
  return undefined;
}

const STOPS = {
  end: 'stop',
  tools: 'tool_calls',
  length: 'length',
  refused: 'content_filter',
  // https://docs.mistral.ai/api/#tag/chat
  window: 'model_length',
  unsaid: null,
} as const;

function usageOf(usage: NonNullable<Play['usage']>): Fields {
  if ('every' in usage) {
    const { every } = usage;
    return { prompt_tokens: every, completion_tokens: every, prompt_tokens_details: { cached_tokens: every } };
  }
  const prompt = usage.input + usage.cached;
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.output,
    total_tokens: prompt + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cached },
  };
}

export function openaiCompletion(play: Play, model: string): Fields {
  const calls = play.calls.map(({ id, name, json, object, signature }) => ({
    id,
    type: 'function',
    function: { name, arguments: object ? JSON.parse(json) : json },
    ...extraOf(signature),
  }));
  const message = {
    role: 'assistant',
    content: play.pieces.length > 0 ? play.pieces.join('') : null,
    refusal: null,
    ...(play.reasoning && { reasoning_content: play.reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: STOPS[play.stop] }],
    ...(play.usage && { usage: usageOf(play.usage) }),
  };
}

function extraOf(signature: string | undefined): Fields {
  return signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } };
}

/** The chunks of a stream, each as SSE text. */
export function openaiChunks(play: Play, model: string): string[] {
  const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model };
  const chunk = (fields: Fields) => `data: ${JSON.stringify({ ...base, ...fields })}\n\n`;
  const delta = (fields: Fields, reason: string | null = null) =>
    chunk({ choices: [{ index: 0, delta: fields, finish_reason: reason }] });
  const calls = play.calls.flatMap(({ id, name, json, object, signature }, index) => {
    const middle = Math.ceil(json.length / 2);
    const grow = (text: unknown) => delta({ tool_calls: [{ index, function: { arguments: text } }] });
    const begun = { name, arguments: object ? {} : '' };
    return [
      delta({ tool_calls: [{ index, id, type: 'function', function: begun, ...extraOf(signature) }] }),
      ...(object ? [grow(JSON.parse(json))] : [grow(json.slice(0, middle)), grow(json.slice(middle))]),
    ];
  });
  return [
    delta({ role: 'assistant', content: '' }),
    ...(play.reasoning ? [delta({ reasoning_content: play.reasoning })] : []),
    ...play.pieces.map((content) => delta({ content })),
    ...calls,
    delta({}, STOPS[play.stop]),
    ...(play.usage ? [chunk({ choices: [], usage: usageOf(play.usage) })] : []),
    'data: [DONE]\n\n',
  ];
}

export function openaiError({ type, message }: Refusal): Fields {
  return { error: { message, type, param: null, code: type } };
}
