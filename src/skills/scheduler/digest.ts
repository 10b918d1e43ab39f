/** Digests: what rules have found during a day, told at its time as one message for each person and place. */
import { groupBy } from '../../base/async.ts';
import type { Instant } from '../../base/clock.ts';
import type { SkillDeps } from '../../chat/index.ts';
import type { DueSource } from '../../jobs/index.ts';
import { personById } from '../../people/index.ts';
import type { Transaction } from '../../storage/index.ts';
import type { PersonSchedule } from './schedule.ts';
import * as store from './store.ts';
import { addressesOf, tell } from './tell.ts';
import { tellingTexts as texts } from './watch/texts.ts';

/** Persons whose digests are told in one transaction. */
const PERSONS = 20;
const MOST_OF_ONE = 3;
const MOST_TOLD = 30;

type Deps = Pick<SkillDeps, 'database' | 'outbox' | 'gate'>;

export function digestSource(deps: Deps): DueSource {
  return { name: 'digests of findings', earliest: store.EARLIEST_DIGEST, fire: (now) => tellDue(deps, now) };
}

/** Tells and takes off what is due in one transaction: once, or nothing happened. Findings of deleted rules are dropped. */
async function tellDue({ database, outbox, gate }: Deps, now: Instant): Promise<number> {
  return database.tx('scheduler.digest', async (tx) => {
    const due = await store.claimGathered(tx, now, PERSONS);
    if (due.length === 0) return 0;
    const planned = due.filter(({ schedule }) => schedule.state !== 'deleted');
    const told: store.ToldRun[] = [];
    for (const [personId, theirs] of groupBy(planned, ({ schedule }) => schedule.personId)) {
      const person = await personById(tx, personId);
      if (!person || !gate.hears(person)) continue;
      for (const together of await byPlace(tx, theirs)) {
        const [first] = together as [store.GatheredRun];
        const { schedule, run } = first;
        const text = digestText(together);
        const key = `schedule-digest:${run.id}`;
        const urgent = schedule.telling?.urgent === true;
        const toldIn = await tell({ outbox }, tx, { key, schedule, person, text, now, urgent });
        told.push(...together.map((each) => ({ id: each.run.id, toldIn })));
      }
    }
    await store.noteDigests(tx, due, told);
    return due.length;
  });
}

/** One message for each place in which it is told, and for what passes quiet hours another one. */
async function byPlace(tx: Transaction, found: readonly store.GatheredRun[]): Promise<Iterable<store.GatheredRun[]>> {
  const schedules = new Map(found.map(({ schedule }) => [schedule.id, schedule]));
  const told = await addressesOf(tx, [...schedules.values()]);
  const placeOf = ({ id, conversationId, telling }: PersonSchedule) => {
    const address = told.get(id);
    return JSON.stringify([address?.conversationId ?? conversationId, address?.target?.id, telling?.urgent === true]);
  };
  return groupBy(found, ({ schedule }) => placeOf(schedule)).values();
}

function digestText(together: readonly store.GatheredRun[]): string {
  const parts = [...groupBy(together, ({ schedule }) => schedule.id).values()].flatMap((ofOne) => {
    const newest = ofOne.slice(-MOST_OF_ONE).map(({ run }) => run.told ?? '');
    const earlier = ofOne.length - newest.length;
    return earlier > 0 ? [...newest, texts.earlier(ofOne[0]?.schedule.title ?? '', earlier)] : newest;
  });
  const shown = parts.slice(0, MOST_TOLD);
  return [
    texts.digest(new Set(together.map(({ schedule }) => schedule.id)).size),
    ...shown,
    ...(parts.length > shown.length ? [texts.notShown(parts.length - shown.length)] : []),
  ].join('\n\n');
}
