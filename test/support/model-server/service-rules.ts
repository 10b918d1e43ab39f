/** What services refuse, in their own words. Each rule tells of a request that its service does not take. */
import type { Body } from './services.ts';

interface Refused {
  status: number;
  body: unknown;
}

const because = (isWrong: boolean, status: number, body: unknown): Refused | undefined =>
  isWrong ? { status, body } : undefined;
const said = (message: string, more: object = {}) => ({ error: { message, type: 'invalid_request_error', ...more } });
const object = (message: string, code: number | string = 400) => ({ object: 'error', message, code });

const roles = (body: Body): string[] => body.messages.map(({ role }: Body) => role);
const spoken = (body: Body): string[] => roles(body).filter((role) => role !== 'system');
const hasSystem = (body: Body) => roles(body).includes('system');
const callsIn = (body: Body): Body[] => body.messages.flatMap(({ tool_calls: calls = [] }: Body) => calls);
const asksUsage = (body: Body) => body.stream_options !== undefined;
const schemas = (body: Body): Body[] => (body.tools ?? []).map((tool: Body) => tool.function?.parameters);
const alternates = (turns: readonly string[]) =>
  turns.every((role, index) => role === (index % 2 === 0 ? 'user' : 'assistant'));

/** Each object of a schema, however deep. */
function* parts(schema: Body): Generator<Body> {
  if (typeof schema !== 'object' || schema === null) return;
  if (!Array.isArray(schema)) yield schema;
  for (const value of Object.values(schema)) yield* parts(value);
}
const anyPart = (body: Body, wrong: (part: Body) => boolean) =>
  schemas(body).some((each) => [...parts(each)].some(wrong));

const KNOWN = [
  ...['model', 'messages', 'tools', 'tool_choice', 'stream', 'max_tokens', 'temperature', 'top_p', 'random_seed'],
  ...['response_format', 'parallel_tool_calls', 'safe_prompt', 'stop', 'prediction', 'metadata'],
];

export const RULES = {
  max_tokens: (body: Body) =>
    because(
      'max_tokens' in body,
      400,
      said(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        {
          param: 'max_tokens',
          code: 'unsupported_parameter',
        },
      ),
    ),
  'usage, FastAPI in JSON': (body: Body) =>
    because(
      asksUsage(body),
      400,
      object(
        JSON.stringify([
          { type: 'extra_forbidden', loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted' },
        ]),
      ),
    ),
  'usage, FastAPI': (body: Body) =>
    because(asksUsage(body), 422, {
      detail: [{ type: 'extra_forbidden', loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted' }],
    }),
  'usage, field': (body: Body) =>
    because(asksUsage(body), 400, said("Extra inputs are not permitted, field: 'stream_options'")),
  'usage, path': (body: Body) =>
    because(asksUsage(body), 422, said('Validation error at #/stream_options: Extra inputs are not permitted')),
  'usage, arrow': (body: Body) =>
    because(asksUsage(body), 422, {
      title: 'Unprocessable Entity',
      detail: 'body -> stream_options\n  Extra inputs are not permitted',
    }),
  'usage, litellm': (body: Body) =>
    because(asksUsage(body), 400, {
      error: {
        message:
          "litellm.UnsupportedParamsError: some does not support parameters: ['stream_options'], for model=main.",
        ...{ type: 'None', param: 'None', code: '400' },
      },
    }),
  'unknown fields': (body: Body) => {
    const [field] = Object.keys(body).filter((each) => !KNOWN.includes(each));
    return because(field !== undefined, 422, {
      object: 'error',
      message: { detail: [{ type: 'extra_forbidden', loc: ['body', field], msg: 'Extra inputs are not permitted' }] },
    });
  },
  'streamed tools': (body: Body) =>
    because(
      Boolean(body.stream && body.tools),
      400,
      said('Tool and function calls do not currently support streaming'),
    ),
  'streamed tools, Bedrock': (body: Body) =>
    because(Boolean(body.stream && body.tools), 400, said("This model doesn't support tool use in streaming mode.")),
  'long answers': (body: Body) =>
    because(body.max_tokens > 4_096, 400, said('Invalid max_tokens value, the valid range of max_tokens is [1, 4096]')),
  cache_control: (body: Body) =>
    because(JSON.stringify(body).includes('cache_control'), 400, {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'system.0.cache_control: Extra inputs are not permitted' },
    }),
  'system role': (body: Body) => because(hasSystem(body), 400, object('System role not supported')),
  'system role, Gemini': (body: Body) =>
    because(hasSystem(body), 400, [said('Developer instruction is not enabled for models/gemma-3-27b-it')]),
  'turns, llama.cpp': (body: Body) =>
    because(!alternates(spoken(body)), 500, {
      error: {
        code: 500,
        message: 'Conversation roles must alternate user/assistant/user/assistant/... at row 19',
        type: 'server_error',
      },
    }),
  'turns, Perplexity': (body: Body) =>
    because(
      !alternates(spoken(body)),
      400,
      said('After the (optional) system message(s), user and assistant roles should be alternating.', {
        type: 'invalid_message',
        code: 400,
      }),
    ),
  'turns of persons': (body: Body) =>
    because(
      spoken(body).some((role, index, all) => role === 'user' && all[index - 1] === 'user'),
      400,
      said('A conversation must alternate between user and assistant roles.'),
    ),
  'persons after results': (body: Body) =>
    because(
      roles(body).some((role, index, all) => role === 'user' && all[index - 1] === 'tool'),
      400,
      {
        error: {
          ...{ message: 'Provider returned error', code: 400 },
          metadata: { raw: JSON.stringify(object("Unexpected role 'user' after role 'tool'", '3230')) },
        },
      },
    ),
  'tools, Ollama': (body: Body) =>
    because(body.tools !== undefined, 400, {
      error: { message: 'registry.ollama.ai/library/gemma:2b does not support tools', type: 'api_error' },
    }),
  'tools, vLLM': (body: Body) =>
    because(
      body.tools !== undefined,
      400,
      object('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
    ),
  'tools, OpenRouter': (body: Body) =>
    because(body.tools !== undefined, 404, {
      error: { message: 'No endpoints found that support tool use. To learn more, visit the docs.', code: 404 },
    }),
  patterns: (body: Body) =>
    because(
      anyPart(body, (part) => typeof part.pattern === 'string' || typeof part.format === 'string'),
      400,
      said("JSON schema conversion failed:\nPattern must start with '^' and end with '$'", { code: 400 }),
    ),
  'open objects': (body: Body) =>
    because(
      anyPart(body, (part) => part.additionalProperties === true),
      400,
      [
        {
          error: {
            code: 400,
            message:
              'Invalid JSON payload received. Unknown name "additionalProperties" at \'tools[0].function_declarations[3].parameters\': Cannot find field.',
            status: 'INVALID_ARGUMENT',
          },
        },
      ],
    ),
  'odd schemas': (body: Body) => {
    const wrong = (part: Body) =>
      (part.type === 'object' && !part.properties) ||
      (part.type === 'array' && !part.items) ||
      part.required === null ||
      part.title === null ||
      '$schema' in part ||
      '$ref' in part;
    const tool = (body.tools ?? []).find(
      ({ function: { parameters } }: Body) => !parameters || parameters.anyOf || [...parts(parameters)].some(wrong),
    );
    return because(
      tool !== undefined,
      400,
      said(`Invalid schema for function '${tool?.function.name}': object schema missing properties.`),
    );
  },
  'grammar, LM Studio': (body: Body) =>
    because(
      anyPart(body, ({ anyOf }) => Array.isArray(anyOf)),
      500,
      {
        error:
          'Engine protocol predict request returned 400: {"error":{"code":400,"message":"Failed to initialize samplers: failed to parse grammar","type":"invalid_request_error"}}',
      },
    ),
  'long ids': (body: Body) => {
    const long = callsIn(body).find(({ id }) => id.length > 40);
    return because(
      long !== undefined,
      400,
      said("Invalid 'messages[2].tool_calls[0].id': string too long. Expected a string with maximum length 40."),
    );
  },
  'ids of nine': (body: Body) => {
    const other = callsIn(body).find(({ id }) => !/^[a-zA-Z0-9]{9}$/.test(id));
    return because(other !== undefined, 400, {
      ...object(`Tool call id was ${other?.id} but must be a-z, A-Z, 0-9, with a length of 9.`, '3280'),
      type: 'invalid_function_call',
    });
  },
  'null content': (body: Body) =>
    because(
      body.messages.some(({ content }: Body) => content === null),
      400,
      { error: "Invalid 'content': 'content' field must be a string or an array of objects." },
    ),
  'null content, FastAPI': (body: Body) => {
    const at = body.messages.findIndex(({ content }: Body) => content === null);
    return because(at >= 0, 422, {
      detail: [
        {
          type: 'string_type',
          loc: ['body', 'messages', at, 'content'],
          msg: 'Input should be a valid string',
          input: null,
        },
      ],
    });
  },
  'blank text': (body: Body) => {
    const at = body.messages.findIndex(({ content }: Body) => typeof content === 'string' && content.trim() === '');
    return because(
      at >= 0,
      400,
      said(`The text field in the ContentBlock object at messages.${at}.content.0 is blank.`),
    );
  },
  'calls without tools': (body: Body) =>
    because(
      callsIn(body).length > 0 && !body.tools,
      400,
      said("litellm.UnsupportedParamsError: Bedrock doesn't support tool calling without `tools=` param specified."),
    ),
  'calls without thoughts': (body: Body) => {
    const at = body.messages.findIndex((each: Body) => each.tool_calls && !each.reasoning_content);
    return because(
      at >= 0,
      400,
      said(`thinking is enabled but reasoning_content is missing in assistant tool call message at index ${at}`),
    );
  },
  'calls without thoughts, DeepSeek': (body: Body) =>
    because(
      body.messages.some((each: Body) => each.tool_calls && !each.reasoning_content),
      400,
      said('The `reasoning_content` in the thinking mode must be passed back to the API.'),
    ),
} satisfies Record<string, (body: Body) => Refused | undefined>;

export type RuleName = keyof typeof RULES;
