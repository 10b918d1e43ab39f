import { skillTools } from '../../agent-skills/index.ts';
import type { Instant } from '../../base/clock.ts';
import { uuid } from '../../base/ids.ts';
import { pruneRule, type RetentionRule } from '../../jobs/index.ts';
import type { MergeRule } from '../../people/index.ts';
import { proposalStore } from '../../proposals/index.ts';
import type { Queryable, Transaction } from '../../storage/index.ts';
import { type RecordedTurn, type Signal, type SignalKind, type SkillMeant, type TakenBack, undoOf } from './signals.ts';

/** Task that looks each night at what was done. */
export const LEARN_TASK = 'improvement.learn';

/** People with turns or signs to be looked at. */
export async function learners(db: Queryable, since: Instant): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select p.id from persons p
      where p.erased_at is null and p.role in ('owner', 'member')
        and (exists (select from turns t where t.person_id = p.id and t.finished_at >= $1)
             or exists (select from learned_signals s where s.person_id = p.id))
      order by p.id limit 1000`,
    [since],
  );
  return rows.map(({ id }) => id);
}

const MOST_TURNS = 500;

/** The turns of a person's direct conversations that ended between the two instants, without the words in them. */
export async function turnsOf(
  db: Queryable,
  personId: string,
  { from, to }: { from: Instant; to: Instant },
): Promise<RecordedTurn[]> {
  const { rows } = await db.query<RecordedTurn>(
    `select t.id, t.person_id as "personId", t.conversation_id as "conversationId", t.state, t.tainted,
            t.started_at as "startedAt", t.finished_at as "finishedAt", coalesce(s.steps, '[]') as steps
       from (select t.*, i.seq from turns t join conversations c on c.id = t.conversation_id and c.kind = 'dm' and c.temporary_at is null
               left join inbox i on i.id = t.inbox_id
              where t.person_id = $1 and t.finished_at >= $2 and t.finished_at < $3
              order by t.finished_at desc, i.seq desc limit $4) t
       left join lateral (
         select json_agg(case s.kind
                  when 'model' then json_build_object('kind', 'model', 'calls', s.payload -> 'calls')
                  when 'steered' then json_build_object('kind', 'steered')
                  else json_build_object('kind', 'result', 'callId', s.call_id, 'ok', s.payload -> 'ok',
                         'code', s.payload -> 'code', 'asks', s.payload ? 'choices' and s.payload -> 'ok' = 'false',
                         'undo', s.payload -> 'undo') end order by s.seq) as steps
           from steps s where s.turn_id = t.id and s.path = '' and s.kind in ('model', 'steered', 'result')) s on true
      order by t.finished_at, t.seq`,
    [personId, from, to, MOST_TURNS],
  );
  return rows;
}

export async function takenBackBy(db: Queryable, personId: string, since: Instant): Promise<TakenBack[]> {
  const { rows } = await db.query<{ conversationId: string; call: unknown; at: Instant }>(
    `select conversation_id as "conversationId", call, used_at as at from undos where person_id = $1 and used_at >= $2
     union all
     select b.conversation_id, b.action, b.used_at from inbox i join buttons b on b.id = i.payload ->> 'button'
      where i.kind = 'press' and i.person_id = $1 and i.state = 'done' and b.used_at >= $2`,
    [personId, since],
  );
  return rows.flatMap(({ call, ...rest }) => {
    const undo = undoOf(call);
    return undo === undefined ? [] : [{ ...rest, undo }];
  });
}

export async function meantBy(db: Queryable, personId: string, since: Instant): Promise<SkillMeant[]> {
  const { rows } = await db.query<SkillMeant>(
    `select b.action #>> '{input,name}' as got, b.action #>> '{input,expected}' as meant, t.id as "turnId", b.used_at as at
       from inbox i join buttons b on b.id = i.payload ->> 'button'
       join lateral (select t.id from turns t
                       join steps s on s.turn_id = t.id and s.kind = 'model'
                      where t.conversation_id = b.conversation_id and t.person_id = $1 and not t.tainted
                        and t.finished_at <= b.used_at
                        and s.payload -> 'calls' @> jsonb_build_array(jsonb_build_object('name', $3::text,
                              'input', jsonb_build_object('name', b.action #> '{input,name}')))
                      order by t.finished_at desc limit 1) t on true
      where i.kind = 'press' and i.person_id = $1 and i.state = 'done' and b.used_at >= $2
        and b.action ->> 'tool' = $4`,
    [personId, since, skillTools.activate, skillTools.meant],
  );
  return rows;
}

const MOST_SIGNALS = 300;
const MOST_ABOUT = 500;

/** Adds signs; one that is known is left as it is. */
export async function addSignals(tx: Transaction, personId: string, signals: readonly Signal[], now: Instant) {
  for (const { kind, about, key, skill, turnId, beforeId, at } of signals) {
    tx.send(
      `insert into learned_signals (id, person_id, kind, about, key, skill, turn_id, before_id, at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
      [uuid(now), personId, kind, about.slice(0, MOST_ABOUT), key, skill, turnId, beforeId, at],
    );
  }
  await tx.query(
    `delete from learned_signals where person_id = $1 and id not in
       (select id from learned_signals where person_id = $1 order by at desc, id desc limit $2)`,
    [personId, MOST_SIGNALS],
  );
}

export interface Due {
  kind: SignalKind;
  about: string;
  key: string;
  skill: string | null;
  turns: { id: string; before: string | null }[];
}

/** More than a person is ever proposed: at most one in a while. */
const MOST_BEFORE = 10_000;

const LEAST_TIMES = { repeated: 3, others: 2 };

/**
 * The person's lesson that came up most often since `since`, after it was last proposed; undefined where none is due, one of
 * the person's was proposed after `rest`, or no more of the kind are wanted.
 */
export async function nextDue(
  db: Queryable,
  personId: string,
  { since, rest }: { since: Instant; rest: Instant },
): Promise<Due | undefined> {
  const proposals = await proposalStore.list(db, { category: 'skill', personId }, MOST_BEFORE);
  const lessons = proposals.map(({ at, state, payload }) => ({ ...(payload as object), at, state }));
  const { rows } = await db.query<Due>(
    `with made as (
       select * from jsonb_to_recordset($6) as each (at timestamptz, state text, key text, kind text, about text)
     )
     select s.kind, min(s.about) as about, s.key, mode() within group (order by s.skill) as skill,
            json_agg(json_build_object('id', s.turn_id, 'before', s.before_id) order by s.at desc) as turns
       from learned_signals s
      where s.person_id = $1 and s.at >= $2
        and not exists (select from made where at >= $3)
        and not exists (select from made where key = s.key and made.at >= s.at)
        and not exists (select from made where state = 'rejected' and kind = s.kind and about = s.about)
      group by s.kind, s.key
     having count(distinct s.turn_id) >= case s.kind when 'repeated' then $4::int else $5::int end
      order by count(distinct s.turn_id) desc, max(s.at) desc limit 1`,
    [personId, since, rest, LEAST_TIMES.repeated, LEAST_TIMES.others, JSON.stringify(lessons)],
  );
  return rows[0];
}

export interface ToldTurn {
  id: string;
  said: string;
  calls: { tool: string; input: unknown; ok: boolean; says: string }[];
}

/** Turns as a draft is made from them; a tainted one is not among them. */
export async function toldTurns(db: Queryable, personId: string, ids: readonly string[]): Promise<ToldTurn[]> {
  const { rows } = await db.query<ToldTurn>(
    `select t.id, coalesce(i.payload ->> 'text', '') as said, coalesce(s.calls, '[]') as calls
       from turns t left join inbox i on i.id = t.inbox_id
       left join lateral (
         select json_agg(json_build_object('tool', c.call ->> 'name', 'input', c.call -> 'input', 'ok', r.payload -> 'ok',
                  'says', left(coalesce(r.payload ->> 'text', r.payload ->> 'message', ''), 400)) order by m.seq, c.place)
                  as calls
           from steps m
           cross join lateral jsonb_array_elements(m.payload -> 'calls') with ordinality as c (call, place)
           join steps r on r.turn_id = m.turn_id and r.path = '' and r.kind = 'result' and r.call_id = c.call ->> 'id'
          where m.turn_id = t.id and m.path = '' and m.kind = 'model') s on true
      where t.person_id = $1 and t.id = any ($2::uuid[]) and not t.tainted`,
    [personId, ids],
  );
  return ids.flatMap((id) => rows.find((row) => row.id === id) ?? []);
}

/** The beginning of what was said to each of these turns, where no untrusted text was in it. */
export async function saidTo(db: Queryable, turnIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await db.query<{ id: string; said: string }>(
    `select t.id, left(i.payload ->> 'text', 400) as said from turns t join inbox i on i.id = t.inbox_id
      where t.id = any ($1::uuid[]) and not i.tainted`,
    [turnIds],
  );
  return new Map(rows.map(({ id, said }) => [id, said ?? '']));
}

export interface Use {
  turnId: string;
  skill: string;
  personId: string;
  loaded: boolean;
  well: boolean;
  corrected: boolean;
  undone: boolean;
  at: Instant;
}

/** Notes uses; a later look at the same turn knows better whether it was put right. */
export async function noteUses(tx: Transaction, uses: readonly Use[]): Promise<void> {
  for (const { turnId, skill, personId, loaded, well, corrected, undone, at } of uses) {
    tx.send(
      `insert into learned_uses (turn_id, skill, person_id, loaded, well, corrected, undone, at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (turn_id, skill) do update
         set well = excluded.well, corrected = excluded.corrected, undone = excluded.undone`,
      [turnId, skill, personId, loaded, well, corrected, undone, at],
    );
  }
}

export interface Counts {
  offered: number;
  loaded: number;
  well: number;
  corrected: number;
  undone: number;
  usedAt: Instant | null;
}

export async function countsOf(db: Queryable, skill: string, since: Instant): Promise<Counts> {
  const { rows } = await db.query<Counts>(
    `select count(*)::int as offered, count(*) filter (where loaded)::int as loaded,
            count(*) filter (where loaded and well and not corrected and not undone)::int as well,
            count(*) filter (where loaded and corrected)::int as corrected,
            count(*) filter (where loaded and undone)::int as undone, max(at) filter (where loaded) as "usedAt"
       from learned_uses where skill = $1 and at >= $2`,
    [skill, since],
  );
  return rows[0] ?? { offered: 0, loaded: 0, well: 0, corrected: 0, undone: 0, usedAt: null };
}

/** The person as a job needs them; undefined where they are gone. */
export async function learner(db: Queryable, personId: string): Promise<{ role: string } | undefined> {
  const { rows } = await db.query<{ role: string }>(
    "select role from persons where id = $1 and erased_at is null and role in ('owner', 'member')",
    [personId],
  );
  return rows[0];
}

/** Signs go after a month; uses, and proposals that came to nothing, after so many days as other records. */
export const signalRule = pruneRule('learned.signals', { table: 'learned_signals', ended: 'at' });
export const retentionRules: readonly RetentionRule[] = [
  pruneRule('learned.uses', { table: 'learned_uses', ended: 'at' }),
  proposalStore.retentionOf('skill'),
];

export const mergeRules: readonly MergeRule[] = [
  { sql: 'update learned_signals set person_id = $2 where person_id = $1' },
  { sql: 'update learned_uses set person_id = $2 where person_id = $1' },
];
