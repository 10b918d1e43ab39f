/** Parts that are due, when the next one is, and what waits for somebody to be there. */
import type { Instant } from '../../../base/clock.ts';
import type { Json } from '../../../base/json.ts';
import type { Database, Param } from '../../../storage/index.ts';
import type { Place, Receipt } from '../../adapter.ts';
import type { Content } from '../../content.ts';
import { toPlace } from '../../conversations/store.ts';
import { WAITS_FOR_READER } from '../../unread/store.ts';

export interface Row {
  id: string;
  key: string;
  place: Place;
  conversationId: string;
  personId: string | undefined;
  grp: string;
  part: number;
  replyTo: string | undefined;
  content: Content;
  attempts: number;
  unknownAt: Instant | undefined;
  createdAt: Instant;
  /** Until then it waits for an open page to read it. */
  callAt: Instant | undefined;
  failingSince: Instant | undefined;
  fallback: boolean;
  receipt: Receipt | undefined;
  removed: boolean;
  /** The message may show an older text than the part has. */
  isOutdated: boolean;
  progress?: Json | undefined;
  owner: string;
}

/** Adapters whose places live in a process, and the seat of this one while it has sessions there. */
export interface Seating {
  adapters: readonly string[];
  seat: string | null;
  /** The sessions there show nothing that answers nothing. */
  onlyAnswers: boolean;
}

/** True of a part `o` unless its place has a seat that another live process has sessions of, which show it. */
const MAY_BE_SAID = (adapters: string, seat: string) => `(o.adapter <> all (${adapters}::text[]) or not exists (
  select from conversations s join instances i on i.seat = s.seat and i.ended_at is null
   where s.id = o.conversation_id and s.seat is distinct from ${seat}::uuid and (o.reply_to is not null or not i.only_answers)))`;

/**
 * True of a part `o` if who is here takes it. Of sessions that take answers only each takes its own: one that none of
 * them took is tried again after its back-off.
 */
const IS_TAKEN = (adapters: string, onlyAnswers: string, now: string) =>
  `(not ${onlyAnswers}::boolean or o.adapter <> all (${adapters}::text[])
    or o.reply_to is not null and (o.next_at is null or o.next_at <= ${now}))`;

/** Part `id` is to be said by another process, as far as that one lives at this moment. */
export async function isSeatedElsewhere(database: Database, id: string, { adapters, seat }: Seating): Promise<boolean> {
  const { rows } = await database.read(`select 1 from outbox o where o.id = $1 and not ${MAY_BE_SAID('$2', '$3')}`, [
    id,
    adapters,
    seat,
  ]);
  return rows.length > 0;
}

/** True if another process than `own` has a session that shows what answers nothing. */
export async function isOpenElsewhere(database: Database, own: string): Promise<boolean> {
  const { rows } = await database.read(
    'select 1 from instances where seat is not null and not only_answers and id <> $1 and ended_at is null limit 1',
    [own],
  );
  return rows.length > 0;
}

/** States of a part `e` that later parts of its message wait for; one that is to be taken away waits for none. */
const OPEN = `e.state in ('draft', 'pending', 'sending', 'unknown', 'held')`;

/**
 * Takes up to `limit` messages that are due, each with all of its parts that are due and follow one another, and what no
 * process with its platform (`on`) has taken up for a day; those first that were due first.
 */
export async function claimDue(
  database: Database,
  owner: string,
  now: Instant,
  { limit, on, seating }: { limit: number; on: readonly string[]; seating: Seating },
): Promise<Row[]> {
  const { rows } = await database.run<ClaimedRow>(
    'outbox.claim',
    `with first as (
       select o.id, o.grp, o.part from outbox o
        where o.state in ('pending', 'unknown') and o.next_at <= $2 and ${MAY_BE_SAID('$5', '$6')}
          and not exists (select from outbox e where e.grp = o.grp and e.part < o.part and not o.removed and ${OPEN})
        order by o.next_at
        limit ${limit}
        for update of o skip locked
     ), due as (
       select o.id, o.grp, o.part, o.removed, o.next_at from first f join outbox o on o.grp = f.grp and o.part >= f.part
        where o.state in ('pending', 'unknown') and o.next_at <= $2
        for update of o skip locked
     ), lost as (
       select id from outbox where state = 'held' and adapter <> all ($3) and cardinality($3::text[]) > 0 and created_at <= $4
        limit ${limit}
        for update skip locked
     ), called as (
       select o.id from outbox o where o.state = 'held' and o.call_at <= $2 and ${MAY_BE_SAID('$5', '$6')}
        limit ${limit}
        for update of o skip locked
     ), taken as (
       update outbox o set state = 'sending', owner = $1, next_at = null
        where o.id in (
            -- none that waits for a part which is not due, or in other hands
            select d.id from due d
             where not exists (select from outbox e where e.grp = d.grp and e.part < d.part and not d.removed and ${OPEN}
                                                      and e.id not in (select id from due))
            union all select id from lost union all select id from called)
       returning o.*
     )
     select t.*, c.channel, c.space_id, c.kind from taken t join conversations c on c.id = t.conversation_id
       left join due d on d.id = t.id
      order by d.next_at, t.grp, t.part`,
    [owner, now, on, new Date(now.getTime() - GIVE_UP_MS), seating.adapters, seating.seat],
  );
  return rows.map((row) => toRow(row, owner));
}

interface ClaimedRow {
  id: string;
  key: string;
  adapter: string;
  channel: string;
  space_id: string;
  kind: Place['kind'];
  conversation_id: string;
  person_id: string | null;
  grp: string;
  part: number;
  reply_to: string | null;
  content: Content;
  attempts: number;
  unknown_at: Instant | null;
  created_at: Instant;
  call_at: Instant | null;
  failing_since: Instant | null;
  fallback: boolean;
  receipt: Receipt | null;
  removed: boolean;
  /** The message may show another text than `content`: it was a draft, or its buttons are used up. */
  drafted: boolean;
  progress: Json | null;
}

function toRow(row: ClaimedRow, owner: string): Row {
  return {
    id: row.id,
    key: row.key,
    place: toPlace(row),
    conversationId: row.conversation_id,
    personId: row.person_id ?? undefined,
    grp: row.grp,
    part: row.part,
    replyTo: row.reply_to ?? undefined,
    content: row.content,
    attempts: row.attempts,
    unknownAt: row.unknown_at ?? undefined,
    createdAt: row.created_at,
    callAt: row.call_at ?? undefined,
    failingSince: row.failing_since ?? undefined,
    fallback: row.fallback,
    receipt: row.receipt ?? undefined,
    removed: row.removed,
    isOutdated: row.drafted,
    progress: row.progress ?? undefined,
    owner,
  };
}

// When the next part is due, and what waits for somebody to be there.

/** A part that could not be delivered for so long is a dead letter. */
export const GIVE_UP_MS = 24 * 3_600_000;

const BACKING_OFF = `o.state in ('pending', 'unknown') and (o.attempts > 0 or o.error is not null)`;

/** The platforms of this process: those through which something can be said now, and all that are on; none: not known yet. */
export interface Platforms {
  here: readonly string[];
  on: readonly string[];
  seating?: Seating;
}

/**
 * When the next part is due to be sent or looked for; `null` when none is. What is held for one of the adapters in `here`
 * is due again after its back-off, what is held for one that is not `on` after a day, what no page has read at its `call_at`.
 */
export function earliest({ here, on, seating }: Platforms): string {
  const isMine = seating?.adapters.length
    ? MAY_BE_SAID(`array[${quoteNames(seating.adapters)}]`, seating.seat === null ? 'null' : quoteNames([seating.seat]))
    : 'true';
  const isTaken = seating?.onlyAnswers
    ? IS_TAKEN(`array[${quoteNames(seating.adapters)}]`, 'true', `'infinity'`)
    : 'true';
  const lostSql = `select min(created_at) + interval '${GIVE_UP_MS / 3_600_000} hours' from outbox
    where state = 'held' and adapter <> all (array[${quoteNames(on)}]::text[]) and ${on.length > 0}`;
  const heldSql = `select min(coalesce(next_at, created_at)) from outbox o
    where state = 'held' and adapter = any (array[${quoteNames(here)}]::text[]) and ${isMine} and ${isTaken}`;
  const due = `select next_at from outbox o where state in ('pending', 'unknown') and ${isMine} order by next_at limit 1`;
  const called = `select min(call_at) from outbox o where state = 'held' and call_at is not null and ${isMine}`;
  return `select least((${due}), (${heldSql}), (${lostSql}), (${called}))`;
}

const quoteNames = (names: readonly string[]) => names.map((name) => `'${name.replaceAll("'", "''")}'`).join(', ');

/**
 * Parts whose place had nobody there can go now; where it is the whole platform, those with a back-off as well. Returns
 * how many.
 */
export async function releaseReachable(
  database: Database,
  adapter: string,
  channel: string | undefined,
  now: Instant,
  seating: Seating,
): Promise<number> {
  const { count } = await database.run(
    'outbox.reachable',
    `update outbox o set state = case o.state when 'held' then 'pending' else o.state end, next_at = $3
       from conversations c
      where c.id = o.conversation_id and o.adapter = $1
        and (o.state = 'held' and ($2::text is null or c.channel = $2) and not (${WAITS_FOR_READER}) or $2::text is null and ${BACKING_OFF})
        and ${MAY_BE_SAID('$4', '$5')}`,
    [adapter, channel ?? null, now, seating.adapters, seating.seat] satisfies Param[],
  );
  return count;
}

export async function hasHeldParts(
  database: Database,
  adapters: readonly string[],
  now: Instant,
  seating: Seating,
): Promise<boolean> {
  const { rows } = await database.read(
    `select 1 from outbox o where state = 'held' and adapter = any($1) and ${MAY_BE_SAID('$3', '$4')}
        and ${IS_TAKEN('$3', '$5', '$2')} limit 1`,
    [adapters, now, seating.adapters, seating.seat, seating.onlyAnswers],
  );
  return rows.length > 0;
}

export async function releaseHeldParts(
  database: Database,
  adapters: readonly string[],
  now: Instant,
  seating: Seating,
): Promise<number> {
  const { count } = await database.run(
    'outbox.takeup',
    `update outbox o set state = 'pending', next_at = $2
      where state = 'held' and adapter = any($1) and ${MAY_BE_SAID('$3', '$4')}
        and ${IS_TAKEN('$3', '$5', '$2')}`,
    [adapters, now, seating.adapters, seating.seat, seating.onlyAnswers],
  );
  return count;
}

/** True if something waits for this adapter to be reachable; a read, so that attaching costs no commit. */
export async function anyWaiting(database: Database, adapter: string): Promise<boolean> {
  const { rows } = await database.read(
    `select 1 from outbox o where adapter = $1 and (state = 'held' or ${BACKING_OFF}) limit 1`,
    [adapter],
  );
  return rows.length > 0;
}
