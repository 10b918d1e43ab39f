import { expect, test } from 'vitest';
import { HttpChat } from '../../../src/adapters/http/chat/adapter.ts';
import { placeOf } from '../../../src/adapters/http/chat/places.ts';
import { type Watch, Watchers } from '../../../src/adapters/http/chat/watchers.ts';
import { openHttpChat } from '../../../src/adapters/http/index.ts';
import { saidIn } from '../../../src/adapters/http/store.ts';
import { uuid } from '../../../src/base/ids.ts';
import { outboxRetentionRules } from '../../../src/delivery/index.ts';
import { applyRule } from '../../../src/jobs/index.ts';
import { rowsRead } from '../../support/plans.ts';
import { POSTGRES_URL } from '../../support/postgres.ts';
import {
  appears,
  BrowserChat,
  begin,
  hasSpokenAtTerminal,
  joinsPlatform,
  notify,
  openTerminal,
  remindsAtTerminal,
  soon,
  state,
} from './places-support.ts';
import { eventsOf } from './support.ts';

const ENGINES = ['PGlite', ...(POSTGRES_URL ? (['PostgreSQL'] as const) : [])] as const;

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
  await programs.coda.app.whenSettled();
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
  await programs.coda.app.whenSettled();
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
  const button = entry?.buttons?.find(({ label }) => label === 'Snooze 10 min')?.id;
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
  await coda.app.whenSettled();
  await notify(programs, 'the tests are red');
  await ana.says(/\/link [A-Z0-9]{5}-[A-Z0-9]{5}/.exec(text)?.[0] ?? '');
  await ana.presses('Yes, join us');
  await coda.app.whenSettled();
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
  await other.app.whenSettled();
  await notify(programs, 'the tests are green');
  await other.app.whenSettled();
  expect(await soon(() => browser.events.length > told)).toBe(true);
  expect(await browser.reads('the tests are green')).toHaveLength(1);
  browser.close();
  await other.app.stop(0);
});

test.each(ENGINES)(
  'a command that holds a conversation of its own is no open terminal: it gets its answers, and nothing else (%s)',
  async (engine) => {
    await using programs = await begin(engine);
    await hasSpokenAtTerminal(programs);
    await notify(programs, 'the build is red');
    const command = openTerminal(programs.coda.app, { answersOnly: true });
    command.says({ text: '/help', conversation: 'skills', id: 'own' });
    expect(await appears(command, '/help')).toBe(true);
    await notify(programs, 'the tests are red');
    expect(await state(programs, 'are red')).toEqual(['held']);
    expect(await state(programs, 'is red')).toEqual(['held']);
    for (const notice of ['is red', 'are red']) expect(command.shows(notice)).toEqual([]);
    const terminal = openTerminal(programs.coda.app);
    expect(await appears(terminal, 'the build is red')).toBe(true);
    expect(await appears(terminal, 'the tests are red')).toBe(true);
    terminal.says({ text: 'note: tea is out', id: 'other' });
    expect(await appears(terminal, 'tea is out')).toBe(true);
    expect(command.shows('tea is out')).toEqual([]);
    await command.close();
    await terminal.close();
  },
);

test('a page that is open and looked at by nobody holds nothing back from a chat platform for longer than a moment', async () => {
  await using programs = await begin();
  const { coda } = programs;
  await hasSpokenAtTerminal(programs);
  const ana = await joinsPlatform(programs);
  const browser = await BrowserChat.signIn(programs);
  await browser.open();
  await remindsAtTerminal(programs, { 10: 'feed the cat', 20: 'lock the door', 30: 'water the plants' });
  await coda.passes({ minutes: 10 });
  // Somebody reads it in time.
  expect(await browser.reads('⏰ feed the cat')).toHaveLength(1);
  await coda.passes({ minutes: 9 });
  expect(ana.heard('feed the cat')).toEqual([]);
  await coda.passes({ minutes: 1 });
  expect(ana.heard('lock the door')).toEqual([]);
  await coda.passes({ seconds: 31 });
  expect(ana.heard('lock the door')).toHaveLength(1);
  await coda.passes({ seconds: 9 * 60 + 29 });
  expect(ana.heard('water the plants')).toEqual([]);
  // Without the time passing: the stream has ended, and it is due again.
  browser.close();
  expect(await soon(() => ana.heard('water the plants').length > 0)).toBe(true);
  expect(await browser.reads('⏰ water the plants')).toEqual([]);
});

test('what belongs to the page is shown in an open terminal too, once in each', async () => {
  await using programs = await begin();
  await hasSpokenAtTerminal(programs);
  const browser = await BrowserChat.signIn(programs);
  await browser.open();
  const set = await browser.post('/v1/messages', { text: '/remind in 10 minutes call the vet' });
  expect(set.status).toBe(200);
  const terminal = openTerminal(programs.coda.app);
  const told = browser.events.length;
  await programs.coda.passes({ minutes: 10 });
  expect(await appears(terminal, '⏰ call the vet')).toBe(true);
  expect(terminal.shows('⏰ call the vet')).toHaveLength(1);
  expect(await soon(() => browser.events.length > told)).toBe(true);
  await programs.coda.app.whenSettled();
  const read = await browser.reads('⏰ call the vet');
  expect(read).toHaveLength(1);
  expect(read[0]).not.toHaveProperty('unread');
  browser.close();
  await terminal.close();
});

test('a page that is told of something and never reads it leaves it unread', async () => {
  await using programs = await begin();
  const browser = await BrowserChat.signIn(programs);
  await browser.open();
  await browser.post('/v1/messages', { text: '/remind in 10 minutes call the vet' });
  await programs.coda.passes({ minutes: 20 });
  expect(await state(programs, '⏰ call the vet')).toEqual(['held']);
  browser.close();
  expect(await browser.reads('⏰ call the vet')).toMatchObject([{ unread: true }]);
});

test('what the connection of a program does not take is not said, and its stream ends', async () => {
  await using programs = await begin();
  const { clock } = programs.coda.world;
  const watchers = new Watchers(clock);
  const adapter = new HttpChat(watchers);
  const watch = watchers.watch(['token/main'], () => 'event', new AbortController().signal);
  const place = { adapter: 'http', channel: 'token/main', space: 'programs', kind: 'dm' } as const;
  const sent = adapter.send({ key: 'reminder:1', place, content: { kind: 'reminder', text: 'call Bob' } });
  await programs.coda.passes({ seconds: 9 });
  expect(await sent).toMatchObject({ kind: 'retry', until: 'reachable' });
  expect([watchers.has('token/main'), await watch.write('more')]).toEqual([false, false]);
});

test('what is written while a connection takes something has a time of its own', async () => {
  await using programs = await begin();
  const watchers = new Watchers(programs.coda.world.clock);
  const watch = watchers.watch(['token/main'], () => undefined, new AbortController().signal);
  const reader = watch[Symbol.asyncIterator]();
  const first = watch.write('first');
  expect(await reader.next()).toMatchObject({ value: 'first' });
  const second = watch.write('second');
  await programs.coda.passes({ seconds: 6 });
  expect(await reader.next()).toMatchObject({ value: 'second' });
  await programs.coda.passes({ seconds: 6 });
  expect([await first, watchers.has('token/main')]).toEqual([true, true]);
  await programs.coda.passes({ seconds: 3 });
  expect(watchers.has('token/main')).toBe(false);
  expect(await second).toBe(false);
});

test('what a program has been given and not yet taken is not given again when something else comes', async () => {
  await using programs = await begin();
  await programs.say('/help', { conversation: 'kitchen' });
  await notify(programs, 'the build is red');
  expect(await state(programs, 'the build is red')).toEqual(['held']);
  const { app, world } = programs.coda;
  const parts = { database: programs.coda.database(), artifacts: programs.coda.artifacts(), clock: world.clock };
  const { routes, watchers } = openHttpChat({ ...parts, consents: () => false });
  const caller = await app.tokens.authenticate(programs.token);
  const events = routes.find(({ path }) => path === '/v1/conversations/:id/events');
  if (!caller || !events) throw new Error('there is no stream');
  const leaves = new AbortController();
  const answer = await events.answerRequest({ caller, params: { id: 'kitchen' }, signal: leaves.signal } as never);
  const stream = (answer.body as { events: Watch }).events[Symbol.asyncIterator]();
  expect((await stream.next()).value).toContain('the build is red');
  await notify(programs, 'the tests are red');
  await watchers.tell(placeOf(caller, 'kitchen').channel, { type: 'unread' });
  // Read behind what the stream reads: nothing of the first is marked before its reader comes back.
  await programs.coda.app.whenSettled();
  expect(await state(programs, 'the build is red')).toEqual(['held']);
  const { value: next } = await stream.next();
  expect(next).toContain('the tests are red');
  expect(next).not.toContain('the build is red');
  expect(await soon(async () => (await state(programs, 'the build is red'))[0] === 'sent')).toBe(true);
  leaves.abort();
});

test('what a stream that has ended meanwhile does not take is still unread', async () => {
  await using programs = await begin();
  await programs.say('/remind in 10 minutes call Bob', { conversation: 'kitchen' });
  await programs.coda.passes({ minutes: 10 });
  const { app, world } = programs.coda;
  const parts = { database: programs.coda.database(), artifacts: programs.coda.artifacts(), clock: world.clock };
  const { routes } = openHttpChat({ ...parts, consents: () => false });
  const events = routes.find(({ path }) => path === '/v1/conversations/:id/events');
  const caller = await app.tokens.authenticate(programs.token);
  // The reader leaves while what is unread is read for it.
  await events?.answerRequest({ caller, params: { id: 'kitchen' }, signal: AbortSignal.abort() } as never);
  await app.whenSettled();
  expect(await state(programs, '⏰ call Bob')).toEqual(['held']);
});

test.skipIf(!POSTGRES_URL)(
  'a terminal at another process shows what belongs to an open page, also before the page reads it',
  async () => {
    await using programs = await begin('PostgreSQL');
    await hasSpokenAtTerminal(programs);
    const browser = await BrowserChat.signIn(programs);
    await browser.open();
    const other = await programs.coda.replica();
    const terminal = openTerminal(other.app);
    await other.app.whenSettled();
    await browser.post('/v1/messages', { text: '/remind in 10 minutes call the vet' });
    const reading = new AbortController();
    const told = browser.events.length;
    // As its script does, the page reads whenever it is told to.
    void soon(() => browser.events.length > told && browser.reads('call the vet').then(() => reading.signal.aborted));
    await programs.coda.passes({ minutes: 10 });
    await other.app.whenSettled();
    expect(await appears(terminal, '⏰ call the vet')).toBe(true);
    reading.abort();
    const read = await browser.reads('⏰ call the vet');
    expect(read).toHaveLength(1);
    browser.close();
    await terminal.close();
    await other.app.stop(0);
  },
);

test('the page shows what waits at the terminal, however many conversations programs have begun there since', async () => {
  await using programs = await begin();
  await hasSpokenAtTerminal(programs);
  const browser = await BrowserChat.signIn(programs);
  await notify(programs, 'the build is red');
  const database = programs.coda.database();
  await database.run(
    'test.conversations',
    `insert into conversations (id, adapter, channel, space_id, kind, person_id, created_at)
     select gen_random_uuid(), adapter, 'run-' || n, space_id, kind, person_id, created_at + n * interval '1 minute'
       from conversations, generate_series(1, 2000) n where adapter = 'console'`,
  );
  await database.run('test.analyze', 'analyze conversations');
  const where = { channels: ['web-none/main'], personId: uuid(programs.coda.world.clock.now()), withTerminal: true };
  // Of somebody else nothing is read, whoever else has how many.
  expect(await rowsRead(database, (db) => saidIn(db, where, undefined, 50))).toBeLessThan(10);
  expect(await browser.reads('the build is red')).toMatchObject([{ unread: true }]);
});

test('what a program never reads is not tried at each start, and is told as undelivered after 30 days, once', async () => {
  await using programs = await begin();
  const { coda } = programs;
  await programs.say('/remind in 10 minutes call Bob', { conversation: 'kitchen' });
  await coda.passes({ minutes: 10 });
  const attempts = async () =>
    (await coda.database().read<{ attempts: number }>(`select attempts from outbox where state = 'held'`)).rows;
  const before = await attempts();
  expect(before).toHaveLength(1);
  await coda.restart();
  await coda.app.whenSettled();
  expect(await attempts()).toEqual(before);
  await coda.sleepsFor({ days: 29 });
  expect(await state(programs, '⏰ call Bob')).toEqual(['held']);
  await coda.passes({ days: 3 });
  expect(await state(programs, '⏰ call Bob')).toEqual(['dead']);
  const terminal = openTerminal(coda.app);
  terminal.says({ text: '/help' });
  expect(await appears(terminal, 'call Bob')).toBe(true);
  terminal.says({ text: '/notes', id: 'last' });
  expect(await soon(() => terminal.done('last'))).toBe(true);
  expect(terminal.shows('call Bob')).toHaveLength(1);
  await terminal.close();
});

test('of a thousand and some parts that wait for a program the newest thousand stay', async () => {
  await using programs = await begin();
  const { coda } = programs;
  await programs.say('/remind in 10 minutes call Bob', { conversation: 'kitchen' });
  await coda.passes({ minutes: 10 });
  const database = coda.database();
  await database.run(
    'test.held',
    `insert into outbox (id, key, adapter, conversation_id, person_id, grp, part, content, state, tainted, created_at)
     select gen_random_uuid(), key || n, adapter, conversation_id, person_id, grp || n, 0, content, state, tainted, created_at + n * interval '1 second'
       from outbox, generate_series(1, 1004) n where state = 'held'`,
  );
  for (const rule of outboxRetentionRules)
    await applyRule(database, rule, new Date('2026-01-01'), new AbortController().signal);
  expect([await coda.count(`outbox where state = 'held'`), await coda.count(`outbox where state = 'dead'`)]).toEqual([
    1_000, 5,
  ]);
});
