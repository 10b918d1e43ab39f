/** Schedules of people, and what became of them on a fleet. */
import type { Fleet, Seen } from './index.ts';

export interface Planted {
  count: number;
  people: number;
  /** When the first one is due, and how long after it the last one, in milliseconds. */
  from: number;
  overMs: number;
}

/**
 * Puts `count` schedules of `people` people into the database, due once each, evenly over `overMs` from `inMs` from now
 * on; each person has a place of their own.
 */
export async function plantSchedules(
  fleet: Fleet,
  { count, people, inMs, overMs }: { count: number; people: number; inMs: number; overMs: number },
): Promise<Planted> {
  const sql = (text: string, values?: unknown[]) => fleet.postgres?.sql(text, values);
  await sql(`insert into spaces (id, adapter, name, created_at) values ('fleet:test', 'fleet', 'test', now())
             on conflict do nothing`);
  await sql(
    `insert into persons (id, name, role, created_at)
     select md5('planner' || n)::uuid, 'planner ' || n, 'member', now() from generate_series(1, $1::int) n`,
    [people],
  );
  await sql(
    `insert into identities (adapter, external_id, person_id, name, created_at)
     select 'fleet', 'planner' || n, md5('planner' || n)::uuid, 'planner ' || n, now() from generate_series(1, $1::int) n`,
    [people],
  );
  await sql(
    `insert into conversations (id, adapter, channel, space_id, kind, person_id, created_at)
     select md5('desk' || n)::uuid, 'fleet', 'desk' || n, 'fleet:test', 'dm', md5('planner' || n)::uuid, now()
       from generate_series(1, $1::int) n`,
    [people],
  );
  const from = Date.now() + inMs;
  await sql(
    `insert into person_schedules (id, person_id, conversation_id, space_id, title, prompt, zone, missed, state, next_at, created_at)
     select 's' || n, md5('planner' || (n % $4 + 1))::uuid, md5('desk' || (n % $4 + 1))::uuid, 'fleet:test',
            'say s' || n, 'say s' || n, 'UTC', 'latest', 'on',
            to_timestamp($2::float8 / 1000) + (n::float8 * $3 / $1) * interval '1 millisecond', now()
       from generate_series(1, $1::int) n`,
    [count, from, overMs, people],
  );
  return { count, people, from, overMs };
}

/** Makes those of `plantSchedules` look at the output of a script: each a run, and no turn. */
export async function scriptsInstead(fleet: Fleet, script: string): Promise<void> {
  const watch = { source: { kind: 'script', script, args: [] }, rule: {}, budget: 0.1 };
  await fleet.postgres?.sql('update person_schedules set prompt = null, watch = $1::jsonb', [JSON.stringify(watch)]);
}

/** What came of the runs: none twice begun, none left, and each told by one message. */
export async function endedRuns(fleet: Fleet) {
  const rows = await fleet.postgres?.sql(
    `select count(*) filter (where ended_at is not null)::int as ended, count(*) filter (where attempts > 1)::int as twice,
            count(*) filter (where state = 'interrupted')::int as interrupted
       from schedule_runs`,
  );
  const [runs] = rows as { ended: number; twice: number; interrupted: number }[];
  const { messages, copies } = await fleet.state();
  const told = messages.flatMap(({ text }) => /^“say (s\d+)”/.exec(text)?.[1] ?? []);
  const twiceTold = told.length - new Set(told).size + Object.keys(copies).length;
  return { ...runs, told: new Set(told).size, twiceTold };
}

/** What the platform has seen of them: an answer of each, and how long after its due time (milliseconds). */
export function answered(seen: readonly Seen[], copies: Record<string, number>, { count, from, overMs }: Planted) {
  const of = seen.flatMap(({ text, at }) => {
    const n = Number(/^say s(\d+): done/.exec(text)?.[1] ?? Number.NaN);
    return Number.isNaN(n) ? [] : [{ n, late: at - (from + (n * overMs) / count) }];
  });
  const distinct = new Set(of.map(({ n }) => n)).size;
  const late = of.map((each) => each.late).sort((a, b) => a - b);
  const at = (share: number) => Math.round(late[Math.min(late.length - 1, Math.floor(late.length * share))] ?? 0);
  return {
    missing: count - distinct,
    twice: of.length - distinct + Object.keys(copies).length,
    lateness: { p50: at(0.5), p99: at(0.99), worst: at(1) },
  };
}

/** Turns that schedules have begun, and those that were begun more than once. */
export async function begunTurns(fleet: Fleet): Promise<{ begun: number; twice: number; open: number }> {
  const rows = await fleet.postgres?.sql(
    `select count(*)::int as begun, (count(*) - count(distinct key))::int as twice,
            count(*) filter (where finished_at is null)::int as open
       from inbox where key like 'schedule:%'`,
  );
  return (rows as { begun: number; twice: number; open: number }[])[0] ?? { begun: 0, twice: 0, open: 0 };
}
