import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { App } from '../../../src/app/index.ts';
import { eventually } from '../../support/eventually.ts';
import { POSTGRES_URL } from '../../support/postgres.ts';
import { type Event, eventsOf, Programs } from './support.ts';

interface Entry {
  id: string;
  unread?: true;
  markup: unknown;
}

/** The chat in a browser that the owner has signed in: its page, as its script reads it. */
class BrowserChat {
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
    const opened = await fetch(`${url}/open`, { method: 'POST', headers, body: JSON.stringify({ code }) });
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

  /** Opens the page, whose script begins to watch; it reads all of the log whenever it is told to. */
  async open(): Promise<void> {
    const stream = await this.get('/chat/events', this.stop.signal);
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
  async reads(text: string): Promise<Entry[]> {
    const { entries } = (await (await this.get('/chat/log')).json()) as { entries: Entry[] };
    return entries.filter(({ markup }) => JSON.stringify(markup).includes(text));
  }
}

interface Line {
  type: string;
  text?: string;
  unread?: true;
  buttons?: { id: string; label: string }[];
}

/** A terminal that is open in this process. */
function openTerminal(app: App) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let shown = '';
  output.on('data', (bytes) => {
    shown += bytes;
  });
  const ended = app.console.attach({ input, output });
  const lines = () => shown.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as Line)));
  const says = (line: object) => void input.write(`${JSON.stringify(line)}\n`);
  return {
    says,
    shows: (text: string) => lines().filter((line) => line.text?.includes(text) && line.type !== 'edit'),
    async close() {
      input.end();
      await ended;
    },
  };
}

type Terminal = ReturnType<typeof openTerminal>;
const soon = (what: () => boolean | Promise<boolean>) => eventually(what);
const appears = (terminal: Terminal, text: string) => soon(() => terminal.shows(text).length > 0);

const begin = (engine: 'PGlite' | 'PostgreSQL' = 'PGlite') =>
  Programs.begin({ engine }, ['messages', 'data', 'notify']);
const notify = async (programs: Programs, text: string) => {
  expect((await programs.post('/v1/notify', { to: 'owner', text })).status).toBe(202);
  await programs.coda.app.settled();
};
const state = async ({ coda }: Programs, text: string) => {
  const { rows } = await coda
    .database()
    .read<{ state: string }>(`select state from outbox where content ->> 'text' like $1 and reply_to is null`, [
      `%${text}%`,
    ]);
  return rows.map((row) => row.state);
};

/** Somebody who has sat at the terminal once, and left. */
async function hasSpokenAtTerminal({ coda }: Programs): Promise<void> {
  const terminal = openTerminal(coda.app);
  terminal.says({ text: '/help' });
  await soon(() => terminal.shows('/help').length > 0);
  await terminal.close();
  await coda.app.settled();
}

test('with the terminal and the page closed it is held, and marked as unread in the page that opens first, once', async () => {
  await using programs = await begin();
  await hasSpokenAtTerminal(programs);
  const browser = await BrowserChat.signIn(programs);
  await notify(programs, 'the build is red');
  expect(await state(programs, 'the build is red')).toEqual(['held']);
  // The page alone shows nobody anything: its script has not asked yet.
  expect((await browser.get('/chat')).status).toBe(200);
  expect(await state(programs, 'the build is red')).toEqual(['held']);
  expect(await browser.reads('the build is red')).toMatchObject([{ unread: true }]);
  expect(await state(programs, 'the build is red')).toEqual(['sent']);
  const again = await browser.reads('the build is red');
  expect(again).toHaveLength(1);
  expect(again[0]).not.toHaveProperty('unread');
  const terminal = openTerminal(programs.coda.app);
  await notify(programs, 'something else');
  await appears(terminal, 'something else');
  expect(terminal.shows('the build is red')).toEqual([]);
  await terminal.close();
});

test('read at the terminal it is marked there, and no longer unread in the browser', async () => {
  await using programs = await begin();
  await hasSpokenAtTerminal(programs);
  const browser = await BrowserChat.signIn(programs);
  await notify(programs, 'the build is red');
  await programs.coda.passes({ minutes: 5 });
  const terminal = openTerminal(programs.coda.app);
  expect(await appears(terminal, 'the build is red')).toBe(true);
  await programs.coda.app.settled();
  expect(terminal.shows('the build is red')).toMatchObject([{ unread: true }]);
  const [entry, ...others] = await browser.reads('the build is red');
  expect([entry?.unread, others]).toEqual([undefined, []]);
  await terminal.close();
});

test('with both open it is shown in both at once, once in each, and unread in neither', async () => {
  await using programs = await begin();
  await hasSpokenAtTerminal(programs);
  const browser = await BrowserChat.signIn(programs);
  await browser.open();
  const terminal = openTerminal(programs.coda.app);
  const told = browser.events.length;
  await notify(programs, 'the build is red');
  expect(await appears(terminal, 'the build is red')).toBe(true);
  expect(await soon(() => browser.events.length > told)).toBe(true);
  const read = await browser.reads('the build is red');
  expect(read).toHaveLength(1);
  expect(read[0]).not.toHaveProperty('unread');
  expect(terminal.shows('the build is red')).toEqual([expect.not.objectContaining({ unread: true })]);
  browser.close();
  await terminal.close();
});

test('with only the page open it is told of at once, whatever was said at the terminal before', async () => {
  await using programs = await begin();
  await hasSpokenAtTerminal(programs);
  const browser = await BrowserChat.signIn(programs);
  await browser.open();
  const told = browser.events.length;
  await notify(programs, 'the build is red');
  expect(await soon(() => browser.events.length > told)).toBe(true);
  expect(await browser.reads('the build is red')).toHaveLength(1);
  expect(await state(programs, 'the build is red')).toEqual(['sent']);
  browser.close();
});

test('a reminder of a program for who has only signed a browser in waits there; the terminal shows it too if it is opened first', async () => {
  await using programs = await begin();
  const browser = await BrowserChat.signIn(programs);
  for (const text of ['call the vet', 'buy tea']) {
    expect((await programs.post('/v1/reminders', { text, when: 'in 10 minutes' })).status).toBe(201);
    await programs.coda.passes({ minutes: 10 });
    expect(await state(programs, text)).toEqual(['held']);
    if (text === 'call the vet') expect(await browser.reads(text)).toMatchObject([{ unread: true }]);
  }
  await programs.coda.passes({ minutes: 1 });
  const terminal = openTerminal(programs.coda.app);
  expect(await appears(terminal, 'buy tea')).toBe(true);
  await programs.coda.app.settled();
  expect(terminal.shows('buy tea')).toMatchObject([{ unread: true }]);
  expect(terminal.shows('call the vet')).toEqual([]);
  const [entry, ...others] = await browser.reads('buy tea');
  expect([entry?.unread, others]).toEqual([undefined, []]);
  await terminal.close();
});

test('its buttons work where it is read: Snooze in the browser, of a reminder of the terminal, whose card then offers nothing', async () => {
  await using programs = await begin();
  await hasSpokenAtTerminal(programs);
  const browser = await BrowserChat.signIn(programs);
  await programs.post('/v1/reminders', { text: 'water the plants', when: 'in 10 minutes' });
  await programs.coda.passes({ minutes: 10 });
  const [entry] = await browser.reads('water the plants');
  const button = /"data-button":"([\w-]+)"[^\]]*?\},"Snooze 10 min"/.exec(JSON.stringify(entry?.markup))?.[1];
  const pressed = await browser.post(`/v1/buttons/${button}`, {});
  expect(pressed.status).toBe(200);
  expect(await programs.coda.count(`reminders where state = 'pending'`)).toBe(1);
  expect(JSON.stringify(await browser.reads('⏰ water the plants'))).not.toContain('data-button');
  // A program of theirs is not in front of their terminal.
  expect((await programs.post(`/v1/buttons/${button}`, {})).status).toBe(404);
});

test('what is held when its person comes to a chat platform goes there, as does what is said later', async () => {
  await using programs = await begin();
  const { coda } = programs;
  await hasSpokenAtTerminal(programs);
  await programs.post('/v1/reminders', { text: 'water the plants', when: 'in 10 minutes' });
  await notify(programs, 'the build is red');
  const ana = coda.person('ana');
  await ana.says('hello');
  expect(ana.heard('the build is red')).toEqual([]);
  const linking = openTerminal(coda.app);
  linking.says({ text: '/link' });
  await appears(linking, '/link ');
  const [{ text = '' } = {}] = linking.shows('/link ');
  await linking.close();
  await coda.app.settled();
  await notify(programs, 'the tests are red');
  await ana.says(/\/link [A-Z0-9]{5}-[A-Z0-9]{5}/.exec(text)?.[0] ?? '');
  await ana.presses('Yes, join us');
  await coda.app.settled();
  await coda.passes({ minutes: 10 });
  expect(ana.heard('the tests are red')).toHaveLength(1);
  expect(ana.heard('water the plants')).toHaveLength(1);
  const terminal = openTerminal(coda.app);
  await notify(programs, 'something else');
  expect(ana.heard('something else')).toHaveLength(1);
  // One that was set at the terminal rings there while it is open, and else where they are called.
  terminal.says({ text: '/remind in 10 minutes feed the cat' });
  await appears(terminal, 'feed the cat');
  terminal.says({ text: '/remind in 20 minutes lock the door' });
  await appears(terminal, 'lock the door');
  await coda.passes({ minutes: 10 });
  await appears(terminal, '⏰ feed the cat');
  await terminal.close();
  const browser = await BrowserChat.signIn(programs);
  await coda.passes({ minutes: 10 });
  expect([ana.heard('feed the cat'), ana.heard('lock the door')]).toEqual([[], [expect.anything()]]);
  expect(await browser.reads('⏰ lock the door')).toEqual([]);
  expect(terminal.shows('the build is red')).toEqual([]);
});

test('a program that reads its own conversation gets what was unread when it comes, once, and then what comes', async () => {
  await using programs = await begin();
  await programs.say('/remind in 10 minutes call Bob', { conversation: 'kitchen' });
  await programs.coda.passes({ minutes: 10 });
  expect(await state(programs, 'call Bob')).toEqual(['held']);
  const stop = new AbortController();
  const stream = eventsOf(await programs.ask('/v1/conversations/kitchen/events', { signal: stop.signal }));
  expect((await stream.next()).value).toMatchObject({ name: 'ready' });
  expect((await stream.next()).value).toMatchObject({
    name: 'part',
    data: { text: expect.stringContaining('call Bob') },
  });
  expect(await soon(async () => (await state(programs, 'call Bob'))[0] === 'sent')).toBe(true);
  stop.abort();
  const { messages } = await programs.get<{ messages: { text: string; unread?: true }[] }>('/v1/conversations/kitchen');
  const found = messages.filter(({ text }) => text.includes('⏰') && text.includes('call Bob'));
  expect(found.map(({ unread }) => unread)).toEqual([undefined]);
});

test.skipIf(!POSTGRES_URL)('a page at another process is told at once', async () => {
  await using programs = await begin('PostgreSQL');
  await hasSpokenAtTerminal(programs);
  const browser = await BrowserChat.signIn(programs);
  await browser.open();
  const told = browser.events.length;
  // The other process fires it: of this one, nobody looks.
  const other = await programs.coda.replica();
  await other.app.settled();
  await notify(programs, 'the tests are green');
  await other.app.settled();
  expect(await soon(() => browser.events.length > told)).toBe(true);
  expect(await browser.reads('the tests are green')).toHaveLength(1);
  browser.close();
  await other.app.stop(0);
});
