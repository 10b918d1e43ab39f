/** Digests: what rules have found during a day, told at its time as one message for each person and place. */
import { groupBy } from '../../base/async.ts';
import type { Instant } from '../../base/clock.ts';
import { shorten } from '../../base/text.ts';
import type { SkillDeps } from '../../chat/index.ts';
import { targets } from '../../delivery/index.ts';
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
/** A service takes about so many characters, the lines around the findings included; the rest of a longer text is cut. */
const MOST_OF_HOOK = 3_200;

type Deps = Pick<SkillDeps, 'database' | 'speech' | 'people'>;

export function digestSource(deps: Deps): DueSource {
  return { name: 'digests of findings', earliest: store.EARLIEST_DIGEST, fire: (now) => tellDue(deps, now) };
}

/** Tells and takes off what is due in one transaction: once, or nothing happened. Findings of deleted rules are dropped. */
async function tellDue({ database, speech: { outbox }, people: { gate } }: Deps, now: Instant): Promise<number> {
  return database.tx('scheduler.digest', async (tx) => {
    const due = await store.claimGathered(tx, now, PERSONS);
    if (due.length === 0) return 0;
    const planned = due.filter(({ schedule }) => schedule.state !== 'deleted');
    const toldRuns: store.ToldRun[] = [];
    for (const [personId, theirs] of groupBy(planned, ({ schedule }) => schedule.personId)) {
      const person = await personById(tx, personId);
      if (!person || !gate.hears(person)) continue;
      for (const together of await byPlace(tx, theirs)) {
        const [first] = together as [store.GatheredRun];
        const { schedule, run } = first;
        const text = digestText(together, (await isHooks(tx, schedule)) ? MOST_OF_HOOK : Number.POSITIVE_INFINITY);
        const key = `schedule-digest:${run.id}`;
        const urgent = schedule.telling?.urgent === true;
        const toldIn = await tell({ outbox }, tx, { key, schedule, person, text, now, urgent });
        toldRuns.push(...together.map((each) => ({ id: each.run.id, toldIn })));
      }
    }
    await store.noteDigests(tx, due, toldRuns);
    return due.length;
  });
}

/** A message for each place in which it is told, and for what passes quiet hours another one. */
async function byPlace(tx: Transaction, runs: readonly store.GatheredRun[]): Promise<Iterable<store.GatheredRun[]>> {
  const schedules = new Map(runs.map(({ schedule }) => [schedule.id, schedule]));
  const addresses = await addressesOf(tx, [...schedules.values()]);
  const placeOf = ({ id, conversationId, telling }: PersonSchedule) => {
    const address = addresses.get(id);
    return JSON.stringify([address?.conversationId ?? conversationId, address?.target?.id, telling?.urgent === true]);
  };
  return groupBy(runs, ({ schedule }) => placeOf(schedule)).values();
}

async function isHooks(tx: Transaction, { targetId }: PersonSchedule): Promise<boolean> {
  const target = targetId === undefined ? undefined : await targets.findById(tx, targetId);
  return target?.kind === 'hook' && target.state === 'allowed';
}

interface Part {
  text: string;
  /** Findings that it tells of. */
  count: number;
}

/** The parts that fit in `most` characters. The first one is shortened rather than left out. */
function fitDigest(parts: readonly Part[], most: number): string[] {
  const lines: string[] = [];
  let remaining = most;
  for (const { text } of parts.slice(0, MOST_TOLD)) {
    const fits = lines.length === 0 ? shorten(text, remaining) : text;
    remaining -= fits.length + BETWEEN.length;
    if (remaining < 0 && lines.length > 0) break;
    lines.push(fits);
  }
  return lines;
}

const BETWEEN = '\n\n';

/** `most`: characters. */
function digestText(together: readonly store.GatheredRun[], most: number): string {
  const parts = [...groupBy(together, ({ schedule }) => schedule.id).values()].flatMap((ofOne) => {
    const newest = ofOne.slice(-MOST_OF_ONE).map(({ run }): Part => ({ text: run.told ?? '', count: 1 }));
    const earlier = ofOne.length - newest.length;
    const text = texts.earlier(ofOne[0]?.schedule.title ?? '', earlier);
    return earlier > 0 ? [...newest, { text, count: earlier }] : newest;
  });
  const lines = fitDigest(parts, most);
  const more = parts.slice(lines.length).reduce((sum, { count }) => sum + count, 0);
  return [
    texts.digest(new Set(together.map(({ schedule }) => schedule.id)).size),
    ...lines,
    ...(more > 0 ? [texts.notShown(more)] : []),
  ].join(BETWEEN);
}
