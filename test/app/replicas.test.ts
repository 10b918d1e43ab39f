import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { App } from '../../src/app/index.ts';
import { deferred } from '../../src/base/async.ts';
import { eventsOf, Programs } from '../adapters/http/support.ts';
import { eventually } from '../support/eventually.ts';
import { type Play, play } from '../support/play.ts';
import { POSTGRES_URL } from '../support/postgres.ts';
import { REDIS_URL } from '../support/redis.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';
import { testWorld } from '../support/world.ts';

afterEach(() => vi.restoreAllMocks());

describe.skipIf(!POSTGRES_URL || !REDIS_URL).each([
  ['NOTIFY', {}],
  ['Redis', { 'redis.url': REDIS_URL }],
])('two replicas that tell each other by %s', (_, config) => {
  test('what one has no room for, the other takes at once', async () => {
    const gate = deferred();
    const model = new ScriptedModel((request) =>
      lastSaid(request) === 'slow' ? [{ hold: gate }, 'slow'] : [lastSaid(request)],
    );
    await using coda = await play({ engine: 'PostgreSQL', model, config: { ...config, 'delivery.concurrency': 1 } });
    const second = await coda.replica();
    const slow = await coda.hear('ana', 'a', 'slow');
    await (await coda.hear('bob', 'b', 'quick')).settled;
    expect(coda.platform.in('b')).toEqual(['quick']);
    gate.resolve();
    await slow.settled;
    await second.app.stop();
  });

  test('/stop reaches the turn in whichever process it runs', async () => {
    const gate = deferred();
    const model = new ScriptedModel((request) => (lastSaid(request) === 'slow' ? [{ hold: gate }, 'never'] : ['ok']));
    await using coda = await play({ engine: 'PostgreSQL', model, config });
    const second = await coda.replica();
    const running = await coda.hear('ana', 'a', 'slow');
    const now = coda.world.clock.now();
    const stop = { id: 'stop', channel: 'a', from: 'ana', text: '/stop', sentAt: now, role: 'owner' as const };
    await second.adapter.hear(stop);
    await running.settled;
    expect(await eventually(() => coda.platform.in('a').includes('Stopped.'))).toBe(true);
    await second.app.stop();
  });
});

test.skipIf(!POSTGRES_URL)('two replicas that answer by turns each know all that was said', async () => {
  const model = new ScriptedModel((request) => [`heard: ${lastSaid(request)}`]);
  await using coda = await play({ engine: 'PostgreSQL', model });
  const second = await coda.replica();
  const said = ['one', 'two', 'three', 'four', 'five'];
  for (const [turn, text] of said.entries()) {
    if (turn % 2 === 0) await coda.person('ana').says(text);
    else {
      const sentAt = coda.world.clock.now();
      const message = { id: text, channel: 'dm-ana', from: 'ana', text, sentAt, role: 'owner' as const };
      await (await second.adapter.hear({ ...message, kind: 'dm' })).settled;
      await second.app.whenSettled();
    }
    const before = said.slice(0, turn).flatMap((word) => [word, `heard: ${word}`]);
    expect(model.requests.at(-1)?.messages.map((each) => each.text)).toEqual([...before, text]);
  }
  await second.app.stop();
});

test.skipIf(!POSTGRES_URL)('what a paused process commits after it was taken over is not lost', async () => {
  const model = new ScriptedModel((request) => [`heard: ${lastSaid(request)}`]);
  await using coda = await play({ engine: 'PostgreSQL', model });
  expect(await coda.person('ana').says('hello')).toBe('heard: hello');
  const gone = '00000000-0000-4000-8000-000000000001';
  const database = coda.database();
  await database.run(
    'test',
    `insert into instances (id, host, pid, boot_id, program, started_at, heartbeat_at, ended_at)
     values ($1, 'elsewhere', 1, 'another', 'coda', now(), now(), now())`,
    [gone],
  );
  // What it had begun before it was paused: to say something, and to take a message up.
  await database.run(
    'test',
    `with said as (
       insert into outbox (id, key, adapter, conversation_id, person_id, grp, part, content, state, owner, created_at)
       select gen_random_uuid(), 'late', adapter, conversation_id, person_id, 'late', 0,
              content || '{"text": "said late"}', 'sending', $1, now() from outbox limit 1
     ), heard as (
       insert into inbox (id, key, kind, adapter, conversation_id, person_id, message_id, payload, state, laned, sent_at,
                          received_at)
       select gen_random_uuid(), 'late', kind, adapter, conversation_id, person_id, 'late',
              payload || '{"text": "heard late"}', 'received', true, sent_at, received_at from inbox limit 1
       returning id, conversation_id
     )
     update lanes l set owner = $1, current = heard.id, pending = 1 from heard
      where l.conversation_id = heard.conversation_id`,
    [gone],
  );
  await coda.beat();
  await eventually(() => coda.platform.in('dm-ana').length === 3);
  expect(coda.platform.in('dm-ana').slice(1).sort()).toEqual(['heard: heard late', 'said late']);
});

test.skipIf(!POSTGRES_URL)(
  'a process that was taken over lets go without a word, and what it held is answered once',
  async () => {
    const gate = deferred();
    const model = new ScriptedModel((request) => [{ hold: gate }, `heard: ${lastSaid(request)}`]);
    await using coda = await play({ engine: 'PostgreSQL', model });
    // It has been paused: the others have ended it, and it goes on hearing and taking before it learns of that.
    await coda.database().run('test', 'update instances set ended_at = now()');
    const held = await Promise.all(['a', 'b', 'c'].map((channel) => coda.hear('ana', channel, `in ${channel}`)));
    await eventually(() => model.requests.length === 3);
    await coda.beat();
    await eventually(() => model.requests.length === 6);
    gate.resolve();
    await Promise.all(held.map(({ settled }) => settled));
    await coda.app.whenSettled();
    expect(coda.platform.messages.map(({ text }) => text).sort()).toEqual([
      'heard: in a',
      'heard: in b',
      'heard: in c',
    ]);
  },
);

test.skipIf(!POSTGRES_URL)(
  'a process that stood still asks whether it was taken over before it takes anything',
  async () => {
    const model = new ScriptedModel((request) => [`heard: ${lastSaid(request)}`]);
    await using coda = await play({ engine: 'PostgreSQL', model });
    await coda.database().run('test', 'update instances set ended_at = now()');
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000);
    expect(await coda.person('ana').says('hello')).toBe('heard: hello');
    expect(model.requests).toHaveLength(1);
  },
);

describe.skipIf(!POSTGRES_URL)('a terminal beside two processes', () => {
  const MINUTE_MS = 60_000;
  /** The look that a worker takes by itself twice a minute, in real time. */
  const look = (app: App) => app.worker.lookForWork();

  /** A terminal that is attached to the first process; only the other one's clock moves on, so that it fires. */
  async function terminal(coda: Play) {
    const [input, output] = [new PassThrough(), new PassThrough()];
    let shown = '';
    output.on('data', (bytes) => {
      shown += bytes;
    });
    void coda.app.console.attach({ input, output });
    const ahead = testWorld({ at: coda.world.clock.now().toISOString() });
    const other = await coda.replica(ahead);
    const later = async () => {
      await ahead.clock.moveTo(new Date(ahead.clock.now().getTime() + MINUTE_MS));
      look(other.app);
      await other.app.whenSettled();
    };
    return { says: (text: string) => input.write(`${JSON.stringify({ text })}\n`), shown: () => shown, other, later };
  }

  test('shows at once what the other one has fired', async () => {
    await using coda = await play({ engine: 'PostgreSQL' });
    const { says, shown, other, later } = await terminal(coda);
    const names = ['tea', 'bread', 'eggs', 'rice'];
    for (const name of names) says(`remind me in 1 minute to buy ${name}`);
    expect(await eventually(async () => (await coda.count('reminders')) === names.length)).toBe(true);
    await coda.app.whenSettled();
    await later();
    // Those due within a minute may come as one message, whose key is made of theirs.
    const sent = () => coda.count(`outbox, string_to_table(key, '+') where key like 'reminder:%' and state = 'sent'`);
    expect(await eventually(async () => (await sent()) === names.length)).toBe(true);
    for (const name of names) expect(shown().split(`buy ${name}`).length).toBeGreaterThan(2);
    await other.app.stop(0);
  });

  test('shows it at its next look when the hint was lost', async () => {
    await using coda = await play({ engine: 'PostgreSQL' });
    const { says, shown, other, later } = await terminal(coda);
    says('remind me in 1 minute to buy tea');
    expect(await eventually(async () => (await coda.count('reminders')) === 1)).toBe(true);
    await coda.app.whenSettled();
    const held = () => coda.count(`outbox where state = 'held'`);
    const hints = vi.spyOn(Object.getPrototypeOf(coda.database()), 'notify').mockImplementation(() => {});
    await later();
    expect(await held()).toBe(1);
    hints.mockRestore();
    await coda.passes({ minutes: 5 });
    look(coda.app);
    await coda.app.whenSettled();
    expect(await held()).toBe(0);
    expect(shown().split('buy tea').length).toBeGreaterThan(2);
    await other.app.stop(0);
  });
});

test.skipIf(!POSTGRES_URL)('who reads along at one replica sees what another one has answered', async () => {
  await using programs = await Programs.begin({ engine: 'PostgreSQL' });
  const second = await programs.coda.replica();
  await programs.coda.beat();
  const stop = new AbortController();
  const headers = { Authorization: `Bearer ${programs.token}` };
  const url = `http://127.0.0.1:${second.app.http?.address?.port}/v1/conversations/main/events`;
  const stream = eventsOf(await fetch(url, { headers, signal: stop.signal }));
  expect((await stream.next()).value).toMatchObject({ name: 'ready' });
  await programs.say('/note buy milk');
  expect((await stream.next()).value).toMatchObject({ data: { text: expect.stringContaining('buy milk') } });
  stop.abort();
  await second.app.stop();
});
