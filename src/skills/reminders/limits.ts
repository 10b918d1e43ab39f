/** How many reminders there may be, and how often series may speak. */
import { type Failed, failed, type TxContext } from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import { occurrences } from '../../time/index.ts';
import type { Schedule } from './schedule.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

export const MOST_PENDING = 500;
/** Of series that speak more than once an hour, all of a person's together, and all of a place's together. */
const MOST_AN_HOUR = 120;
const HOUR_MS = 3_600_000;

/**
 * Refuses a series that would have its person's, or its place's, speak too often; undefined when there is room. `except`:
 * the reminder that it takes the place of.
 */
export async function refusedAsTooOften(
  { tx, person }: Pick<TxContext, 'tx' | 'person'>,
  schedule: Schedule,
  conversationId: string,
  except = '',
): Promise<Failed | undefined> {
  const { rule, plannedAt } = schedule;
  const own = rule === undefined ? 0 : timesAnHour(rule, plannedAt);
  if (own < 2) return undefined;
  const others = await store.frequent(tx, person.id, conversationId, except);
  const sum = (series: typeof others) =>
    series.reduce((times, { rule, plannedAt }) => times + timesAnHour(rule, plannedAt), own);
  const tooOften =
    sum(others.filter(({ personId }) => personId === person.id)) > MOST_AN_HOUR ||
    sum(others.filter((other) => other.conversationId === conversationId)) > MOST_AN_HOUR;
  if (!tooOften) return undefined;
  const { message, remedy } = texts.tooOften(MOST_AN_HOUR);
  return failed('TOO_OFTEN', message, { remedy });
}

/** How often a series speaks within the hour that begins with `from`; counted no further than matters. */
function timesAnHour(rule: string, from: Instant): number {
  let times = 0;
  for (const at of occurrences(rule, { after: new Date(from.getTime() - 1) })) {
    if (at.getTime() >= from.getTime() + HOUR_MS || times > MOST_AN_HOUR) break;
    times++;
  }
  return times;
}
