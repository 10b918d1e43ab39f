import { describe, expect, test } from 'vitest';
import { deferred } from '../../src/base/async.ts';
import { testDatabases } from '../support/database.ts';
import { play } from '../support/play.ts';
import { echo, lastSaid, ScriptedModel } from '../support/scripted-model.ts';

describe.each(testDatabases)('messages on $name', ({ name, available }) => {
  const begin = (options: Parameters<typeof play>[0] = {}) => play({ engine: name, model: echo(), ...options });

  test.skipIf(!available)('a message that arrives twice, also at the same moment, is answered once', async () => {
    await using coda = await begin();
    const copies = await Promise.all([1, 2, 3].map(() => coda.hear('ana', 'c1', 'hello', 'member', 'same')));
    await Promise.all(copies.map((copy) => copy.settled));
    await coda.hear('ana', 'c1', 'hello', 'member', 'same');
    expect(copies.map((copy) => copy.outcome).sort()).toEqual(['accepted', 'duplicate', 'duplicate']);
    expect(coda.platform.in('c1')).toEqual(['you said: hello']);
  });

  test.skipIf(!available)('messages of one conversation are answered in order, others do not wait', async () => {
    const slow = deferred();
    const model = new ScriptedModel((request) =>
      lastSaid(request) === 'slow' ? [{ hold: slow }, 'slow'] : [lastSaid(request)],
    );
    await using coda = await begin({ model, config: { 'delivery.steer': false } });
    const first = await coda.hear('ana', 'c1', 'slow');
    const second = await coda.hear('ana', 'c1', 'second');
    const third = await coda.hear('ana', 'c1', 'third');
    await (await coda.hear('bob', 'c2', 'quick')).settled;
    expect(coda.platform.messages.map((message) => message.text)).toEqual(['quick']);
    slow.resolve();
    await Promise.all([first, second, third].map((each) => each.settled));
    expect(coda.platform.in('c1')).toEqual(['slow', 'second', 'third']);
  });

  test.skipIf(!available)('hundreds of messages of one person do not delay another person', async () => {
    const gate = deferred();
    const model = new ScriptedModel((request) => [{ hold: gate }, lastSaid(request)]);
    await using coda = await begin({ model, config: { 'delivery.concurrency': 2, 'delivery.steer': false } });
    const many = [];
    // Of these, sixteen times as many as are worked on may wait for the model.
    for (let index = 0; index < 200; index++) many.push(await coda.hear('ana', `a${index}`, `ana ${index}`));
    many.push(await coda.hear('ana', 'shared', 'ana shared 1'), await coda.hear('ana', 'shared', 'ana shared 2'));
    many.push(await coda.hear('bob', 'shared', 'bob shared'), await coda.hear('bob', 'b', 'bob alone'));
    gate.resolve();
    await Promise.all(many.map((each) => each.settled));
    const order = coda.platform.messages.map((message) => message.text);
    expect(order).toHaveLength(204);
    // Bob comes next after those of Ana that had begun, whatever she has waiting.
    expect(order.indexOf('bob alone')).toBeLessThan(38);
    expect(order.indexOf('bob shared')).toBeLessThan(order.indexOf('ana shared 2'));
  });

  test.skipIf(!available)('nobody waits for the slow model of others', async () => {
    const gate = deferred();
    const model = new ScriptedModel((request) => {
      const said = lastSaid(request);
      return said === 'quick' ? [said] : [{ hold: gate }, said];
    });
    await using coda = await begin({ model, config: { 'delivery.concurrency': 2 } });
    const slow = [];
    for (let index = 0; index < 20; index++) slow.push(await coda.hear('ana', `a${index}`, 'slow'));
    await (await coda.hear('bob', 'b', 'quick')).settled;
    expect(coda.platform.messages.map(({ text }) => text)).toEqual(['quick']);
    gate.resolve();
    await Promise.all(slow.map((each) => each.settled));
    expect(coda.platform.messages).toHaveLength(21);
  });

  test.skipIf(!available)('a full queue is answered plainly, and the rest is still answered', async () => {
    const gate = deferred();
    const model = new ScriptedModel((request) => [{ hold: gate }, lastSaid(request)]);
    await using coda = await begin({ model, config: { 'delivery.queue_limit': 2, 'delivery.steer': false } });
    const first = await coda.hear('ana', 'c1', 'one');
    const second = await coda.hear('ana', 'c1', 'two');
    const third = await coda.hear('ana', 'c1', 'three');
    await third.settled;
    expect(third.outcome).toBe('refused');
    expect(coda.platform.in('c1').join()).toContain('send it again in a moment');
    gate.resolve();
    await Promise.all([first.settled, second.settled]);
    expect(coda.platform.in('c1').slice(1)).toEqual(['one', 'two']);
  });

  test.skipIf(!available)('a question that is a day old is not answered out of the blue', async () => {
    await using coda = await begin();
    const now = coda.world.clock.now();
    coda.world.clock.moveTo(new Date(now.getTime() + 25 * 3_600_000));
    const late = await coda.hearAt(now, 'ana', 'c1', 'are you there?');
    await late.settled;
    expect(coda.platform.in('c1')).toEqual([]);
  });

  test.skipIf(!available)('a plain message takes two commits and two round trips, and a share of a third', async () => {
    await using coda = await begin();
    await (await coda.hear('ana', 'c1', 'hello')).settled;
    await coda.app.whenSettled();
    const before = await coda.storage();
    await (await coda.hear('ana', 'c1', 'hello again')).settled;
    const answered = await coda.storage();
    expect(answered.commits - before.commits).toBeLessThanOrEqual(2);
    expect(answered.roundTrips - before.roundTrips).toBeLessThanOrEqual(3);
    await coda.app.whenSettled();
    expect((await coda.storage()).commits - before.commits).toBe(3);
  });

  test.skipIf(!available)('who speaks for the first time costs one commit more', async () => {
    await using coda = await begin();
    await (await coda.hear('ana', 'c1', 'hello')).settled;
    await coda.app.whenSettled();
    const before = await coda.storage();
    await (await coda.hear('bo', 'c2', 'hello')).settled;
    await coda.app.whenSettled();
    const answered = await coda.storage();
    expect(answered.commits - before.commits).toBe(4);
    // What is only sent travels with the next statement on the embedded engine; PostgreSQL's answers are counted one by one.
    expect(answered.roundTrips - before.roundTrips).toBeLessThanOrEqual(name === 'PGlite' ? 6 : 9);
  });

  test.skipIf(!available)('messages that come at once are stored, and answered, by few statements', async () => {
    await using coda = await begin();
    const people = Array.from({ length: 20 }, (_, index) => `p${index}`);
    for (const person of people) await coda.hear(person, `c-${person}`, 'meet');
    await coda.app.whenSettled();
    const before = (await coda.storage()).commits;
    await Promise.all(people.map((person) => coda.hear(person, `c-${person}`, `hello from ${person}`)));
    await coda.app.whenSettled();
    for (const person of people) {
      expect(coda.platform.in(`c-${person}`)).toEqual(['you said: meet', `you said: hello from ${person}`]);
    }
    expect((await coda.storage()).commits - before).toBeLessThan(people.length);
  });

  test.skipIf(!available)('what cannot be stored does not keep what came with it', async () => {
    await using coda = await begin();
    const people = ['ana', 'bob', 'eve', 'gus'];
    for (const person of people) await coda.hear(person, `c-${person}`, 'meet');
    await coda.app.whenSettled();
    // Known to this process and gone from the database, as where another process has erased it at this moment.
    const of = `where conversation_id = (select id from conversations where channel = 'c-eve')`;
    for (const table of ['lanes', 'inbox', 'outbox', 'messages', 'turns', 'usage']) {
      await coda.database().run('test', `delete from ${table} ${of}`);
    }
    await coda.database().run('test', `delete from conversations where channel = 'c-eve'`);
    const heard = await Promise.all(people.map((person) => coda.hear(person, `c-${person}`, 'hello')));
    await Promise.all(heard.map((each) => each.settled));
    await coda.app.whenSettled();
    for (const person of people) expect(coda.platform.in(`c-${person}`)).toContain('you said: hello');
  });

  test.skipIf(!available)('the receipts of many messages are stored together', async () => {
    await using coda = await begin();
    await (await coda.hear('ana', 'c0', 'hello')).settled;
    await coda.app.whenSettled();
    for (let index = 0; index < 20; index++) await coda.hear('ana', `c${index}`, 'meet');
    await coda.app.whenSettled();
    const names = () => coda.world.points.filter((point) => point.phase === 'before').map((point) => point.name);
    const before = names().filter((point) => point === 'outbox.receipts').length;
    await Promise.all(Array.from({ length: 20 }, (_, index) => coda.hear('ana', `c${index}`, 'hello')));
    await coda.app.whenSettled();
    expect(names().filter((point) => point === 'outbox.receipts').length - before).toBeLessThanOrEqual(5);
  });

  test.skipIf(!available)('a message whose answer fails each time is given up, and the lane goes on', async () => {
    const model = new ScriptedModel((request) => {
      if (lastSaid(request) === 'poison') throw new TypeError('a bug');
      return [lastSaid(request)];
    });
    await using coda = await begin({ model, config: { 'delivery.steer': false } });
    const { settled } = await coda.hear('ana', 'c1', 'poison');
    const events: string[] = [];
    void settled.then(() => events.push(...coda.platform.in('c1')));
    await coda.hear('ana', 'c1', 'healthy');
    await coda.app.whenSettled();
    // Its first attempt has failed, and nothing has come of it yet.
    expect(events).toEqual([]);
    await coda.passes({ minutes: 10 });
    await settled;
    expect(events[0]).toContain('I have given up on it');
    expect(coda.platform.in('c1')).toEqual([expect.stringContaining('I have given up on it'), 'healthy']);
    expect(model.requests.filter((request) => lastSaid(request) === 'poison')).toHaveLength(5);
  });

  test.skipIf(!available)('a stranger is told once how to be let in, and nothing else', async () => {
    await using coda = await begin();
    await (await coda.hearAs('eve', 'c1', 'hello')).settled;
    await (await coda.hearAs('eve', 'c1', 'hello?')).settled;
    await coda.app.whenSettled();
    expect(coda.platform.in('c1')).toEqual([expect.stringContaining('`fake:eve`')]);
  });
});
