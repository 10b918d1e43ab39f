import { type Play, type PlayOptions, play } from '../../support/play.ts';

/** A proxy through which people reach coda; it is told where coda is. */
export interface Front {
  upstream: string;
  open(): Promise<string>;
  close(): Promise<void>;
}

/** An event of a stream. */
export interface Event {
  name: string;
  data: Record<string, unknown> & {
    id?: string;
    text?: string;
    buttons?: { id: string; label: string }[];
    files?: { name: string; url: string }[];
  };
}

/** What an answer over HTTP looks like. */
export interface Answer {
  id: string;
  status: string;
  text: string;
  parts: {
    id: string;
    kind: string;
    text: string;
    buttons?: { id: string; label: string }[];
    files?: { url: string }[];
  }[];
}

/** A coda with HTTP on, and a program of its owner that talks to it. */
export class Programs implements AsyncDisposable {
  readonly coda: Play;
  readonly token: string;
  private readonly front: { proxy: Front; url: string } | undefined;

  private constructor(coda: Play, token: string, front: { proxy: Front; url: string } | undefined) {
    this.coda = coda;
    this.token = token;
    this.front = front;
  }

  /** `front`: a proxy through which people reach coda, which knows its address. */
  static async begin(
    { config, front, ...options }: PlayOptions & { front?: Front | undefined } = {},
    scopes = ['messages', 'data'],
  ): Promise<Programs> {
    const open = front && { proxy: front, url: await front.open() };
    const own = { 'http.listen': '127.0.0.1:0', ...(open && { 'http.url': open.url }) };
    const coda = await play({ ...options, config: { ...own, ...config } });
    const programs = new Programs(coda, await coda.app.tokens.add({ name: 'own', scopes }), open);
    if (front) front.upstream = programs.direct;
    return programs;
  }

  /** The address without a proxy. */
  get direct(): string {
    return `http://127.0.0.1:${this.coda.app.http?.address?.port}`;
  }

  get url(): string {
    return this.front?.url ?? this.direct;
  }

  ask(path: string, { token = this.token, ...init }: RequestInit & { token?: string } = {}): Promise<Response> {
    const headers = { Authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) };
    return fetch(this.url + path, { ...init, headers });
  }

  post(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
    more: { token?: string; signal?: AbortSignal } = {},
  ) {
    const json = { 'Content-Type': 'application/json', ...headers };
    return this.ask(path, { method: 'POST', body: JSON.stringify(body), headers: json, ...more });
  }

  /** Any method, with a body of JSON where one is given. */
  send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}, token = this.token) {
    const json: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const text = body === undefined ? null : JSON.stringify(body);
    return this.ask(path, { method, body: text, headers: { ...json, ...headers }, token });
  }

  /** Says it and gives the answer. */
  async say(text: string, more: object = {}, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await this.post('/v1/messages', { text, ...more }, headers);
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Answer;
  }

  async get<T = Record<string, unknown>>(path: string): Promise<T> {
    const answer = await this.ask(path);
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** A browser in which this person is signed in; undefined: the owner at the terminal. */
  async browser(person?: string): Promise<Browser> {
    const { sessions } = this.coda.app;
    const { cookie } = await sessions.open((await sessions.link(person)).code);
    return new Browser(this.url, `coda_session=${cookie}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.front?.proxy.close();
    await this.coda[Symbol.asyncDispose]();
  }
}

/** What a page of coda asks for in a browser. */
export class Browser {
  readonly url: string;
  readonly cookie: string;

  constructor(url: string, cookie: string) {
    this.url = url;
    this.cookie = cookie;
  }

  fetch(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const own = { Cookie: this.cookie, 'Sec-Fetch-Site': 'same-origin', ...headers };
    const json = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const text = body === undefined ? null : JSON.stringify(body);
    return fetch(this.url + path, { method, body: text, headers: { ...json, ...own } });
  }

  /** The JSON of an answer that went well. */
  async get<T = Record<string, unknown>>(path: string): Promise<T> {
    return this.send<T>('GET', path);
  }

  async send<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.fetch(method, path, body);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async status(method: string, path: string, body?: unknown): Promise<number> {
    const answer = await this.fetch(method, path, body);
    await answer.text();
    return answer.status;
  }
}

/** The events of a stream as they come; signs of life have the name `heartbeat`. */
export async function* eventsOf(answer: Response): AsyncGenerator<Event> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    for (let at = text.indexOf('\n\n'); at !== -1; at = text.indexOf('\n\n')) {
      const lines = text.slice(0, at).split('\n');
      text = text.slice(at + 2);
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      yield { name: field('event') ?? field('') ?? '', data: JSON.parse(field('data') ?? '{}') };
    }
  }
}
