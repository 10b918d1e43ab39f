import type { Programs } from '../adapters/http/support.ts';
import { type Algorithm, type Ceremony, type Odd, Passkey } from '../support/authenticator.ts';

export const OWN = { 'Sec-Fetch-Site': 'same-origin' };
export const PASSWORD = 'correct horse battery';

interface Own {
  login: string | null;
  sessions: { id: string; agent: string | null; current: boolean }[];
  passkeys: { id: string; name: string; host: string; used: string | null; copied: string | null }[];
  passkey_pages: string[];
}

interface NewOptions {
  algorithm?: Algorithm;
  counter?: number;
  id?: Buffer;
  name?: string;
  current?: string;
}

/** The page at an address that holds passkeys, and what a browser sends from it. */
export class At {
  private readonly programs: Programs;

  constructor(programs: Programs) {
    this.programs = programs;
  }

  get port(): number {
    return this.programs.coda.app.http?.address?.port ?? 0;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  static cookieIn(answer: Response): string {
    return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  }

  ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const json: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const text = body === undefined ? null : JSON.stringify(body);
    return fetch(this.url + path, { method, body: text, headers: { ...json, Origin: this.url, ...OWN, ...headers } });
  }

  async status(method: string, path: string, body: unknown, cookie: string): Promise<number> {
    return (await this.ask(method, path, body, { Cookie: cookie })).status;
  }

  /** The cookie of a browser in which this member is signed in. */
  async member(name: string): Promise<string> {
    const { coda } = this.programs;
    await coda.person(name, { role: 'member' }).says('/help');
    return `coda_session=${(await coda.app.sessions.open((await coda.app.sessions.link(name)).code)).cookie}`;
  }

  async me(cookie: string): Promise<unknown> {
    return (await this.ask('GET', '/v1/me', undefined, { Cookie: cookie })).json();
  }

  async isIn(cookie: string): Promise<boolean> {
    return (await this.ask('GET', '/v1/me', undefined, { Cookie: cookie })).status === 200;
  }

  async own(cookie: string): Promise<Own> {
    return (await this.ask('GET', '/v1/me/sign-in', undefined, { Cookie: cookie })).json() as Promise<Own>;
  }

  ceremony(challenge: string): Ceremony {
    return { challenge, origin: this.url, rpId: 'localhost' };
  }

  /** A new passkey; `first`: the status of the first step. */
  async add(cookie: string, { algorithm, current, name = 'Telephone', ...how }: NewOptions, odd: Odd = {}) {
    const body = current === undefined ? {} : { current };
    const asked = await this.ask('POST', '/v1/me/passkeys/challenge', body, { Cookie: cookie });
    const options = (await asked.json()) as { challenge: string; user: { handle: string } };
    const passkey = new Passkey(options.user?.handle ?? '', algorithm, how);
    if (asked.status !== 200) return { passkey, status: asked.status, first: asked.status, id: '' };
    const made = passkey.register(this.ceremony(options.challenge), odd);
    const answer = await this.ask('POST', '/v1/me/passkeys', { name, ...made }, { Cookie: cookie });
    const { id = '' } = (await answer.json()) as { id?: string };
    return { passkey, status: answer.status, first: asked.status, id };
  }

  async challenge(): Promise<string> {
    const answer = await this.ask('POST', '/v1/session/passkey/challenge');
    return ((await answer.json()) as { challenge: string }).challenge;
  }

  /** Sends what a passkey has answered. */
  send(assertion: object, headers: Record<string, string> = {}): Promise<Response> {
    return this.ask('POST', '/v1/session/passkey', assertion, headers);
  }

  async signIn(passkey: Passkey, odd: Odd = {}, headers: Record<string, string> = {}): Promise<Response> {
    return this.send(passkey.assert(this.ceremony(await this.challenge()), odd), headers);
  }
}
