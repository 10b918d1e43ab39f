/** Kept skills afterwards: one that does not help is proposed for removal, one that is not used rests. */
import { DAY_MS } from '../../../base/clock.ts';
import { conversations, type Outgoing } from '../../../delivery/index.ts';
import { readerOf, type Transaction } from '../../../storage/index.ts';
import { takeBackChoice, WAKE } from './offer.ts';
import type { LearnedDeps } from './port.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

/** Counts are of so many days. */
export const COUNTED_MS = 90 * DAY_MS;
/** Fewer uses tell nothing. */
const LEAST_USES = 8;
/** A skill helps where more of its uses than this may end well, at best. */
const LINE = 0.6;
const REST_DAYS = 60;
/** Quantile of the normal distribution: 95 in 100 lie within. */
const Z = 1.96;

/** The highest share that `well` of `all` leaves possible (Wilson's score interval). Pure. */
export function atBest(well: number, all: number): number {
  const share = well / all;
  const spread = Z * Math.sqrt((share * (1 - share)) / all + Z ** 2 / (4 * all ** 2));
  return (share + Z ** 2 / (2 * all) + spread) / (1 + Z ** 2 / all);
}

/** True if a skill with these counts is proposed for removal. Pure. */
export const isPoor = ({ loaded, well }: Pick<store.Counts, 'loaded' | 'well'>): boolean =>
  loaded >= LEAST_USES && atBest(well, loaded) < LINE;

export async function reviewKept(deps: LearnedDeps, signal: AbortSignal): Promise<void> {
  const { database, world } = deps;
  const reader = readerOf(database);
  for (const proposal of await store.kept(reader)) {
    signal.throwIfAborted();
    if (proposal.state !== 'kept') continue;
    const now = world.clock.now();
    const from = Math.max(now.getTime() - COUNTED_MS, proposal.decidedAt?.getTime() ?? 0);
    const counts = await store.countsOf(reader, proposal.name, new Date(from));
    if (isPoor(counts)) await propose(deps, proposal, counts);
    else if (isIdle(proposal, now.getTime())) await rest(deps, proposal);
  }
}

/** A changed skill was there before: it goes on without having been learned. */
function isIdle({ before, usedAt, decidedAt, createdAt }: store.Proposal, now: number): boolean {
  const last = Math.max(usedAt?.getTime() ?? 0, (decidedAt ?? createdAt).getTime());
  return before === null && now - last >= REST_DAYS * DAY_MS;
}

async function propose({ database, world, outbox }: LearnedDeps, proposal: store.Proposal, counts: store.Counts) {
  const now = world.clock.now();
  const card = {
    kind: 'notice' as const,
    text: texts.poor(proposal.name, counts),
    choices: [takeBackChoice(proposal.id, texts.remove())],
  };
  await database.tx('learned.warn', async (tx) => {
    if (!(await store.warn(tx, proposal.id, now))) return;
    await outbox.addAll(tx, await toOwners(tx, `learned:poor:${proposal.id}:${now.toISOString()}`, card));
  });
}

async function rest({ database, world, outbox, shelf }: LearnedDeps, proposal: store.Proposal) {
  const now = world.clock.now();
  // First, and harmless twice: what is marked as resting does rest.
  await shelf.rest(proposal.name, texts.restReason(REST_DAYS));
  const choices = [{ label: texts.wake(), tool: WAKE, input: { id: proposal.id } }];
  const card = { kind: 'notice' as const, text: texts.rests(proposal.name, REST_DAYS), choices };
  await database.tx('learned.rest', async (tx) => {
    if (!(await store.move(tx, proposal.id, ['kept'], 'resting', now))) return;
    await outbox.addAll(tx, await toOwners(tx, `learned:rests:${proposal.id}:${now.toISOString()}`, card));
  });
}

/** The same card to each owner. */
export async function toOwners(tx: Transaction, key: string, card: Outgoing['card']): Promise<Outgoing[]> {
  const owners = await conversations.ownersDirect(tx);
  return owners.map((owner) => ({ key: `${key}:${owner.personId}`, ...owner, card }));
}
