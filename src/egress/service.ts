/** Requests to services that the owner has named, and their answers as they come in, over connections that are kept. */
import zlib from 'node:zlib';
import type { Agent, Dispatcher } from 'undici';
import { type Deferred, deferred } from '../base/async.ts';
import { parseJson } from '../base/json.ts';

/** Bytes that have come and nobody has read: the service waits until there are fewer. */
const MOST_UNREAD = 1 << 20;
const MOST_REDIRECTS = 5;
const LONGEST_REFUSAL = 20_000;

export interface ServiceWatch {
  /** Hands over how the request is ended; the last one given is the one that runs. */
  onStop(end: () => void): void;
  /** Hears of each piece of the answer before it is read; what it throws ends the request. */
  beat(bytes: number): void;
}

/** A refused request, or one whose connection failed: then it has neither status nor headers. */
class ServiceError extends Error {
  readonly status: number | undefined;
  readonly headers: Headers | undefined;
  readonly body: string | undefined;
  /** A short word for what is wrong, where it is known. */
  code: string | undefined;

  constructor(message: string, cause?: unknown, answer?: { status: number; headers: Headers; body: string }) {
    super(message, { cause });
    this.name = 'ServiceError';
    this.status = answer?.status;
    this.headers = answer?.headers;
    this.body = answer?.body;
  }
}

/** Loaded with the first request; what is imported again and again goes through Node's loader each time. */
const load = () => import('undici');

export class Service {
  private readonly base: string;
  private readonly headers: Readonly<Record<string, string>>;
  private own: Agent | undefined;
  private undici: ReturnType<typeof load> | undefined;

  constructor(base: string, headers: Readonly<Record<string, string>>) {
    this.base = base.replace(/\/$/, '');
    this.headers = {
      accept: '*/*',
      // A compressed stream would be held back until a block of it is full.
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'user-agent': 'coda',
      ...headers,
    };
  }

  /** Resolves when the answer begins. Throws a `ServiceError` where it is refused or does not come. */
  async post(path: string, body: Buffer, watch: ServiceWatch): Promise<ServiceAnswer> {
    let url = new URL(`${this.base}${path}`);
    for (let redirects = 0; ; redirects++) {
      const answer = await this.requestOnce(url, body, watch);
      const next = redirectOf('POST', answer.status, answer.header('location'), url);
      if (!next || redirects === MOST_REDIRECTS) return checkStatus(answer);
      answer.close();
      url = next;
    }
  }

  private async requestOnce(url: URL, body: Buffer, watch: ServiceWatch): Promise<ServiceAnswer> {
    this.undici ??= load();
    const { Agent, getGlobalDispatcher } = await this.undici;
    const global = getGlobalDispatcher();
    if (!(global instanceof Agent)) this.own ??= new Agent();
    // The owner's proxy, where there is one. Node's bundled copy may have set another: two versions do not mix.
    const dispatcher = global instanceof Agent ? global : (this.own as Agent);
    const answer = new ServiceAnswer(watch);
    dispatcher.dispatch(
      {
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: 'POST',
        headers: this.headers,
        body,
        // The watch knows how long to wait.
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      answer,
    );
    await answer.hasBegun;
    return answer;
  }
}

/** `fetch` of a service that the owner has named; a redirect is followed as `redirectOf` says. */
export async function fetchService(address: string, init: RequestInit): Promise<Response> {
  let url = new URL(address);
  for (let redirects = 0; ; redirects++) {
    const answer = await fetch(url, { ...init, redirect: 'manual' });
    const next = redirectOf(init.method ?? 'GET', answer.status, answer.headers.get('location') ?? undefined, url);
    if (!next || redirects === MOST_REDIRECTS) return answer;
    await answer.body?.cancel();
    url = next;
  }
}

const REPEATING: ReadonlySet<number> = new Set([307, 308]);
const MOVED: ReadonlySet<number> = new Set([301, 302, 303, ...REPEATING]);

/**
 * The address at which a request is repeated; undefined: the answer stands. What is sent belongs to the service that the
 * owner has named, so that nothing of it goes to another origin: a private address, or somebody who keeps it.
 */
function redirectOf(method: string, status: number, to: string | undefined, from: URL): URL | undefined {
  const isFollowed = (method === 'GET' ? MOVED : REPEATING).has(status);
  const next = isFollowed && to !== undefined ? URL.parse(to, from.href) : null;
  return next?.origin === from.origin ? next : undefined;
}

async function checkStatus(answer: ServiceAnswer): Promise<ServiceAnswer> {
  const { status } = answer;
  if (status >= 200 && status < 300) return answer;
  const { headers } = answer;
  const body = await answer.text().catch(() => '');
  throw new ServiceError(`status ${status}`, undefined, { status, headers, body: body.slice(0, LONGEST_REFUSAL) });
}

const DECODERS: Readonly<Record<string, (() => zlib.Gunzip | zlib.BrotliDecompress) | undefined>> = {
  gzip: zlib.createUnzip,
  'x-gzip': zlib.createUnzip,
  deflate: zlib.createUnzip,
  br: zlib.createBrotliDecompress,
};

export class ServiceAnswer implements Dispatcher.DispatchHandlers {
  status = 0;
  private readonly watch: ServiceWatch;
  private readonly beginning: Deferred<void> = deferred();
  private readonly unread: Buffer[] = [];
  private size = 0;
  private raw: Buffer[] = [];
  private isOver = false;
  private failure: Error | undefined;
  private wake: (() => void) | undefined;
  private abort: (() => void) | undefined;
  /** Reads an answer that came compressed although it was asked not to. */
  private decoder: zlib.Gunzip | zlib.BrotliDecompress | undefined;
  /** Asks for more; undefined while more comes by itself. */
  private resume: (() => void) | undefined;
  private more: () => void = () => {};

  constructor(watch: ServiceWatch) {
    this.watch = watch;
    watch.onStop(() => this.close());
  }

  get hasBegun(): Promise<void> {
    return this.beginning.promise;
  }

  get headers(): Headers {
    const headers = new Headers();
    for (let at = 0; at + 1 < this.raw.length; at += 2) {
      headers.append(String(this.raw[at]), (this.raw[at + 1] as Buffer).toString('latin1'));
    }
    return headers;
  }

  header(name: string): string | undefined {
    for (let at = 0; at + 1 < this.raw.length; at += 2) {
      // A header that comes twice is put together as the platform does it.
      if (String(this.raw[at]).toLowerCase() === name) return this.headers.get(name) ?? undefined;
    }
    return undefined;
  }

  /** The next piece; undefined at the end. Throws where the answer broke off. */
  async next(): Promise<Buffer | undefined> {
    while (this.unread.length === 0 && !this.isOver) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const piece = this.unread.shift();
    if (piece === undefined && this.failure) throw this.failure;
    this.size -= piece?.length ?? 0;
    if (this.resume && this.size === 0 && !this.isOver) {
      const { resume } = this;
      this.resume = undefined;
      resume();
    }
    return piece;
  }

  async text(): Promise<string> {
    const pieces: Buffer[] = [];
    for (let piece = await this.next(); piece; piece = await this.next()) pieces.push(piece);
    return new TextDecoder().decode(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces));
  }

  /** The whole answer as JSON, or its text where it does not say that it is JSON. */
  async json(): Promise<unknown> {
    const type = (this.header('content-type') ?? '').split(';')[0]?.trim() ?? '';
    const text = await this.text();
    return type.includes('application/json') || type.endsWith('+json') ? parseJson(text) : text;
  }

  close(): void {
    if (this.isOver) return;
    this.endBody(new ServiceError('aborted'));
    this.abort?.();
  }

  onConnect(abort: () => void): void {
    this.abort = abort;
    if (this.isOver) abort();
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void): boolean {
    this.more = resume;
    this.watch.beat(0);
    if (status < 200) return true;
    this.status = status;
    this.raw = headers;
    const encoding = (this.header('content-encoding') ?? 'identity').trim().toLowerCase();
    if (encoding !== 'identity' && encoding !== '') this.decode(encoding);
    this.beginning.resolve();
    return true;
  }

  onData(piece: Buffer): boolean {
    if (this.isOver) return false;
    if (!this.decoder) return this.push(piece);
    this.decoder.write(piece);
    return this.resume === undefined;
  }

  private decode(encoding: string): void {
    const open = DECODERS[encoding];
    if (!open) {
      const unreadable = new ServiceError('The answer is compressed in a way that cannot be read.');
      unreadable.code = `encoding_${encoding}`;
      this.endBody(unreadable);
      this.abort?.();
      return;
    }
    this.decoder = open();
    this.decoder.on('data', (piece: Buffer) => this.push(piece));
    this.decoder.on('end', () => this.endBody());
    this.decoder.on('error', (error) => this.endBody(new ServiceError('The compressed answer cannot be read.', error)));
  }

  private push(piece: Buffer): boolean {
    if (this.isOver) return false;
    try {
      this.watch.beat(piece.length);
    } catch (error) {
      this.endBody(error as Error);
      this.abort?.();
      return false;
    }
    this.unread.push(piece);
    this.size += piece.length;
    this.wake?.();
    if (this.size < MOST_UNREAD) return true;
    this.resume = this.more;
    return false;
  }

  onComplete(): void {
    if (this.decoder) this.decoder.end();
    else this.endBody();
  }

  onError(error: Error): void {
    this.endBody(new ServiceError('no connection', error));
  }

  private endBody(failure?: Error): void {
    if (this.isOver) return;
    this.isOver = true;
    this.failure = failure;
    if (failure) this.beginning.reject(failure);
    else this.beginning.resolve();
    this.wake?.();
  }
}
