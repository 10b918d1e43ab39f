import type { PageReader, Upcoming } from '../../chat/index.ts';
import { occurrences } from '../../time/index.ts';
import type { Reminder } from './reminder.ts';
import * as store from './store.ts';

const MOST = 200;
/** Of one series. */
const MOST_OF_ONE = 50;

/** When a person's reminders speak until `to`, those of a series each time. */
export async function upcoming({ db, personId }: Pick<PageReader, 'db' | 'personId'>, to: Date): Promise<Upcoming[]> {
  const pending = await store.page(db, { personId, status: 'pending', limit: MOST, offset: 0 });
  return pending.flatMap((reminder) => timesOf(reminder, to).map((at) => ({ at, text: reminder.text }))).slice(0, MOST);
}

function timesOf({ nextAt, plannedAt, rule }: Reminder, to: Date): Date[] {
  const times = nextAt && nextAt < to ? [nextAt] : [];
  if (rule === undefined || !plannedAt) return times;
  if (nextAt && plannedAt > nextAt && plannedAt < to) times.push(plannedAt);
  for (const at of occurrences(rule, { after: plannedAt })) {
    if (at >= to || times.length === MOST_OF_ONE) break;
    times.push(at);
  }
  return times;
}
