import { describe, expect, test } from 'vitest';
import { done } from '../../../src/agent/index.ts';
import { deferred } from '../../../src/base/async.ts';
import type { Skill } from '../../../src/chat/index.ts';
import type { AcceptedEvent } from '../../../src/delivery/index.ts';
import { cancel } from '../../../src/delivery/lanes/store.ts';
import { testDatabases } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { FileServer } from '../../support/file-server.ts';
import { holdAfter, holdBefore, waitingForLocks } from '../../support/holds.ts';
import { type Play, type PlayOptions, play } from '../../support/play.ts';
import { lastSaid, ScriptedModel } from '../../support/scripted-model.ts';

const reads = () => new ScriptedModel((request) => [`read: ${lastSaid(request)}`]);

const listing: Skill = {
  name: 'listing',
  commands: () => [
    {
      name: 'attached',
      summary: 'Lists what came along.',
      run: async (_, { request: { files } }) => done(files.map(({ name }) => name).join()),
    },
  ],
};

/** The names of the files that are kept with what was said, by its words. */
async function kept(coda: Play): Promise<Record<string, string>> {
  const { rows } = await coda
    .database()
    .read<{ text: string; files: { name: string; hash: string }[] }>(
      `select payload ->> 'text' as text, payload -> 'files' as files from inbox where payload -> 'files' <> '[]'`,
    );
  return Object.fromEntries(rows.map(({ text, files }) => [text, files.map(({ name }) => name).join()]));
}

/** Does something as a named transaction is about to begin, once. */
function before(coda: Play, name: string, work: () => Promise<void>): void {
  const database = coda.database();
  const tx = database.tx.bind(database);
  database.tx = async (each, fn) => {
    if (each !== name) return tx(each, fn);
    database.tx = tx;
    await work();
    return tx(each, fn);
  };
}

/** Hears a message whose files take long, and that has left its lane for them: their platform was away at first. */
async function hearAside(coda: Play, held: string, channel: string, text = 'look'): Promise<AcceptedEvent> {
  const unheld = () => coda.count(`inbox where payload ? 'aside' and owner is null`);
  coda.platform.filesAway = true;
  const heard = await coda.hearWith([held], 'ana', channel, text);
  await eventually(async () => (await unheld()) === 1);
  coda.platform.filesAway = false;
  coda.reachable();
  await eventually(async () => (await unheld()) === 0);
  return heard;
}

/** Another process goes on at once with what this one leaves. */
async function begunAnew(coda: Play): Promise<void> {
  await coda.app.stop(0);
  await coda.start();
}

describe.each(testDatabases)('files that are fetched on $name', ({ name, available }) => {
  /** What needs another connection or process: nothing that PGlite could have. */
  const besideOthers = name === 'PGlite' ? undefined : test.skipIf(!available);

  async function begin(options: PlayOptions = {}) {
    const server = await FileServer.start();
    const config = { ...server.config, 'delivery.steer': false, ...options.config };
    const coda = await play({
      ...{ engine: name, model: reads(), skills: [listing] },
      ...options,
      ...{ config, platform: { filesAt: server.port } },
    });
    return {
      ...{ coda, server },
      async [Symbol.asyncDispose]() {
        await coda[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  }

  test.skipIf(!available)('come before what is said next, and what cannot be had is told', async () => {
    await using played = await begin();
    const { coda, server } = played;
    const cost = async (say: () => Promise<AcceptedEvent>) => {
      const { commits, roundTrips } = await coda.storage();
      await (await say()).settled;
      await coda.app.whenSettled();
      const after = await coda.storage();
      return [after.commits - commits, after.roundTrips - roundTrips];
    };
    await cost(() => coda.hear('ana', 'c1', 'begin'));
    const [commits = 0] = await cost(() => coda.hear('ana', 'c1', 'plain'));
    expect((await cost(() => coda.hearWith(['a.txt'], 'ana', 'c1', 'whole')))[0]).toBe(commits + 1);
    const looked = await coda.hearWith(['b.txt', 'gone.txt'], 'ana', 'c1', 'look');
    const next = await coda.hear('ana', 'c1', 'next');
    await Promise.all([looked.settled, next.settled]);
    await coda.app.whenSettled();
    expect(coda.platform.in('c1').slice(3)).toEqual([
      'Fake did not let me have gone.txt. Please send it again.',
      'read: look\n  (attached, but not taken: gone.txt)',
      'read: next',
    ]);
    await (await coda.hearWith(['c.txt'], 'ana', 'c1', '/attached')).settled;
    expect(coda.platform.in('c1').at(-1)).toBe('c.txt');
    const look = 'look\n(attached, but not taken: gone.txt)';
    expect(await kept(coda)).toEqual({ whole: 'a.txt', [look]: 'b.txt', '/attached': 'c.txt' });
    expect(server.asked).toEqual(['a.txt', 'b.txt', 'gone.txt', 'c.txt']);
  });

  test.skipIf(!available)(
    'and take long hold up nobody, and their message is what its author makes of it',
    async () => {
      await using played = await begin();
      const { coda, server } = played;
      const slow = await coda.hearWith(['held-1'], 'ana', 'c1', 'slow');
      const quick = await coda.hear('ana', 'c1', 'quick');
      const changed = await coda.hearWith(['held-2'], 'ana', 'c1', 'old words', 'changed');
      const dropped = await coda.hearWith(['held-3'], 'ana', 'c1', 'never mind', 'dropped');
      await quick.settled;
      expect(coda.platform.in('c1')).toEqual(['read: quick']);
      // Whoever is forgotten meanwhile has said nothing.
      const lost = await coda.hearWith(['held-4'], 'bob', 'c1', 'my PIN is 4711');
      expect(await eventually(async () => (await coda.count(`inbox where payload ? 'aside'`)) === 4)).toBe(true);
      await (await coda.hear('bob', 'dm-bob', '/forget')).settled;
      const yes = coda.platform.messages.flatMap(({ buttons }) => buttons).find(({ label }) => /^Yes/.test(label));
      await (await coda.press('bob', 'dm-bob', yes?.id ?? '')).settled;
      await server.letGo('held-4');
      await lost.settled;
      expect(await coda.amend('c1', 'changed', { text: 'new words' })).toBe(true);
      expect(await coda.amend('c1', 'dropped', { withdrawn: true })).toBe(true);
      for (const held of ['held-3', 'held-2', 'held-1']) await server.letGo(held);
      await Promise.all([slow, changed, dropped].map(({ settled }) => settled));
      await coda.app.whenSettled();
      expect(coda.platform.in('c1').sort()).toEqual(['read: new words', 'read: quick', 'read: slow']);
      expect(await kept(coda)).toEqual({ slow: 'held-1', 'new words': 'held-2' });
      expect(await coda.count(`inbox where payload ?| array['pending', 'aside'] or state = 'received'`)).toBe(0);
      expect(await coda.count('lanes where pending <> 0')).toBe(0);
      expect(await coda.count("inbox where payload::text ~ '4711|held-4'")).toBe(0);
    },
  );

  test.skipIf(!available)('wait for their platform, which is asked again when it is back', async () => {
    await using played = await begin();
    const { coda, server } = played;
    coda.platform.filesAway = true;
    const looked = await coda.hearWith(['a.txt'], 'ana', 'c1', 'look');
    const called = await coda.hearWith(['b.txt'], 'ana', 'c2', '/attached');
    await (await coda.hear('ana', 'c1', 'next')).settled;
    await begunAnew(coda);
    await coda.passes({ minutes: 30 });
    expect(coda.platform.messages.map(({ text }) => text)).toEqual(['read: next']);
    expect(await coda.count(`inbox where state = 'received' and owner is null and attempts = 0`)).toBe(2);
    coda.platform.filesAway = false;
    coda.reachable();
    expect(await eventually(() => coda.platform.messages.length === 3)).toBe(true);
    expect(coda.platform.in('c1')).toEqual(['read: next', 'read: look']);
    expect(coda.platform.in('c2')).toEqual(['b.txt']);
    await Promise.all([looked.settled, called.settled]);
    // Nobody says that it is back: it is asked again by and by.
    coda.platform.filesAway = true;
    await coda.hearWith(['busy.txt'], 'ana', 'c1', 'and now');
    await eventually(async () => (await coda.count(`inbox where payload #>> '{pending,tries}' = '1'`)) === 1);
    await coda.passes({ minutes: 30 });
    coda.platform.filesAway = false;
    await coda.passes({ minutes: 5 });
    // Its server is too busy at first: that is no reason to give up what was waited for so long.
    for (let tries = 0; tries < 3 && coda.platform.in('c1').length < 3; tries++) await coda.passes({ seconds: 5 });
    expect(coda.platform.in('c1').at(-1)).toBe('read: and now');
    expect(server.asked.filter((name) => name === 'busy.txt')).toHaveLength(2);
  });

  test.skipIf(!available)('of a platform that is never back are told of when their message is too old', async () => {
    await using played = await begin({ config: { 'delivery.max_age': '1h' } });
    const { coda } = played;
    coda.platform.filesAway = true;
    const { settled } = await coda.hearWith(['a.txt'], 'ana', 'c1', 'look');
    await coda.passes({ minutes: 59 });
    expect(coda.platform.in('c1')).toEqual([]);
    await coda.passes({ minutes: 10 });
    await settled;
    expect(coda.platform.in('c1')).toEqual(['Fake did not let me have a.txt. Please send it again.']);
  });

  besideOthers?.('are left to a process that has their platform', async () => {
    await using played = await begin();
    const { coda } = played;
    coda.platform.filesAway = true;
    await coda.hearWith(['a.txt'], 'ana', 'c1', 'look');
    await eventually(async () => (await coda.count(`inbox where owner is null`)) === 1);
    await coda.app.stop(0);
    const elsewhere = await coda.replica(coda.world, 'other');
    await coda.passes({ minutes: 10 });
    const { rows } = await elsewhere.app.database.read('select state, owner, attempts from inbox');
    expect(rows).toEqual([{ state: 'received', owner: null, attempts: 0 }]);
    await elsewhere.app.stop(0);
    coda.platform.filesAway = false;
    await coda.start();
    expect(await eventually(() => coda.platform.in('c1').length === 1)).toBe(true);
    expect(coda.platform.in('c1')).toEqual(['read: look']);
  });

  test.skipIf(!available)('are not waited for where somebody says stop', async () => {
    await using played = await begin();
    const { coda, server } = played;
    await coda.hearWith(['held-1'], 'ana', 'dm-ana', 'look');
    await eventually(() => server.asked.length === 1);
    await (await coda.hear('ana', 'dm-ana', '/stop')).settled;
    expect(await eventually(() => coda.platform.in('dm-ana').includes('Stopped.'))).toBe(true);
  });

  test.skipIf(!available)('are not waited for either where it is said as their message steps aside', async () => {
    await using played = await begin();
    const { coda, server } = played;
    before(coda, 'lanes.aside', async () => {
      await (await coda.hear('ana', 'dm-ana', '/stop')).settled;
    });
    await (await coda.hearWith(['held-1'], 'ana', 'dm-ana', 'look')).settled;
    expect(server.asked).toEqual(['held-1']);
    expect(coda.platform.in('dm-ana')).toContain('Stopped.');
    expect(await coda.count(`inbox where state = 'received'`)).toBe(0);
  });

  test.skipIf(!available)(
    'are not waited for either where it is said when their message has stepped aside',
    async () => {
      await using played = await begin();
      const { coda, server } = played;
      const slow = await hearAside(coda, 'held-1', 'dm-ana');
      await (await coda.hear('ana', 'dm-ana', '/stop')).settled;
      await slow.settled;
      await server.letGo('held-1');
      await coda.app.whenSettled();
      expect(coda.platform.in('dm-ana').sort()).toEqual(['Stopped.', 'Stopping.']);
      expect(await coda.count(`inbox where state = 'received'`)).toBe(0);
      await (await coda.hear('ana', 'dm-ana', '/stop')).settled;
      expect(coda.platform.in('dm-ana').at(-1)).toBe('Nothing is running here.');
    },
  );

  test.skipIf(!available)('are not waited for where nobody has their message as it is said', async () => {
    await using played = await begin();
    const { coda, server } = played;
    coda.platform.filesAway = true;
    const looked = await coda.hearWith(['a.txt'], 'ana', 'dm-ana', 'look');
    await eventually(async () => (await coda.count(`inbox where payload ? 'aside' and owner is null`)) === 1);
    await (await coda.hear('ana', 'dm-ana', '/stop')).settled;
    await looked.settled;
    await coda.app.whenSettled();
    expect(coda.platform.in('dm-ana').sort()).toEqual(['Stopped.', 'Stopping.']);
    expect(server.asked).toEqual([]);
  });

  test.skipIf(!available)(
    'are not fetched again in the next process where its predecessor had not heard it',
    async () => {
      await using played = await begin();
      const { coda, server } = played;
      await hearAside(coda, 'held-1', 'dm-ana');
      await eventually(() => server.asked.length === 1);
      // What another replica's /stop leaves in the database, whose hint was lost.
      const { id } =
        (await coda.database().read<{ id: string }>('select conversation_id as id from inbox')).rows[0] ?? {};
      expect(await coda.database().tx('test', (tx) => cancel(tx, id ?? ''))).toHaveLength(1);
      await begunAnew(coda);
      expect(await eventually(() => coda.platform.in('dm-ana').length > 0)).toBe(true);
      expect(coda.platform.in('dm-ana')).toEqual(['Stopped.']);
      expect(server.asked).toEqual(['held-1']);
    },
  );

  besideOthers?.('are not waited for where another process hears stop', async () => {
    await using played = await begin();
    const { coda } = played;
    const slow = await hearAside(coda, 'held-1', 'dm-ana');
    const elsewhere = await coda.replica();
    const stop = {
      id: 'stop',
      channel: 'dm-ana',
      from: 'ana',
      text: '/stop',
      role: 'owner' as const,
      kind: 'dm' as const,
    };
    await (await elsewhere.adapter.hear({ ...stop, sentAt: coda.world.clock.now() })).settled;
    await slow.settled;
    expect(coda.platform.in('dm-ana').sort()).toEqual(['Stopped.', 'Stopping.']);
    await elsewhere.app.stop(0);
  });

  test.skipIf(!available)(
    'and take long are aside for few messages of one person: the next one keeps its lane',
    async () => {
      await using played = await begin();
      const { coda, server } = played;
      const aside = ['held-1', 'held-2', 'held-3', 'held-4'];
      for (const held of aside) await hearAside(coda, held, held === 'held-4' ? 'c2' : 'c1', held);
      const tried = holdBefore(coda, 'lanes.aside');
      const fifth = await coda.hearWith(['held-5'], 'ana', 'c1', 'fifth');
      const next = await coda.hear('ana', 'c1', 'next');
      await tried.reached;
      tried.goOn();
      // Another person's are not counted with them.
      const others = await coda.hearWith(['held-6'], 'bob', 'c2', 'look');
      expect(await eventually(async () => (await coda.count(`inbox where payload ? 'aside'`)) === 5)).toBe(true);
      expect(await coda.count(`inbox where payload ->> 'text' = 'fifth' and not laned`)).toBe(0);
      await server.letGo('held-5');
      await Promise.all([fifth.settled, next.settled]);
      expect(coda.platform.in('c1')).toEqual(['read: fifth', 'read: next']);
      for (const held of [...aside, 'held-6']) await server.letGo(held);
      await others.settled;
      await coda.app.whenSettled();
      expect(coda.platform.in('c2').sort()).toEqual(['read: held-4', 'read: look']);
      expect(coda.platform.messages.filter(({ text }) => text.startsWith('read: held'))).toHaveLength(4);
    },
  );

  test.skipIf(!available)('are fetched again where they took long and could not be stored', async () => {
    await using played = await begin();
    const { coda, server } = played;
    const slow = await hearAside(coda, 'held-1', 'c1', 'slow');
    const artifacts = coda.artifacts();
    const put = artifacts.put.bind(artifacts);
    artifacts.put = async () => {
      artifacts.put = put;
      throw new Error('the disk has failed');
    };
    await server.letGo('held-1');
    await eventually(async () => (await coda.count(`inbox where owner is null and attempts = 1`)) === 1);
    const { clock } = coda.world;
    await clock.moveTo(new Date(clock.now().getTime() + 2_000));
    await server.letGo('held-1');
    await slow.settled;
    expect(coda.platform.in('c1')).toEqual(['read: slow']);
    expect(await kept(coda)).toEqual({ slow: 'held-1' });
  });

  besideOthers?.('do not hide an edit that comes as they are stored', async () => {
    const model = new ScriptedModel([{ hold: deferred() }]);
    await using played = await begin({ model });
    const { coda } = played;
    const keeping = holdAfter(coda, 'files.keep', /^update inbox/);
    await coda.hearWith(['a.txt'], 'ana', 'c1', 'old words', 'changed');
    await keeping.reached;
    const amended = coda.amend('c1', 'changed', { text: 'new words' });
    expect(await eventually(() => waitingForLocks(coda))).toBe(1);
    keeping.goOn();
    expect(await amended).toBe(true);
    expect(await eventually(() => model.requests.length)).toBe(1);
    expect(
      await coda.count(`inbox where payload ->> 'text' = 'old words' and payload ->> 'edited' = 'new words'`),
    ).toBe(1);
  });

  test.skipIf(!available)('of a message that finds the queue full are not asked for', async () => {
    const gate = deferred();
    const model = new ScriptedModel((request) => [{ hold: gate }, lastSaid(request)]);
    await using played = await begin({ model, config: { 'delivery.queue_limit': 1 } });
    const { coda, server } = played;
    const first = await coda.hear('ana', 'c1', 'first');
    const { outcome, settled } = await coda.hearWith(['a.txt'], 'ana', 'c1', 'look');
    await settled;
    expect(outcome).toBe('refused');
    gate.resolve();
    await first.settled;
    expect(server.asked).toEqual([]);
  });

  test.skipIf(!available)(
    'are fetched again by who goes on with their message, and kept where they were fetched',
    async () => {
      const [gate, shown] = [deferred(), deferred()];
      const model = new ScriptedModel(
        (request) => {
          shown.resolve();
          return [{ hold: gate }, lastSaid(request)];
        },
        (request) => [`read: ${lastSaid(request)}`],
      );
      await using played = await begin({ model });
      const { coda, server } = played;
      await coda.hearWith(['held-1'], 'ana', 'c1', 'look');
      await eventually(() => server.asked.length === 1);
      await begunAnew(coda);
      await eventually(() => server.asked.length === 2);
      await server.letGo('held-1');
      await shown.promise;
      await begunAnew(coda);
      expect(await eventually(() => coda.platform.in('c1').length === 1)).toBe(true);
      expect(await kept(coda)).toEqual({ look: 'held-1' });
      expect(server.asked).toEqual(['held-1', 'held-1']);
    },
  );
});
