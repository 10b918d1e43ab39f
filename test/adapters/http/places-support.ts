import { PassThrough } from 'node:stream';
import { expect } from 'vitest';
import type { App } from '../../../src/app/index.ts';
import { eventually } from '../../support/eventually.ts';
import { type Event, eventsOf, Programs } from './support.ts';

interface Entry {
  id: string;
  unread?: true;
  text: string;
  buttons?: { id: string; label: string }[];
}

/** The chat in a browser that the owner has signed in: its page, as its script reads it. */
export class BrowserChat {
  private readonly url: string;
  private readonly cookie: string;
  private readonly stop = new AbortController();
  readonly events: Event[] = [];

  private constructor(url: string, cookie: string) {
    this.url = url;
    this.cookie = cookie;
  }

  static async signIn({ coda, url }: Programs, person?: string): Promise<BrowserChat> {
    const { code } = await coda.app.sessions.link(person);
    const headers = { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors' };
    const opened = await fetch(`${url}/v1/session`, { method: 'POST', headers, body: JSON.stringify({ code }) });
    return new BrowserChat(url, (opened.headers.get('set-cookie') ?? '').split(';')[0] ?? '');
  }

  get(path: string, signal?: AbortSignal): Promise<Response> {
    const headers = { Cookie: this.cookie, 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors' };
    return fetch(this.url + path, { headers, ...(signal && { signal }) });
  }

  post(path: string, body: object): Promise<Response> {
    const headers = { 'Content-Type': 'application/json', Cookie: this.cookie, 'Sec-Fetch-Site': 'same-origin' };
    return fetch(this.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  send(method: string, path: string, body?: object): Promise<Response> {
    const headers: Record<string, string> = { Cookie: this.cookie, 'Sec-Fetch-Site': 'same-origin' };
    if (body) headers['Content-Type'] = 'application/json';
    return fetch(this.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  }

  /** Opens the page, whose script begins to watch; it reads all of the log whenever it is told to. `seen`: false of one behind others. */
  async open(seen = true): Promise<void> {
    const stream = await this.get(`/v1/events?seen=${seen}`, this.stop.signal);
    const begun = eventsOf(stream);
    this.events.push((await begun.next()).value as Event);
    void (async () => {
      for await (const event of begun) this.events.push(event);
    })().catch(() => {});
  }

  close(): void {
    this.stop.abort();
  }

  /** The entries that say this, as the page reads them now. */
  async reads(text: string, seen = true): Promise<Entry[]> {
    const { entries } = (await (await this.get(`/v1/chats/main/entries?seen=${seen}`)).json()) as { entries: Entry[] };
    return entries.filter((entry) => entry.text.includes(text));
  }
}

interface Line {
  type: string;
  text?: string;
  in_reply_to?: string | null;
  unread?: true;
  buttons?: { id: string; label: string }[];
}

/** A terminal that is open in this process. */
export function openTerminal(app: App, { answersOnly = false } = {}) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let shown = '';
  output.on('data', (bytes) => {
    shown += bytes;
  });
  const ended = app.console.attach({ input, output, answersOnly });
  const lines = () => shown.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as Line)));
  const says = (line: object) => void input.write(`${JSON.stringify(line)}\n`);
  return {
    says,
    done: (id: string) => lines().some((line) => line.type === 'done' && line.in_reply_to === id),
    shows: (text: string) => lines().filter((line) => line.text?.includes(text) && line.type !== 'edit'),
    async close() {
      input.end();
      await ended;
    },
  };
}

export type Terminal = ReturnType<typeof openTerminal>;
export const soon = (what: () => boolean | Promise<boolean>) => eventually(what);
export const appears = (terminal: Terminal, text: string) => soon(() => terminal.shows(text).length > 0);

export const begin = (engine: 'PGlite' | 'PostgreSQL' = 'PGlite') =>
  Programs.begin({ engine }, ['messages', 'data', 'notify']);
export const notify = async (programs: Programs, text: string) => {
  expect((await programs.post('/v1/notify', { to: 'owner', text })).status).toBe(202);
  await programs.coda.app.whenSettled();
};
export const state = async ({ coda }: Programs, text: string) => {
  const { rows } = await coda
    .database()
    .read<{ state: string }>(`select state from outbox where content ->> 'text' like $1 and reply_to is null`, [
      `%${text}%`,
    ]);
  return rows.map((row) => row.state);
};

/** Somebody who has sat at the terminal once, and left. */
export async function hasSpokenAtTerminal({ coda }: Programs): Promise<void> {
  const terminal = openTerminal(coda.app);
  terminal.says({ text: '/help' });
  await soon(() => terminal.shows('/help').length > 0);
  await terminal.close();
  await coda.app.whenSettled();
}

/** Joins ana's account on a chat platform with the owner's. */
export async function joinsPlatform({ coda }: Programs) {
  const ana = coda.person('ana');
  await ana.says('hello');
  const linking = openTerminal(coda.app);
  linking.says({ text: '/link' });
  await appears(linking, '/link ');
  const [{ text = '' } = {}] = linking.shows('/link ');
  await linking.close();
  await coda.app.whenSettled();
  await ana.says(/\/link [A-Z0-9]{5}-[A-Z0-9]{5}/.exec(text)?.[0] ?? '');
  await ana.presses('Yes, join us');
  await coda.app.whenSettled();
  return ana;
}

/** Sets reminders at the terminal, each in so many minutes, and leaves it. */
export async function remindsAtTerminal({ coda }: Programs, reminders: Record<number, string>): Promise<void> {
  const terminal = openTerminal(coda.app);
  for (const [minutes, text] of Object.entries(reminders)) {
    terminal.says({ text: `/remind in ${minutes} minutes ${text}` });
    await appears(terminal, text);
  }
  await terminal.close();
  await coda.app.whenSettled();
}
