/** A server that speaks both real APIs over HTTP, streaming and not, and plays scenes. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type Deferred, deferred } from '../../../src/base/async.ts';
import { anthropicError, anthropicEvents, anthropicMessage, type Refusal, refuseAnthropic } from './anthropic.ts';
import { openaiChunks, openaiCompletion, openaiError, refuseOpenai } from './openai.ts';
import { type Fault, type Play, playOf, type Scene } from './scene.ts';

export type { Fault, Scene } from './scene.ts';

export interface Recorded {
  api: 'anthropic' | 'openai';
  /** The body as it came. */
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was sent
  body: any;
  headers: IncomingMessage['headers'];
  /** Resolves when the client has left, true when it left before the end. */
  left: Promise<boolean>;
}

export const KEY = 'sk-scripted-0123456789abcdef';

const REFUSALS: Partial<Record<Fault, { anthropic: Refusal; openai: Refusal }>> = {
  rate_limited: both(429, 'rate_limit_error', 'rate_limit_exceeded', 'Too many requests.'),
  server_error: both(500, 'api_error', 'server_error', `Internal error near ${KEY}.`),
  overloaded: {
    anthropic: { status: 529, type: 'overloaded_error', message: 'Overloaded' },
    openai: { status: 503, type: 'server_error', message: 'The engine is currently overloaded.' },
  },
  unauthorized: both(401, 'authentication_error', 'invalid_api_key', `Incorrect API key provided: ${KEY}.`),
  no_such_model: both(404, 'not_found_error', 'model_not_found', 'model: nothing'),
  too_long: {
    anthropic: { status: 400, type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000' },
    openai: { status: 400, type: 'context_length_exceeded', message: "This model's maximum context length is 8192." },
  },
  no_credit: {
    anthropic: { status: 400, type: 'invalid_request_error', message: 'Your credit balance is too low.' },
    openai: { status: 429, type: 'insufficient_quota', message: 'You exceeded your current quota.' },
  },
  no_tools: both(
    400,
    'invalid_request_error',
    'api_error',
    'registry.ollama.ai/library/gemma:2b does not support tools',
  ),
  bad_request: both(400, 'invalid_request_error', 'invalid_request_error', 'nothing: Extra inputs are not permitted'),
};

function both(status: number, anthropic: string, openai: string, message: string) {
  return { anthropic: { status, type: anthropic, message }, openai: { status, type: openai, message } };
}

export class ModelServer {
  readonly requests: Recorded[] = [];
  /** Requests that the service would have refused, with its words: a test wants none that it did not ask for. */
  readonly refused: string[] = [];
  /** Requests to count tokens, which are none of the above. */
  counted = 0;
  /** What is counted; a quarter of the characters if nothing else is said. */
  counting: ((text: string) => number) | undefined;
  /** Whether requests are kept; a soak would fill the memory with them. */
  recording = true;
  /** What it lists, and what it knows besides by other names. */
  models: readonly Record<string, unknown>[] = [];
  aliases: readonly string[] = [];
  /** The only API that it speaks; both when left out. */
  speaks: 'anthropic' | 'openai' | undefined;
  /** Answers whoever asks, as a service of one's own machine does. */
  asksNoKey = false;
  /** What Ollama's own API tells of each model. */
  ollama: { capabilities: readonly string[]; context: number } | undefined;
  /** Asked before the scenes. */
  improvise: ((body: { model: string; messages: unknown[] }) => Scene | undefined) | undefined;
  private readonly server: Server;
  private scenes: { scene: Scene; left: number }[] = [];
  private gate: Deferred<void> = deferred();
  private arrivals: { count: number; seen: Deferred<void> }[] = [];
  private ids = 0;

  private constructor(server: Server) {
    this.server = server;
  }

  static async start(): Promise<ModelServer> {
    const server = createServer();
    // Longer than any test: a socket that closes while the client writes to it looks like a fault of the service.
    server.keepAliveTimeout = 120_000;
    const scripted = new ModelServer(server);
    server.on('request', (request, response) => void scripted.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return scripted;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Where each API is, as `base_url`. */
  baseUrl(api: 'anthropic' | 'openai'): string {
    return api === 'anthropic' ? this.url : `${this.url}/v1`;
  }

  /** Adds scenes: each request plays the first one that fits. Without one, the answer is "ok". */
  play(...scenes: Scene[]): void {
    this.scenes.push(...scenes.map((scene) => ({ scene, left: scene.times ?? 1 })));
  }

  /** Forgets scenes and requests. */
  reset(): void {
    this.scenes = [];
    this.requests.length = 0;
    this.refused.length = 0;
    this.counted = 0;
    this.counting = undefined;
    this.gate = deferred();
  }

  /** Lets answers that were held go on. */
  release(): void {
    this.gate.resolve();
    this.gate = deferred();
  }

  /** Resolves with the request of this number, counted from 1, once it has come. */
  async arrived(count: number): Promise<Recorded> {
    if (this.requests.length < count) {
      const seen = deferred();
      this.arrivals.push({ count, seen });
      await seen.promise;
    }
    return this.requests[count - 1] as Recorded;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const key = this.asksNoKey
      ? KEY
      : (request.headers['x-api-key'] ?? request.headers.authorization?.replace('Bearer ', ''));
    if (request.method === 'GET' && request.url?.startsWith('/v1/models')) {
      if (key !== KEY) return refuse(response, 'openai', REFUSALS.unauthorized?.openai as Refusal);
      const one = decodeURIComponent(request.url.slice('/v1/models/'.length));
      if (one !== '' && !this.aliases.includes(one))
        return refuse(response, 'openai', REFUSALS.no_such_model?.openai as Refusal);
      return json(response, { data: this.models });
    }
    if (this.ollama && request.url === '/api/show') return json(response, { capabilities: this.ollama.capabilities });
    if (this.ollama && request.url === '/api/ps') {
      const { context } = this.ollama;
      return json(response, { models: this.models.map(({ id }) => ({ name: id, context_length: context })) });
    }
    const text = Buffer.concat(chunks).toString();
    if (request.url === '/v1/messages/count_tokens') return this.count(text, key === KEY, response);
    const api = request.url === '/v1/messages' ? 'anthropic' : 'openai';
    if (!['/v1/messages', '/v1/chat/completions'].includes(request.url ?? '')) return page(response, 404);
    if (this.speaks && this.speaks !== api) return page(response, 404);
    const body = JSON.parse(text);
    const left = deferred<boolean>();
    response.on('close', () => left.resolve(!response.writableFinished));
    if (this.recording) this.requests.push({ api, text, body, headers: request.headers, left: left.promise });
    for (const { count, seen } of this.arrivals) if (this.requests.length >= count) seen.resolve();
    const refusal =
      key === KEY
        ? (refuseHalf(text) ?? (api === 'anthropic' ? refuseAnthropic(body, request.headers) : refuseOpenai(body)))
        : (REFUSALS.unauthorized?.[api] as Refusal);
    if (refusal) {
      this.refused.push(refusal.message);
      return refuse(response, api, refusal);
    }
    await this.playScene(this.improvise?.(body) ?? this.next(body), api, body, text, response);
  }

  /** https://platform.claude.com/docs/en/api/messages-count-tokens */
  private count(text: string, known: boolean, response: ServerResponse): void {
    const extra = Object.keys(JSON.parse(text)).filter((field) => ['max_tokens', 'stream'].includes(field));
    if (extra.length > 0) this.refused.push(`${extra}: Extra inputs are not permitted`);
    const refusal = known ? extra.length > 0 && REFUSALS.bad_request : REFUSALS.unauthorized;
    if (refusal) return void refuse(response, 'anthropic', refusal.anthropic);
    this.counted++;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ input_tokens: this.counting?.(text) ?? Math.ceil(text.length / 4) }));
  }

  private next(body: { model: string; messages: unknown[] }): Scene {
    const last = JSON.stringify(body.messages.at(-1) ?? '');
    const found = this.scenes.find(
      ({ scene: { when }, left }) =>
        left > 0 && (when?.model ?? body.model) === body.model && (!when?.says || last.includes(when.says)),
    );
    if (found) found.left--;
    return found?.scene ?? { text: 'ok' };
  }

  private async playScene(
    scene: Scene,
    api: 'anthropic' | 'openai',
    body: { model: string; stream?: boolean },
    text: string,
    response: ServerResponse,
  ): Promise<void> {
    const isFree = scene.fault === 'no_tools' && !('tools' in body);
    const refusal = isFree ? undefined : scene.fault && REFUSALS[scene.fault]?.[api];
    if (refusal) {
      const after = scene.fault === 'rate_limited' ? { 'retry-after': String(scene.retryAfter ?? 1) } : {};
      return refuse(response, api, refusal, after);
    }
    if (scene.fault === 'html') return page(response, 200);
    if (scene.sends) return verbatim(scene.sends, response);
    if (scene.fault === 'held') await this.gate.promise;
    const pieces = scene.fault === 'megabyte' ? ['x'.repeat(1 << 20)] : scene.text;
    const play = playOf({ ...scene, ...(pieces !== undefined && { text: pieces }) }, text, () => `call_${++this.ids}`);
    if (body.stream) stream(scene, api, play, body.model, response);
    else whole(scene.fault, api, play, body.model, response);
  }
}

/** What some service sent once, as it stood. */
function verbatim(sends: NonNullable<Scene['sends']>, response: ServerResponse): void {
  const { status = 200, type, body, headers = {}, before = '', packed = (bytes) => bytes, open } = sends;
  const usual = typeof body === 'string' ? 'application/json' : 'text/event-stream';
  response.writeHead(status, { 'content-type': type ?? usual, ...headers });
  const bytes = packed(Buffer.from(before + (typeof body === 'string' ? body : body.map(eventOf).join(''))));
  if (open) response.write(bytes);
  else response.end(bytes);
}

function eventOf(data: unknown): string {
  if (typeof data === 'string') return `${data}\n\n`;
  const { type } = data as { type?: string };
  return `${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** Comments, again and again, until the client leaves. */
async function heartbeats(response: ServerResponse): Promise<void> {
  while (!response.destroyed) {
    response.write(': still here\n\n');
    await setTimeout(5);
  }
}

function whole(fault: Fault | undefined, api: string, play: Play, model: string, response: ServerResponse): void {
  const json = JSON.stringify(api === 'anthropic' ? anthropicMessage(play, model) : openaiCompletion(play, model));
  response.writeHead(200, { 'content-type': 'application/json' });
  if (fault === 'overloaded_midway' && api === 'openai') {
    // As some endpoints tell it when they have begun to answer: status 200, and the real one within.
    response.end(JSON.stringify({ error: { message: `Overloaded near ${KEY}`, code: 503 } }));
  } else if (fault === 'cut' || fault === 'overloaded_midway') {
    response.write(json.slice(0, 20), () => response.destroy());
  } else if (fault === 'stalls') {
    response.write(json.slice(0, 20));
  } else if (fault === 'never_ends' || fault === 'endless_text' || fault === 'heartbeats') {
    response.write(' ');
  } else if (fault === 'invalid_json') {
    response.end(json.slice(0, -9));
  } else if (fault === 'invalid_utf8') {
    response.end(Buffer.from(json.replaceAll('é', '\u00ff'), 'latin1'));
  } else {
    response.end(json);
  }
}

function stream({ fault, pace }: Scene, api: string, play: Play, model: string, response: ServerResponse): void {
  const events = api === 'anthropic' ? anthropicEvents(play, model) : openaiChunks(play, model);
  const half = events.slice(0, Math.ceil(events.length / 2)).join('');
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if (fault === 'no_end') events.pop();
  if (fault === 'heartbeats') return void heartbeats(response);
  if (fault === 'stalls') response.write(half);
  else if (fault === 'cut') response.write(half, () => response.destroy());
  else if (fault === 'overloaded_midway') response.end(half + overloaded(api));
  else if (fault === 'invalid_json') response.end(`${half}event: content_block_delta\ndata: {"type": "conte\n\n`);
  else if (fault === 'invalid_utf8') response.end(Buffer.from(events.join('').replaceAll('é', '\u00ff'), 'latin1'));
  else if (fault === 'never_ends') {
    response.write(`${events[0]}${api === 'anthropic' ? events[1] : ': keep-alive\n\n'}`);
  } else if (fault === 'endless_text') {
    const piece = events.find((event) => event.includes(String(play.pieces[0]))) ?? '';
    response.write(events.slice(0, events.indexOf(piece)).join(''));
    const more = () => {
      while (!response.destroyed && response.write(piece.repeat(100)));
    };
    response.on('drain', more);
    more();
  } else void paced(events, pace, String(play.pieces[0]), response);
}

/** The events, with a pause after each from the one with the `first` words on. */
async function paced(events: readonly string[], pace: number | undefined, first: string, response: ServerResponse) {
  let isSaid = false;
  for (const event of events) {
    response.write(event);
    isSaid ||= event.includes(first);
    if (pace !== undefined && isSaid) await setTimeout(pace);
  }
  response.end();
}

function overloaded(api: string): string {
  return api === 'anthropic'
    ? 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'
    : 'data: {"error":{"message":"Overloaded","type":"server_error","code":"server_error"}}\n\n';
}

function refuse(response: ServerResponse, api: string, refusal: Refusal, headers: Record<string, string> = {}): void {
  const body = api === 'anthropic' ? anthropicError(refusal) : openaiError(refusal);
  response.writeHead(refusal.status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Neither service reads JSON with half of a surrogate pair in it. */
function refuseHalf(text: string): Refusal | undefined {
  const message = 'The request body is not valid JSON: no low surrogate in string';
  return /\p{Cs}/u.test(strings(JSON.parse(text)).join('\n'))
    ? { status: 400, type: 'invalid_request_error', message }
    : undefined;
}

const strings = (value: unknown): string[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [String(value)];

function page(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/html' });
  response.end('<!doctype html><title>Welcome</title><h1>It works!</h1>');
}
