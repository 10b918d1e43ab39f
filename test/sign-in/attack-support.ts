import { type IncomingHttpHeaders, request } from 'node:http';
import { expect } from 'vitest';
import { type Play, type PlayOptions, play } from '../support/play.ts';

export const PASSWORD = 'correct horse battery';

const CODE = /the code ([A-Z2-9]{5}-[A-Z2-9]{5})/;

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** A request as somebody writes it who is no browser: any host, origin and body. */
export interface Sent {
  method?: string;
  body?: unknown;
  /** In the place of the JSON of `body`. */
  raw?: string;
  headers?: Record<string, string>;
  /** Their address, where a proxy tells it. */
  from?: string;
  /** That of another process. */
  port?: number;
}

/** What may not come of an attack. */
const COUNTED = [
  `persons where role = 'owner'`,
  `persons where role = 'member'`,
  'browser_sessions where opened_at is not null',
  'passwords',
  'passkeys',
  `audit_log where action in ('person.sign_in', 'person.first_owner', 'person.password', 'person.passkey', 'person.passkey_end')`,
];

/** A coda that somebody attacks. */
export class Target implements AsyncDisposable {
  readonly coda: Play;
  private readonly lines: string[];
  private addresses = 0;

  private constructor(coda: Play, lines: string[]) {
    this.coda = coda;
    this.lines = lines;
  }

  static async open(options: PlayOptions = {}): Promise<Target> {
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const config = { 'http.listen': '127.0.0.1:0', ...options.config };
    return new Target(await play({ ...options, log, config }), lines);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.coda[Symbol.asyncDispose]();
  }

  get port(): number {
    return this.coda.app.http?.address?.port ?? 0;
  }

  /** The page at which passkeys are held. */
  get origin(): string {
    return `http://localhost:${this.port}`;
  }

  /** As a page of coda sends it, where nothing else is said; each time from another address. */
  send(path: string, sent: Sent = {}): Promise<Answer> {
    const { method = 'POST', body, raw, headers = {}, from = this.address(), port = this.port } = sent;
    const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const own = { Origin: this.origin, 'Sec-Fetch-Site': 'same-origin', 'X-Forwarded-For': from };
    const all = { Host: `localhost:${this.port}`, ...own, 'Content-Type': 'application/json', ...headers };
    // A header that is named and empty is left out.
    const written = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
    return new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port, path, method, headers: written }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  }

  /** One of 2^16 addresses, each once. */
  address(): string {
    const at = this.addresses++;
    return `198.51.${(at >> 8) & 255}.${at & 255}`;
  }

  /** A code of the first start, which "coda open" shows. */
  async code(): Promise<string> {
    const { url } = (await this.coda.operation('open', {})) as { url: string };
    return url.split('#')[1] ?? '';
  }

  /** The code in the log. */
  loggedCode(): string {
    return this.lines.flatMap((line) => CODE.exec(line)?.[1] ?? []).at(-1) ?? '';
  }

  async invitation(name: string): Promise<string> {
    const { url } = (await this.coda.operation('people invite', { name })) as { url: string };
    return url.split('#')[1] ?? '';
  }

  async link(person?: string): Promise<string> {
    return (await this.coda.app.sessions.link(person)).code;
  }

  /** The cookie of a browser in which they are signed in. */
  async cookie(person?: string): Promise<string> {
    const { cookie } = await this.coda.app.sessions.open(await this.link(person));
    return `coda_session=${cookie}`;
  }

  async member(name: string): Promise<string> {
    await this.coda.person(name, { role: 'member' }).says('/help');
    return this.cookie(name);
  }

  async isIn(cookie: string): Promise<boolean> {
    return (await this.send('/v1/me', { method: 'GET', headers: { Cookie: cookie } })).status === 200;
  }

  async change(sql: string, values: readonly (string | Date)[] = []): Promise<void> {
    await this.coda.database().tx('test', (tx) => tx.query(sql, values));
  }

  /**
   * Carries an attack out: its answers have these statuses and no cookie, and there are as many owners, members, sessions,
   * passwords and passkeys as before.
   */
  async resists(statuses: readonly number[], attack: () => Promise<readonly Answer[]>): Promise<void> {
    const count = () => Promise.all(COUNTED.map((rows) => this.coda.count(rows)));
    const before = await count();
    const answers = await attack();
    expect(answers.length).toBeGreaterThan(0);
    expect([...new Set(answers.map(({ status }) => status))].sort()).toEqual([...statuses].sort());
    expect(answers.flatMap(({ headers }) => headers['set-cookie'] ?? [])).toEqual([]);
    expect(await count()).toEqual(before);
  }
}

export const cookieIn = ({ headers }: Answer): string => (headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';

export type Attack = [
  name: string,
  statuses: readonly number[],
  run: (target: Target) => Promise<() => Promise<readonly Answer[]>>,
];

/** Requests of pages that are not coda's own, by their headers. */
export const FOREIGN: readonly (readonly [string, Record<string, string>])[] = [
  ['of another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }],
  ['of another site, by a navigation', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', Origin: '' }],
  ['of another port of this machine', { 'Sec-Fetch-Site': 'same-site', Origin: 'http://localhost:1' }],
  ['without an origin', { 'Sec-Fetch-Site': '', Origin: 'null' }],
  ['of an old browser, which says the origin alone', { 'Sec-Fetch-Site': '', Origin: 'https://evil.example' }],
  ['that says nothing of where it comes from', { 'Sec-Fetch-Site': '', Origin: '' }],
  [
    'of a name that was made to point here',
    { 'Sec-Fetch-Site': 'same-origin', Host: 'evil.example', Origin: 'http://evil.example' },
  ],
];
