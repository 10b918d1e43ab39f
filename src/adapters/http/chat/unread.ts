import type { Clock } from '../../../base/clock.ts';
import { markRead } from '../../../delivery/index.ts';
import type { Database } from '../../../storage/index.ts';
import type { SaidRow } from '../store.ts';
import { partId } from './places.ts';

/** Marks what was unread in `rows` as read: it has been shown to its person now. */
export function markShown(
  { database, clock }: { database: Database; clock: Clock },
  rows: readonly SaidRow[],
): Promise<void> {
  const read = rows.filter(({ isUnread }) => isUnread);
  const parts = read.map(({ channel, key }) => ({ key, receipt: { id: partId(channel, key) } }));
  return markRead(database, parts, clock.now());
}
