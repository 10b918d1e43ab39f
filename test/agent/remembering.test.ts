import { describe, expect, test } from 'vitest';
import { mergeRules } from '../../src/agent/context/store.ts';
import { ContextReader, contextOf } from '../../src/agent/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { render, sql } from '../../src/storage/index.ts';
import { testDatabases } from '../support/database.ts';
import { Outside } from '../support/outside.ts';
import { rowsRead } from '../support/plans.ts';
import { play } from '../support/play.ts';
import { echo, ScriptedModel } from '../support/scripted-model.ts';

const newest = ({ expression }: Pick<ReturnType<ContextReader['beginReading']>, 'expression'>) => sql`
  select to_jsonb(c) as conversation, (${expression}) as context
    from inbox i join conversations c on c.id = i.conversation_id join persons p on p.id = i.person_id
   order by i.seq desc limit 1`;

/** What `reader` gives of the message that came last, and how many contents the database had to send for it. */
async function read(database: Database, reader: ContextReader, conversationIds: readonly string[]) {
  const reading = reader.beginReading(conversationIds);
  const { rows } = await database.read<Parameters<typeof reading.complete>[0][number]>(...render(newest(reading)));
  const { recalled } = contextOf(rows[0] as (typeof rows)[0]);
  // One that is known comes as a number.
  const sent = recalled.history.filter((entry: unknown) => typeof entry === 'object').length;
  reading.complete(rows);
  return { sent, texts: recalled.history.map(({ content }) => content.text) };
}

/** The messages of history that rows bring which are taken from now on: a whole one is an object, a known one a number. */
function historyClaimed(database: Database): string[] {
  const kinds: string[] = [];
  const run = database.run.bind(database);
  database.run = async (name, statement, params) => {
    const result = await run(name, statement, params);
    if (name === 'lanes.claim') {
      for (const row of result.rows) {
        kinds.push(
          ...contextOf(row as unknown as Parameters<typeof contextOf>[0]).recalled.history.map((entry) => typeof entry),
        );
      }
    }
    return result as never;
  };
  return kinds;
}

describe.each(testDatabases)('what is remembered on $name', ({ name, available }) => {
  test.skipIf(!available)('what was said while an answer was worked on is part of the conversation', async () => {
    const outside = new Outside().hold();
    const model = new ScriptedModel([{ call: 'page_read' }], ['read'], ['yes']);
    await using coda = await play({ engine: name, model, skills: [outside.skill] });
    const first = await coda.hear('ana', 'dm-ana', 'read it');
    await outside.begun.promise;
    await coda.hear('ana', 'dm-ana', 'it is about whales');
    outside.release();
    await first.settled;
    await coda.person('ana').says('do you know what it is about?');
    expect(model.requests.at(-1)?.messages.map(({ text }) => text)).toEqual([
      'read it',
      '',
      'read http://a',
      'it is about whales',
      'read',
      'do you know what it is about?',
    ]);
  });

  test.skipIf(!available)('what another process has erased is not shown with the next message', async () => {
    const model = echo();
    await using coda = await play({ engine: name, model });
    const ana = coda.person('ana', { channel: 'lobby' });
    const bob = coda.person('bob', { channel: 'lobby' });
    await ana.says('my number is 4711');
    await bob.says('mine is 99');
    await bob.says('do you remember?');
    expect(JSON.stringify(model.requests.at(-1))).toContain('4711');
    await coda.database().run('test.erase', `delete from messages where content ->> 'text' like '%4711%'`);
    await bob.says('and now?');
    const request = JSON.stringify(model.requests.at(-1));
    expect(request).not.toContain('4711');
    expect(request).toContain('mine is 99');
  });

  test.skipIf(!available)('words of somebody who turns out to be the same person taint no longer', async () => {
    await using coda = await play({ engine: name, model: echo() });
    const ana = coda.person('ana', { channel: 'lobby' });
    const taints = async () => {
      await ana.says('what do you think?');
      const { rows } = await coda
        .database()
        .read<{ tainted: boolean }>('select t.tainted from turns t join inbox i on i.id = t.inbox_id order by i.seq');
      return rows.at(-1)?.tainted;
    };
    await coda.person('annie', { channel: 'lobby' }).says('the sky is blue');
    expect(await taints()).toBe(true);
    const { rows } = await coda.database().read<{ id: string }>('select id from persons order by name');
    const [to, from] = rows.map(({ id }) => id);
    for (const rule of mergeRules) await coda.database().run('test.merge', rule.sql, [from ?? '', to ?? '']);
    await coda.database().run('test.clean', 'update messages set tainted = false');
    expect(await taints()).toBe(false);
  });

  test.skipIf(!available)(
    'what a process has of a conversation is not read again, unless it let go of it',
    async () => {
      await using coda = await play({ engine: name, model: echo() });
      const database = coda.database();
      await coda.person('ana').says('hello');
      await coda.person('ana').says('how are you?');
      const { rows } = await database.read<{ id: string }>('select id from conversations');
      const ids = rows.map(({ id }) => id);
      const texts = ['hello', 'you said: hello', 'how are you?', 'you said: how are you?'];
      const reader = new ContextReader({ remembered: 240, costs: true, clock: coda.world.clock });
      expect(await read(database, reader, ids)).toEqual({ sent: 4, texts });
      expect(await read(database, reader, ids)).toEqual({ sent: 0, texts });
      expect(await read(database, reader, [])).toEqual({ sent: 4, texts });
      const behind = reader.beginReading(ids);
      reader.forget();
      behind.complete([]);
      expect(await read(database, reader, ids)).toEqual({ sent: 4, texts });
      const full = new ContextReader({ remembered: 240, costs: true, clock: coda.world.clock, most: 1 });
      await read(database, full, ids);
      expect(await read(database, full, ids)).toEqual({ sent: 4, texts });
    },
  );

  test.skipIf(!available)(
    'a message that waited for a slot finds what was said before, which is not read again',
    async () => {
      const outside = new Outside().hold();
      const model = new ScriptedModel(['hello bob'], ['you do'], [{ call: 'page_read' }], ['fine'], ['fine']);
      const config = { 'delivery.concurrency': 1 };
      await using coda = await play({ engine: name, model, config, skills: [outside.skill] });
      await coda.person('bob').says('i am bob');
      await coda.person('bob').says('i like whales');
      const first = await coda.hear('ana', 'dm-ana', 'read it');
      await outside.begun.promise;
      const second = await coda.hear('bob', 'dm-bob', 'who am i?');
      const claimed = historyClaimed(coda.database());
      outside.release();
      await Promise.all([first.settled, second.settled]);
      const request = model.requests.find(({ messages }) => messages.at(-1)?.text === 'who am i?');
      expect(request?.messages.map(({ text }) => text)).toEqual([
        'i am bob',
        'hello bob',
        'i like whales',
        'you do',
        'who am i?',
      ]);
      // The last two came after the history of before was read.
      expect(claimed).toEqual(['number', 'number', 'object', 'object']);
    },
  );

  test.skipIf(!available)('a message reads no more of what it costs where thousands of others spend', async () => {
    await using coda = await play({ engine: name, model: echo() });
    await coda.person('ana').says('hello');
    const [database, { clock }] = [coda.database(), coda.world];
    const { rows } = await database.read<{ id: string }>('select id from conversations');
    const ids = rows.map(({ id }) => id);
    await database.run(
      'test.plant',
      `insert into spending (day, person_id, calls, price, dearest)
       select $1::date - d, md5(n::text)::uuid, 1, 0.5, d from generate_series(2, 31) d, generate_series(1, 200) n`,
      [clock.now()],
    );
    await database.run('test.analyze', 'analyze spending');
    const reader = new ContextReader({ remembered: 8, costs: true, clock });
    const spent = async () => {
      const reading = reader.beginReading(ids);
      const { rows: read } = await database.read<Parameters<typeof reading.complete>[0][number]>(
        ...render(newest(reading)),
      );
      reading.complete(read);
      return contextOf(read[0] as (typeof read)[0]).spent;
    };
    const first = await spent();
    expect(Object.values(first ?? {}).filter(([, all, , dearest]) => all === 100 && dearest > 1)).toHaveLength(30);
    expect(await spent()).toEqual(first);
    const read = await rowsRead(database, (db) => db.query(...render(newest(reader.beginReading(ids)))));
    expect(read).toBeLessThan(100);
  });
});
