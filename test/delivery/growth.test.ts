import { expect, test } from 'vitest';
import { play } from '../support/play.ts';

/** How many rows of coda's tables have been read so far, by index or in a scan. */
const READ = `select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as rows from pg_stat_user_tables`;

/** What a conversation holds that has gone on for years, made of what one message left. */
const YEARS = [
  // Rows that begin as sent are no transition of the outbox.
  `alter table outbox disable trigger guard_outbox`,
  `insert into inbox (id, key, kind, adapter, conversation_id, person_id, message_id, payload, state, laned, sent_at,
                      received_at, finished_at)
   select gen_random_uuid(), key || n, kind, adapter, conversation_id, person_id, message_id || n, payload, state, laned,
          sent_at, received_at, finished_at
     from (select * from inbox limit 1) one, generate_series(1, 3000) n`,
  `insert into turns (id, inbox_id, conversation_id, person_id, state, started_at, finished_at)
   select gen_random_uuid(), id, conversation_id, person_id, 'answered', sent_at, finished_at from inbox
    where id not in (select inbox_id from turns)`,
  `insert into messages (id, conversation_id, epoch, turn_id, person_id, role, content, at)
   select gen_random_uuid(), conversation_id, epoch, turn_id, person_id, role, content, at
     from (select * from messages order by seq limit 2) two, generate_series(1, 3000) n`,
  `insert into outbox (id, key, adapter, conversation_id, person_id, grp, content, state, created_at, sent_at)
   select gen_random_uuid(), key || n, adapter, conversation_id, person_id, grp || n, content, state, created_at, sent_at
     from (select * from outbox limit 1) one, generate_series(1, 3000) n`,
  `insert into buttons (id, card, label, position, action, conversation_id, person_id, created_at)
   select id || n, card || n, label, position, action, conversation_id, person_id, created_at
     from buttons, generate_series(1, 3000) n`,
  `insert into undos (id, person_id, conversation_id, label, call, created_at)
   select gen_random_uuid(), person_id, conversation_id, label, call, created_at from undos, generate_series(1, 3000) n`,
];

// Only the embedded engine's one session counts at once what it has read.
test('a message reads no more in a conversation that has gone on for years', async () => {
  // A database of its own: it switches a trigger off, and plans depend on what has been read and written before.
  await using coda = await play({ engine: 'PGlite', ownFolder: true });
  const ana = coda.person('ana');
  const database = coda.database();
  const readBy = async (text: string) => {
    const rows = async () => {
      await database.read('select pg_stat_force_next_flush()');
      return (await database.read<{ rows: number }>(READ)).rows[0]?.rows ?? 0;
    };
    const before = await rows();
    await ana.says(text);
    await coda.app.whenSettled();
    return (await rows()) - before;
  };
  await ana.says('remind me tomorrow at 9 to stand up');
  await readBy('what time is it in Tokyo?');
  const young = await readBy('what time is it in Oslo?');
  for (const statement of YEARS) await database.run('test.years', statement);
  expect(await coda.count('buttons')).toBeGreaterThan(3_000);
  await readBy('what time is it in Rome?');
  const old = await readBy('what time is it in Lima?');
  await ana.says('remind me tomorrow at 10 to sit down');
  const taken = await readBy('undo');
  expect(young).toBeGreaterThan(0);
  expect(old).toBeLessThanOrEqual(young + 20);
  // It also looks through the newest 60 messages of its person, for what told of the thing.
  expect(taken).toBeLessThanOrEqual(young + 110);
});
