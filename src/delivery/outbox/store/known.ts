/** Known facts about the messages of a place. */
import type { Instant } from '../../../base/clock.ts';
import type { Database } from '../../../storage/index.ts';
import type { Place } from '../../adapter.ts';
import { SHOWS } from '../standing.ts';

/** The platform's ids of what is known to be said in a place. */
export async function receipts(database: Database, place: Place, since: Instant): Promise<Set<string>> {
  const { rows } = await database.read<{ id: string }>(
    `select o.receipt->>'id' as id from outbox o join conversations c on c.id = o.conversation_id
      where c.adapter = $1 and c.channel = $2 and o.receipt is not null and o.created_at >= $3`,
    [place.adapter, place.channel, since],
  );
  return new Set(rows.map((row) => row.id));
}

/** Parts of a place that may be there though nobody has said so; at most 500. */
export async function unsure(
  database: Database,
  place: Place,
): Promise<{ key: string; grp: string; part: number; replyTo: string | undefined }[]> {
  const { rows } = await database.read<{ key: string; grp: string; part: number; reply_to: string | null }>(
    `select o.key, o.grp, o.part, o.reply_to from outbox o join conversations c on c.id = o.conversation_id
      where c.adapter = $1 and c.channel = $2 and (o.receipt is null or o.receipt ? '${SHOWS}')
        and o.state in ('draft', 'pending', 'sending', 'unknown', 'dead') limit 500`,
    [place.adapter, place.channel],
  );
  return rows.map(({ reply_to: replyTo, ...row }) => ({ ...row, replyTo: replyTo ?? undefined }));
}
