import type { Instant } from '../../base/clock.ts';
import { omitUndefined } from '../../base/json.ts';
import { oneLine, shorten, visible } from '../../base/text.ts';
import { type Database, json, type Transaction } from '../../storage/index.ts';
import type { Place, PointedContent, QuotedWords, RepliedTo } from '../adapter.ts';
import type { Payload } from '../item.ts';

export async function isFirst(database: Pick<Database, 'read'>, conversationId: string): Promise<boolean> {
  const sql = 'select 1 from lanes where conversation_id = $1 and last_person is not null';
  return (await database.read(sql, [conversationId])).rows.length === 0;
}

/**
 * Stores what was found with a row that `tx` holds: nobody asks for it again. Gives back what the row holds then, or undefined
 * where its person was erased meanwhile.
 */
export async function keepPointed(
  tx: Transaction,
  id: string,
  { quoted, files, repliesTo }: PointedContent,
): Promise<Payload | undefined> {
  const replied = repliesTo && { repliesTo: boundedReply(repliesTo) };
  const { rows } = await tx.query<{ payload: Payload }>(
    `update inbox
        set payload = payload - 'points'
            || $4::jsonb || jsonb_build_object('quoted', coalesce(payload -> 'quoted', '[]') || $2::jsonb)
            || case when $3::jsonb = '[]' then '{}'
                    else jsonb_build_object('pending', jsonb_build_object('v', 1)
                           || coalesce(payload -> 'pending', '{}')
                           || jsonb_build_object('files', coalesce(payload #> '{pending,files}', '[]') || $3::jsonb)) end
      where id = $1 and payload ? 'points'
      returning payload`,
    [id, json(boundedQuotes(quoted)), json(files), json(replied ?? {})],
  );
  return rows[0]?.payload;
}

/** The answer may have grown for a while after its message came, and have waited for a decision. Milliseconds. */
const SENT_AFTER_MS = 26 * 3_600_000;
const SENT_BEFORE_MS = 5 * 60_000;

/** True if coda said this message here, `at` about then, without untrusted text in it. */
export async function isTrusted(
  database: Pick<Database, 'read'>,
  { adapter, channel }: Pick<Place, 'adapter' | 'channel'>,
  { id, at }: { id: string; at: Instant },
): Promise<boolean> {
  const { rows } = await database.read<{ tainted: boolean }>(
    `select o.tainted from outbox o join conversations c on c.id = o.conversation_id
      where c.adapter = $1 and o.receipt ->> 'id' = $3 and o.sent_at between $4 and $5
        and (c.channel = $2 or o.receipt ->> 'channel' = $2 or starts_with(c.channel, $2 || ':') or starts_with($2, c.channel || ':'))`,
    [adapter, channel, id, new Date(at.getTime() - SENT_BEFORE_MS), new Date(at.getTime() + SENT_AFTER_MS)],
  );
  return rows.length > 0 && rows.every(({ tainted }) => !tainted);
}

// Limits on quoted text that comes along with a message. Pure.

/** The most of them with one message, the characters of each, and of all together. */
const MOST = 12;
const LONGEST = 4_000;
const TOGETHER = 12_000;
const LONGEST_NAME = 80;
/** Characters of a message that is replied to. */
const LONGEST_REPLIED = 2_000;

/** Quotes within these bounds, those first that were given first; nothing of them but what they are made of. */
export function boundedQuotes(quotes: readonly QuotedWords[]): QuotedWords[] {
  let room = TOGETHER;
  return quotes.slice(0, MOST).map(({ as, from = '', text, own }) => {
    const excerpt = shorten(visible(text).trim(), Math.min(LONGEST, Math.max(room, 1)));
    room -= excerpt.length;
    const name = oneLine(from, LONGEST_NAME);
    return {
      as,
      text: excerpt,
      ...omitUndefined({ from: name !== '' ? name : undefined, own: own ? { id: own.id, at: own.at } : undefined }),
    };
  });
}

export const boundedReply = ({ text, isOwn }: RepliedTo): RepliedTo => ({
  text: shorten(text, LONGEST_REPLIED),
  isOwn,
});
