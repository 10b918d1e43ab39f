/** When the next part is due, and what waits for somebody to be there. */
import type { Instant } from '../../../base/clock.ts';
import type { Database, Param } from '../../../storage/index.ts';

/** A part that could not be delivered for so long is a dead letter. */
export const GIVE_UP_MS = 24 * 3_600_000;

/** A part that was tried, or waits with one that was; one that is not to be said yet is neither. */
const BACKING_OFF = `o.state in ('pending', 'unknown') and (o.attempts > 0 or o.error is not null)`;

/** The platforms of this process: those through which something can be said now, and all that are on; none: not known yet. */
export interface Platforms {
  here: readonly string[];
  on: readonly string[];
}

/**
 * When the next part is due to be sent or looked for; `null` when none is. What is held for one of the adapters in `here`
 * is due again after its back-off, what is held for one that is not `on` after a day.
 */
export function earliest({ here, on }: Platforms): string {
  const lost = `select min(created_at) + interval '${GIVE_UP_MS / 3_600_000} hours' from outbox
    where state = 'held' and adapter <> all (array[${quoted(on)}]::text[]) and ${on.length > 0}`;
  const held = `select min(coalesce(next_at, created_at)) from outbox
    where state = 'held' and adapter = any (array[${quoted(here)}]::text[])`;
  const due = `select next_at from outbox where state in ('pending', 'unknown') order by next_at limit 1`;
  return `select least((${due}), (${held}), (${lost}))`;
}

const quoted = (names: readonly string[]) => names.map((name) => `'${name.replaceAll("'", "''")}'`).join(', ');

/**
 * Parts whose place had nobody there can go now; where it is the whole platform, those with a back-off as well. Returns
 * how many.
 */
export async function reachable(
  database: Database,
  adapter: string,
  channel: string | undefined,
  now: Instant,
): Promise<number> {
  const { count } = await database.run(
    'outbox.reachable',
    `update outbox o set state = case o.state when 'held' then 'pending' else o.state end, next_at = $3
       from conversations c
      where c.id = o.conversation_id and o.adapter = $1
        and (o.state = 'held' and ($2::text is null or c.channel = $2) or $2::text is null and ${BACKING_OFF})`,
    [adapter, channel ?? null, now] satisfies Param[],
  );
  return count;
}

/** True if anything is held for want of somebody to hear it through one of these adapters. */
export async function anyHeld(database: Database, adapters: readonly string[]): Promise<boolean> {
  const { rows } = await database.read(`select 1 from outbox where state = 'held' and adapter = any($1) limit 1`, [
    adapters,
  ]);
  return rows.length > 0;
}

/** Releases the parts that are held for these adapters. Returns their number. */
export async function takeUpHeld(database: Database, adapters: readonly string[], now: Instant): Promise<number> {
  const { count } = await database.run(
    'outbox.takeup',
    `update outbox set state = 'pending', next_at = $2 where state = 'held' and adapter = any($1)`,
    [adapters, now],
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
