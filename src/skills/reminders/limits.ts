import { type Failed, failed, type TxContext } from '../../agent/index.ts';
import { occurrences } from '../../time/index.ts';
import { MOST_NAGS, type Reminder } from './reminder.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

export const MOST_PENDING = 500;
/** Reminders of series that speak more than once an hour: a person's together, and a place's together. */
const MOST_AN_HOUR = 120;
const HOUR_MS = 3_600_000;

type Candidate = Pick<Reminder, 'conversationId'> & Partial<Pick<Reminder, 'id' | 'rule' | 'plannedAt' | 'nag'>>;

export async function refusedAsTooOften(
  { tx, person }: Pick<TxContext, 'tx' | 'person'>,
  planned: readonly Candidate[],
): Promise<Failed | undefined> {
  const own = planned
    .map((one) => ({ conversationId: one.conversationId, times: timesAnHour(one) }))
    .filter(({ times }) => times > 1);
  const replaced = planned.flatMap(({ id }) => id ?? []);
  for (const place of new Set(own.map(({ conversationId }) => conversationId))) {
    const series = (await store.listFrequent(tx, person.id, place, replaced)).map((other) => ({
      ...other,
      times: timesAnHour(other),
    }));
    const here = <T extends { conversationId: string }>(one: T) => one.conversationId === place;
    const ofPerson = [...own, ...series.filter(({ personId }) => personId === person.id)];
    const ofPlace = [...own.filter(here), ...series.filter(here)];
    if ([ofPerson, ofPlace].every((all) => sumOf(all) <= MOST_AN_HOUR)) continue;
    const { message, remedy } = texts.tooOften(MOST_AN_HOUR);
    return failed('TOO_OFTEN', message, { remedy });
  }
  return undefined;
}

const sumOf = (series: readonly { times: number }[]) => series.reduce((sum, { times }) => sum + times, 0);

/** Number of times it speaks within the hour that begins with its next occurrence; counted no further than matters. */
function timesAnHour({ rule, plannedAt: from, nag }: Pick<Candidate, 'rule' | 'plannedAt' | 'nag'>): number {
  let times = nagsAnHour(nag);
  if (rule === undefined || from === undefined) return times;
  for (const at of occurrences(rule, { after: new Date(from.getTime() - 1) })) {
    if (at.getTime() >= from.getTime() + HOUR_MS || times > MOST_AN_HOUR) break;
    times++;
  }
  return times;
}

const nagsAnHour = (nag: number | undefined): number =>
  nag === undefined ? 0 : Math.min(MOST_NAGS, Math.floor(60 / nag));
