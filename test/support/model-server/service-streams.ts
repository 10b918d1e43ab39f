/** How services stream: the usual chunks of Chat Completions, and what each service does to them. */
import type { Answer, Body } from './services.ts';

interface Stream {
  type: string;
  chunks: Body[];
  /** What ends a line. */
  line: string;
  /** Between `data:` and the JSON. */
  space: string;
  /** Stands before each event. */
  comment: string;
  done: boolean;
  /** Bytes of a piece that is written at once; all of an event when left out. */
  piece?: number;
}

const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'main' };
const chunk = (delta: object, reason: string | null = null): Body => ({
  ...base,
  choices: [{ index: 0, delta, finish_reason: reason }],
});
const USAGE = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 };
const argumentsOf = (text: string) => JSON.stringify({ text });

/** The deltas of a thought, in the field that the service has for it. */
function thoughtsIn(thought: string, field = ''): object[] {
  if (thought === '') return [];
  if (field === 'reasoning_details') {
    return [{ reasoning: thought, reasoning_details: [{ type: 'reasoning.text', text: thought }] }];
  }
  if (field === 'parts') return [{ content: [{ type: 'thinking', thinking: [{ type: 'text', text: thought }] }] }];
  return [{ [field]: thought }];
}

function usual({ thought, text, calls }: Answer, thoughts: string | undefined): Stream {
  const third = Math.ceil(text.length / 3);
  const pieces = [text.slice(0, third), text.slice(third, 2 * third), text.slice(2 * third)].filter(Boolean);
  const grown = calls.flatMap(({ id, name, text: said }, index) => {
    const json = argumentsOf(said);
    const begun = { index, id, type: 'function', function: { name, arguments: '' } };
    const rest = [json.slice(0, 4), json.slice(4)].map((part) => ({ index, function: { arguments: part } }));
    return [begun, ...rest].map((each) => chunk({ tool_calls: [each] }));
  });
  return {
    type: 'text/event-stream',
    chunks: [
      chunk({ role: 'assistant', content: '' }),
      ...thoughtsIn(thought, thoughts).map((delta) => chunk(delta)),
      ...pieces.map((content) => chunk({ content })),
      ...grown,
      chunk({}, calls.length > 0 ? 'tool_calls' : 'stop'),
      { ...base, choices: [], usage: USAGE },
    ],
    ...{ line: '\n', space: ' ', comment: '', done: true },
  };
}

function completion({ thought, text, calls }: Answer, thoughts: string | undefined): Body {
  const own = Object.assign({}, ...(thoughts === 'parts' ? [] : thoughtsIn(thought, thoughts)));
  const message = {
    ...{ role: 'assistant', content: text === '' ? null : text },
    ...own,
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ id, name, text: said }) => ({
        ...{ id, type: 'function', function: { name, arguments: argumentsOf(said) } },
      })),
    }),
  };
  const choice = { index: 0, message, finish_reason: calls.length > 0 ? 'tool_calls' : 'stop' };
  return { ...base, object: 'chat.completion', choices: [choice], usage: USAGE };
}

/** Each delta changed. */
const deltas = ({ chunks }: Stream, change: (delta: Body, reason: string | null) => object): Partial<Stream> => ({
  chunks: chunks.map((each) => ({
    ...each,
    choices: each.choices.map((choice: Body) => ({ ...choice, delta: change(choice.delta, choice.finish_reason) })),
  })),
});

/** The calls of all chunks, each whole. */
function callsOf(chunks: readonly Body[]): Body[] {
  const all: Body[] = [];
  for (const each of chunks) {
    for (const call of each.choices[0]?.delta.tool_calls ?? []) {
      if (call.id) all.push({ ...call, function: { ...call.function } });
      else all.at(-1).function.arguments += call.function.arguments;
    }
  }
  return all;
}

/** Calls come in one chunk, each as `change` makes it. */
function wholeCalls({ chunks }: Stream, change: (call: Body) => Body): Partial<Stream> {
  const calls = callsOf(chunks).map(change);
  const others = chunks.filter((each) => !each.choices[0]?.delta.tool_calls);
  const at = others.findIndex((each) => each.choices[0]?.finish_reason);
  return calls.length === 0
    ? {}
    : { chunks: [...others.slice(0, at), chunk({ tool_calls: calls }), ...others.slice(at)] };
}

const changes = {
  crlf: () => ({ line: '\r\n' }),
  'no space': () => ({ space: '' }),
  'no [DONE]': () => ({ done: false }),
  comments: () => ({ comment: ': OPENROUTER PROCESSING' }),
  'keep-alive': () => ({ comment: ': keep-alive' }),
  'cut letters': () => ({ piece: 7 }),
  'no usage': ({ chunks }: Stream) => ({ chunks: chunks.filter(({ choices }) => choices.length > 0) }),
  'usage in each': ({ chunks }: Stream) => ({ chunks: chunks.map((each) => ({ ...each, usage: USAGE })) }),
  'usage is null': ({ chunks }: Stream) => ({ chunks: chunks.map((each) => ({ usage: null, ...each })) }),
  'usage of Groq': ({ chunks }: Stream) => ({
    chunks: chunks.flatMap((each) =>
      each.choices.length === 0 ? [] : [each.choices[0].finish_reason ? { ...each, x_groq: { usage: USAGE } } : each],
    ),
  }),
  'filters first': ({ chunks }: Stream) => ({
    chunks: [
      { ...base, choices: [], prompt_filter_results: [{ prompt_index: 0, content_filter_results: {} }] },
      ...chunks,
    ],
  }),
  'empty deltas': ({ chunks }: Stream) => ({
    chunks: chunks.flatMap((each) => [chunk({ content: '' }), chunk({}), each]),
  }),
  'null fields': (stream: Stream) =>
    deltas(stream, (delta) => ({
      ...{ content: null, refusal: null, function_call: null, tool_calls: null, reasoning_content: null, audio: null },
      ...delta,
    })),
  'role in each': (stream: Stream) => deltas(stream, (delta) => ({ role: 'assistant', ...delta })),
  'role is empty': (stream: Stream) => deltas(stream, (delta) => ({ ...delta, role: '' })),
  'reason is empty': ({ chunks }: Stream) => ({
    chunks: chunks.map((each) => ({
      ...each,
      choices: each.choices.map((choice: Body) => ({ ...choice, finish_reason: choice.finish_reason ?? '' })),
    })),
  }),
  'stops although it calls': ({ chunks }: Stream) => ({
    chunks: chunks.map((each) => ({
      ...each,
      choices: each.choices.map((choice: Body) => ({
        ...choice,
        finish_reason: choice.finish_reason === 'tool_calls' ? 'stop' : choice.finish_reason,
      })),
    })),
  }),
  'whole calls': (stream: Stream) => wholeCalls(stream, (call) => call),
  'whole calls without index': (stream: Stream) => wholeCalls(stream, ({ index: _, ...call }) => call),
  'whole calls without id': (stream: Stream) => wholeCalls(stream, (call) => ({ ...call, id: '' })),
  'calls with objects': (stream: Stream) =>
    wholeCalls(stream, (call) => ({
      ...call,
      function: { ...call.function, arguments: JSON.parse(call.function.arguments) },
    })),
  'message at the end': ({ chunks }: Stream) => {
    const text = chunks.map((each) => each.choices[0]?.delta.content ?? '').join('');
    const calls = callsOf(chunks).map(({ index: _, ...call }) => call);
    const message = { role: 'assistant', content: text, ...(calls.length > 0 && { tool_calls: calls }) };
    const last = {
      ...base,
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage: USAGE,
    };
    return { chunks: [...chunks.filter(({ choices }) => choices.length > 0), last] };
  },
  'all at once': ({ chunks }: Stream) => {
    const text = chunks.map((each) => each.choices[0]?.delta.content ?? '').join('');
    const calls = callsOf(chunks).map(({ index: _, ...call }) => call);
    const message = {
      ...{ role: 'assistant', content: text === '' ? null : text },
      ...(calls.length > 0 && { tool_calls: calls }),
    };
    const choice = { index: 0, message, finish_reason: calls.length > 0 ? 'tool_calls' : 'stop' };
    return {
      type: 'application/json',
      chunks: [{ ...base, object: 'chat.completion', choices: [choice], usage: USAGE }],
    };
  },
} satisfies Record<string, (stream: Stream) => Partial<Stream>>;

export type StreamName = keyof typeof changes;

/** What goes over the wire, write by write. */
function written({ type, chunks, line, space, comment, done, piece }: Stream): Buffer[] {
  if (type === 'application/json') return [Buffer.from(JSON.stringify(chunks[0]))];
  const events = chunks.map((each) => `data:${space}${JSON.stringify(each)}${line}${line}`);
  if (done) events.push(`data:${space}[DONE]${line}${line}`);
  const texts = comment === '' ? events : events.flatMap((event) => [`${comment}${line}${line}`, event]);
  const bytes = texts.map((text) => Buffer.from(text));
  if (piece === undefined) return bytes;
  return bytes.flatMap((all) =>
    Array.from({ length: Math.ceil(all.length / piece) }, (_, index) =>
      all.subarray(index * piece, (index + 1) * piece),
    ),
  );
}

/** The usual stream, its changes by name, and how it is written. */
export const STREAMS: {
  usual: typeof usual;
  completion: typeof completion;
  written: typeof written;
  changes: Record<StreamName, (stream: Stream) => Partial<Stream>>;
} = { usual, completion, written, changes };
