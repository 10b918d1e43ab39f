import type { PageReader, Upcoming } from '../../chat/index.ts';
import { occurrences } from '../../time/index.ts';
import type { PersonSchedule } from './schedule.ts';
import * as store from './store.ts';

const MOST = 200;
/** Of one schedule. */
const MOST_OF_ONE = 50;

/** When what a person has planned runs until `to`. */
export async function upcoming({ db, personId }: Pick<PageReader, 'db' | 'personId'>, to: Date): Promise<Upcoming[]> {
  const planned = await store.list(db, personId);
  return planned.flatMap((each) => timesOf(each, to).map((at) => ({ at, text: each.title }))).slice(0, MOST);
}

function timesOf({ state, nextAt, rule }: PersonSchedule, to: Date): Date[] {
  if (state !== 'on' || !nextAt || nextAt >= to) return [];
  const times = [nextAt];
  if (rule === undefined) return times;
  for (const at of occurrences(rule, { after: nextAt })) {
    if (at >= to || times.length === MOST_OF_ONE) break;
    times.push(at);
  }
  return times;
}
