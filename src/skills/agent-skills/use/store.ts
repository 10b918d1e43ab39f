/** Which skills a conversation uses, and how often each is used. Every verb runs in the transaction that it is given. */

import type { Instant } from '../../../base/clock.ts';
import type { Json } from '../../../base/json.ts';
import { json, type Queryable, type Transaction } from '../../../storage/index.ts';
import { ACTIVE, activeIn } from '../settings.ts';

export interface ConversationSettings {
  settings: Record<string, Json>;
  epoch: number;
}

export async function settingsOf(db: Pick<Queryable, 'query'>, conversationId: string): Promise<ConversationSettings> {
  const { rows } = await db.query<ConversationSettings>('select settings, epoch from conversations where id = $1', [
    conversationId,
  ]);
  return rows[0] ?? { settings: {}, epoch: 0 };
}

/** More would crowd out the conversation; the one that was activated first gives way. */
const MOST_ACTIVE = 20;

/** Notes that the conversation uses these skills from now on, and counts the use. */
export async function noteUse(
  tx: Transaction,
  conversationId: string,
  names: readonly string[],
  now: Instant,
): Promise<void> {
  const { rows } = await tx.query<ConversationSettings>(
    'select settings, epoch from conversations where id = $1 for update',
    [conversationId],
  );
  if (!rows[0]) return;
  const { settings, epoch } = rows[0];
  const before = activeIn(settings, epoch).filter((name) => !names.includes(name));
  const active = { epoch, names: [...before, ...names].slice(-MOST_ACTIVE) };
  await tx.query(
    'update conversations set settings = settings || jsonb_build_object($2::text, $3::jsonb) where id = $1',
    [conversationId, ACTIVE, json(active)],
  );
  await tx.query(
    `insert into skill_uses (name, uses, last_at) select name, 1, $2 from unnest($1::text[]) as name
     on conflict (name) do update set uses = skill_uses.uses + 1, last_at = excluded.last_at`,
    [[...names].sort(), now],
  );
}

/** How often each skill was used. */
export async function uses(db: Pick<Queryable, 'query'>): Promise<Map<string, number>> {
  const { rows } = await db.query<{ name: string; uses: number }>('select name, uses from skill_uses');
  return new Map(rows.map(({ name, uses: count }) => [name, count]));
}
