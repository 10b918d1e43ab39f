import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as approvals from '../../../src/agent/approvals/store.ts';
import * as lanes from '../../../src/delivery/lanes/store.ts';
import * as outbox from '../../../src/delivery/outbox/store/due.ts';
import * as jobs from '../../../src/jobs/queue/store.ts';
import * as schedules from '../../../src/skills/scheduler/store.ts';
import { type Database, type Param, sql } from '../../../src/storage/index.ts';
import { testDatabases } from '../../support/database.ts';
import { pagesRead } from '../../support/plans.ts';

const FEW = 100;
const MANY = 20_000;
const NOW = new Date('2026-11-20T09:00:00Z');
const PROCESS = '00000000-0000-4000-8000-000000000000';

/** People from the $1st to the $2nd, each with a place in which a planned turn waits, and with a schedule that is due at $3. */
const WAITING = [
  `insert into persons (id, name, role, created_at)
   select md5('p' || n)::uuid, 'p' || n, 'member', $3 from generate_series($1::int, $2::int) n`,
  `insert into conversations (id, adapter, channel, space_id, kind, person_id, created_at)
   select md5('c' || n)::uuid, 'fake', 'c' || n, 'fake:s', 'dm', md5('p' || n)::uuid, $3
     from generate_series($1::int, $2::int) n`,
  `insert into inbox (id, key, kind, adapter, conversation_id, person_id, message_id, payload, state, laned, planned_by,
                      sent_at, received_at)
   select md5('i' || n)::uuid, 'i' || n, 'message', 'fake', md5('c' || n)::uuid, md5('p' || n)::uuid, '',
          '{"from": "", "text": "hello", "files": []}', 'received', true, 'scheduler', $3, $3
     from generate_series($1::int, $2::int) n`,
  `insert into lanes (conversation_id, pending, served_at)
   select md5('c' || n)::uuid, 1, $3::timestamptz - n * interval '1 ms' from generate_series($1::int, $2::int) n`,
  `insert into person_schedules (id, person_id, conversation_id, space_id, title, prompt, zone, missed, state, next_at,
                                 running, created_at)
   select 's' || n, md5('p' || n)::uuid, md5('c' || n)::uuid, 'fake:s', 'x', 'x', 'UTC', 'latest', 'on',
          $3::timestamptz - n * interval '1 ms', md5('i' || n)::uuid, $3
     from generate_series($1::int, $2::int) n`,
  `insert into jobs (id, kind, payload, state, due_at, created_at)
   select md5('j' || n)::uuid, 'mail', '{}', 'pending', $3::timestamptz + n * interval '1 ms', $3
     from generate_series($1::int, $2::int) n`,
  `insert into outbox (id, key, adapter, conversation_id, person_id, grp, content, state, next_at, created_at)
   select md5('o' || n)::uuid, 'o' || n, 'fake', md5('c' || n)::uuid, md5('p' || n)::uuid, 'o' || n, '{}', 'pending',
          $3::timestamptz + n * interval '1 ms', $3 from generate_series($1::int, $2::int) n`,
  `insert into turns (id, inbox_id, conversation_id, person_id, state, expires_at, started_at)
   select md5('t' || n)::uuid, md5('i' || n)::uuid, md5('c' || n)::uuid, md5('p' || n)::uuid, 'waiting',
          $3::timestamptz + n * interval '1 ms', $3 from generate_series($1::int, $2::int) n`,
];

/** All of that is over. */
const QUIET = [
  `update inbox set state = 'done', planned_by = null, finished_at = received_at`,
  'update lanes set pending = 0',
  'update person_schedules set next_at = null, running = null',
  `update jobs set state = 'running'`,
  `update jobs set state = 'done', finished_at = created_at`,
  `update outbox set state = 'sending'`,
  `update outbox set state = 'sent', sent_at = created_at`,
  `update turns set state = 'running'`,
  `update turns set state = 'answered', finished_at = started_at`,
];

const ANALYZE = 'analyze inbox, lanes, person_schedules, persons, conversations, jobs, outbox, turns';

const WITHOUT_CONTEXT = {
  beginReading: () => ({ expression: sql`null::jsonb`, complete() {} }),
  forget() {},
};

/** What a process asks while turns wait, by name; `earliest` is what the worker asks again and again. */
const ASKED: Record<string, (db: Parameters<Parameters<typeof pagesRead>[1]>[0]) => Promise<unknown>> = {
  'the next lanes': (db) => {
    const claiming = { likely: [], limit: 16, suspects: 1, served: [], window: 64 };
    return lanes.claim(db, PROCESS, claiming, WITHOUT_CONTEXT);
  },
  'whether lanes wait': (db) => db.read(lanes.earliest([], 1_000)),
  'when a schedule is due': (db) => db.read(schedules.EARLIEST),
  'whether a turn has ended': (db) => db.read(schedules.EARLIEST_ENDED),
  'when a job is due': (db) => db.read(jobs.earliest(['mail', 'files'])),
  'when a part is due': (db) => db.read(outbox.earliest({ here: ['fake'], on: ['fake'] })),
  'when a question expires': (db) => db.read(approvals.EARLIEST_EXPIRY),
  'the next schedules': (db) => schedules.claimDue(db, NOW, 20),
  'what became of turns': (db) => schedules.settleEnded(db, 500),
};

/** Rows that are taken at once. Of 100 they may be found by reading all, in fewer pages than by look-ups. */
const TAKEN: Record<string, number> = { 'the next schedules': 20 };
/** Pages of two look-ups in an index of three levels, with their rows. */
const LOOKS = 8;

async function pages(database: Database): Promise<Record<string, number>> {
  const read: Record<string, number> = {};
  for (const [name, ask] of Object.entries(ASKED)) read[name] = await pagesRead(database, ask);
  return read;
}

describe.each(testDatabases)('a backlog on $name', ({ available, open }) => {
  let database: Database;
  beforeAll(async () => {
    if (available) database = await open();
  });
  afterAll(async () => database?.close());

  const run = (statements: readonly string[], params: readonly Param[] = []) =>
    database.tx('test.plant', async (tx) => {
      for (const text of statements) await tx.query(text, params);
    });

  test.skipIf(!available)('what is asked while 20,000 turns wait reads as much as while 100 do', async () => {
    await run([`insert into spaces (id, adapter, name, created_at) values ('fake:s', 'fake', 's', '2026-01-01')`]);
    await run(WAITING, [1, FEW, NOW]);
    const few = await pages(database);
    // What the planner knows of the tables is what a quiet hour has left.
    await run([...QUIET, ANALYZE]);
    await run(WAITING, [FEW + 1, FEW + MANY, NOW]);
    const many = await pages(database);
    await run([ANALYZE]);
    const known = await pages(database);
    // Indexes of 20,000 rows are up to two levels deeper than those of 100: a look-up of one page takes three.
    const bound = (read: number, taken = 0) => 3 * read + 20 + LOOKS * taken;
    for (const [name, read] of Object.entries(few)) {
      expect(many[name], name).toBeLessThanOrEqual(bound(read, TAKEN[name]));
      expect(known[name], name).toBeLessThanOrEqual(bound(read, TAKEN[name]));
    }
    expect(few['the next lanes']).toBeGreaterThan(16);
  });
});
