/** Small model services as data: what each refuses, how it streams, how it writes calls and thoughts; played over HTTP. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CALL_FENCE, CALL_FORMATS } from '../../../src/agent/inference/strip-thinking/call-formats.ts';
import { THOUGHT_FORMATS } from '../../../src/agent/inference/strip-thinking/thought-formats.ts';
import { anthropicEvents, anthropicMessage } from './anthropic.ts';
import { RULES, type RuleName } from './service-rules.ts';
import { STREAMS, type StreamName } from './service-streams.ts';

/** One service. */
export interface Service {
  /** As people know it, or what it stands for. */
  service: string;
  /** Where its ways were read: a public report, a page of documentation, a table of coda's. */
  known: string;
  api?: 'anthropic';
  refuses?: readonly RuleName[];
  /** How the usual stream is changed, one after another. */
  streams?: readonly StreamName[];
  /** `models` of the format in which it writes calls into its text; in fields when left out. */
  calls?: string;
  /** The field in which its thoughts come, or `models` of their format in the text; none when left out. */
  thoughts?: string;
  /** What it refuses is told within a stream that has begun well. */
  within?: true;
  /** The ids of its calls. */
  id?: (name: string, count: number) => string;
}

// biome-ignore lint/suspicious/noExplicitAny: services look into whatever was sent
export type Body = any;

/** What the model behind a service says. */
export interface Answer {
  thought: string;
  text: string;
  calls: { id: string; name: string; text: string }[];
}

/** A message asks for one of these with a word behind `#`. */
const WORDS = /#(first|keep|look|odd|again)\b/g;
/** The tool that is called for it, and what is said when its result is there. */
const TOOLS: Record<string, string> = { keep: 'note_save', look: 'shelf_look', odd: 'odd_empties' };

/** A model that does what the last word behind `#` says, as far as it was shown what it needs for it. */
function answerTo(body: Body, id: (name: string) => string): Answer {
  const shown = body.messages.filter(({ role }: Body) => role !== 'system').map((each: Body) => JSON.stringify(each));
  const whole = shown.join('\n');
  const last = [...whole.matchAll(WORDS)].at(-1);
  const say = (text: string): Answer => ({ thought: 'Hm.', text, calls: [] });
  if (!last) return say('ok');
  const [, word = ''] = last;
  const after = whole.slice(last.index);
  if (word === 'first') return say('It is blue.');
  if (word === 'again')
    return say(whole.includes('lapis') && whole.includes('plums') ? 'Lapis and plums.' : 'I forgot.');
  const tool = TOOLS[word] as string;
  const isOffered = JSON.stringify([body.tools ?? [], body.system ?? '', body.messages]).includes(tool);
  if (!isOffered) return say(`I have no ${tool}.`);
  if (!after.includes(tool)) {
    return { thought: 'I need it.', text: '', calls: [{ id: id(tool), name: tool, text: 'milk' }] };
  }
  if (word === 'keep') return say('It is kept.');
  if (word === 'odd') return say(after.includes('it is so') ? 'So it is.' : 'It says nothing.');
  return say(after.includes('on the shelf') && after.includes('plums') ? 'Milk and plums.' : 'Only milk.');
}

export class Services {
  /** What each service refused, in its own words. */
  readonly refused = new Map<string, string[]>();
  private readonly server: Server;
  private readonly rows: readonly Service[];
  private ids = 0;

  private constructor(server: Server, rows: readonly Service[]) {
    this.server = server;
    this.rows = rows;
  }

  static async start(rows: readonly Service[]): Promise<Services> {
    const server = createServer();
    server.keepAliveTimeout = 120_000;
    const services = new Services(server, rows);
    server.on('request', (request, response) => void services.take(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return services;
  }

  /** `providers` of a configuration: `s0` is the first row. */
  providers(): Record<string, object> {
    const { port } = this.server.address() as AddressInfo;
    return Object.fromEntries(
      this.rows.map(({ api }, index) => [
        `s${index}`,
        {
          kind: api === 'anthropic' ? 'anthropic' : 'openai-compatible',
          base_url: `http://127.0.0.1:${port}/s${index}${api === 'anthropic' ? '' : '/v1'}`,
          api_key: 'sk-scripted-0123456789abcdef',
        },
      ]),
    );
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const [, index = '', path = ''] = /^\/s(\d+)\/v1\/(.*)$/.exec(request.url ?? '') ?? [];
    const row = this.rows[Number(index)];
    const body = JSON.parse(Buffer.concat(chunks).toString() || '{}');
    if (!row || path !== (row.api === 'anthropic' ? 'messages' : 'chat/completions')) {
      return void response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    }
    for (const name of row.refuses ?? []) {
      const refusal = RULES[name](body);
      if (!refusal) continue;
      const text = JSON.stringify(refusal.body);
      this.refused.set(row.service, [...(this.refused.get(row.service) ?? []), `${name}: ${text}`]);
      if (row.within && body.stream) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        return void response.end(`: begun\n\ndata: ${text}\n\n`);
      }
      return void response.writeHead(refusal.status, { 'content-type': 'application/json' }).end(text);
    }
    const answer = answerTo(body, (name) => row.id?.(name, ++this.ids) ?? `call_${++this.ids}`);
    const said = inText(row, body, answer);
    if (row.api === 'anthropic') return anthropic(said, body, response);
    if (!body.stream) return void whole(said, row.thoughts, response);
    const stream = STREAMS.usual(said, row.thoughts);
    for (const name of row.streams ?? []) Object.assign(stream, STREAMS.changes[name](stream));
    response.writeHead(200, { 'content-type': stream.type });
    for (const piece of STREAMS.written(stream)) response.write(piece);
    response.end();
  }
}

/** What stands in the text instead of in fields. */
function inText({ calls, thoughts }: Service, body: Body, answer: Answer): Answer {
  const thought = THOUGHT_FORMATS.find(({ models }) => models === thoughts);
  const format = body.tools ? CALL_FORMATS.find(({ models }) => models === calls) : OWN;
  const written = answer.calls.map(({ name, text }) =>
    (format?.example ?? '').replaceAll('note_save', name).replaceAll('milk', text),
  );
  const said = format ? [answer.text, ...written].filter(Boolean).join('\n') : answer.text;
  return {
    // Models think in marks before what they say to a person.
    text: thought && said !== '' ? thought.example.replace('It is blue.', () => said) : said,
    thought: thought ? '' : thoughts === undefined ? '' : answer.thought,
    calls: format ? [] : answer.calls,
  };
}

/** Told in the prompt how to call, a model does. */
const OWN = CALL_FORMATS.find(({ example }) => example.startsWith(`\`\`\`${CALL_FENCE}`));

function anthropic({ text, thought, calls }: Answer, body: Body, response: ServerResponse): void {
  const play = {
    pieces: text === '' ? [] : [text],
    reasoning: thought,
    calls: calls.map((call) => ({
      ...{ id: call.id, name: call.name, json: JSON.stringify({ text: call.text }), object: false },
      signature: undefined,
    })),
    stop: calls.length > 0 ? ('tools' as const) : ('end' as const),
    usage: { input: 10, cached: 0, output: 10 },
  };
  if (body.stream) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(anthropicEvents(play, body.model).join(''));
  } else {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(anthropicMessage(play, body.model)));
  }
}

function whole(answer: Answer, thoughts: string | undefined, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(STREAMS.completion(answer, thoughts)));
}
