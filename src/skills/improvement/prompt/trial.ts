/** A new version of the guidance is tried in half of the conversations, and kept where it helps. */
import { createHash } from 'node:crypto';
import { DAY_MS, type Instant } from '../../../base/clock.ts';
import type { Queryable, Transaction } from '../../../storage/index.ts';
import * as improvement from '../store.ts';
import * as store from './store.ts';

/** Assessed turns that a trial needs on either side. */
export const SAMPLE = 20;
/** The mean score must be better by so much. */
const BETTER_BY = 0.1;
/** A trial that has not come to its sample by then is over. */
const LONGEST_MS = 56 * DAY_MS;

/** True if the conversation is of the half in which `version` is tried; the same each time. */
export function isTriedIn(conversationId: string, version: number): boolean {
  return ((createHash('sha256').update(`${version}:${conversationId}`).digest()[0] ?? 0) & 1) === 1;
}

/** The version that a conversation is answered under; undefined: the empty one. */
export async function versionFor(
  db: Queryable,
  conversationId: string | undefined,
): Promise<store.PromptVersion | undefined> {
  return versionIn(await store.inUse(db), conversationId);
}

function versionIn({ current, trial }: Awaited<ReturnType<typeof store.inUse>>, conversationId: string | undefined) {
  return trial && conversationId !== undefined && isTriedIn(conversationId, trial.version) ? trial : current;
}

/** The version under which a turn that began at `at` was answered, as far as it is still in use. */
export async function versionAt(tx: Transaction, conversationId: string, at: Instant): Promise<number | undefined> {
  const { current, trial } = await store.inUse(tx);
  const then = { ...(current && current.at <= at && { current }), ...(trial && trial.at <= at && { trial }) };
  return versionIn(then, conversationId)?.version;
}

/** The end of a trial. */
export interface Ended {
  version: number;
  isKept: boolean;
  scores: Awaited<ReturnType<typeof store.scores>>;
}

/** Ends the trial where its sample is there, or where it has taken too long; undefined: there is none, or it goes on. */
export async function settleTrial(tx: Transaction, now: Instant): Promise<Ended | undefined> {
  await improvement.lock(tx);
  const { current, trial } = await store.inUse(tx);
  if (!trial) return undefined;
  const { version, at, proposalId } = trial;
  const scores = await store.scores(tx, version, at);
  const isEnough = scores.with.turns >= SAMPLE && scores.without.turns >= SAMPLE;
  if (!isEnough && now.getTime() - at.getTime() < LONGEST_MS) return undefined;
  const isKept = isEnough && (scores.with.mean ?? 0) >= (scores.without.mean ?? 0) + BETTER_BY;
  const outcome = { version, kept: isKept, scores: { with: scores.with, without: scores.without } };
  if (isKept && current) await store.setState(tx, current.version, 'retired', now);
  await store.setState(tx, version, isKept ? 'current' : 'rolled_back', now, outcome.scores);
  const state = isKept ? 'applied' : 'rejected';
  await improvement.mark(tx, proposalId, { state, outcome, personId: undefined }, now);
  return { version, isKept, scores };
}

/** Goes back from the version that is tried, else from the one in use, to the one before, byte for byte. */
export async function rollBack(
  tx: Transaction,
  now: Instant,
): Promise<{ from: store.PromptVersion; to: store.PromptVersion | undefined } | undefined> {
  await improvement.lock(tx);
  const { current, trial } = await store.inUse(tx);
  const from = trial ?? current;
  if (!from) return undefined;
  await store.setState(tx, from.version, 'rolled_back', now);
  const outcome = { version: from.version, rolledBack: true };
  await improvement.mark(tx, from.proposalId, { state: 'rejected', outcome, personId: undefined }, now);
  if (trial) return { from, to: current };
  const before = await lastGood(tx, from);
  if (before) await store.setState(tx, before.version, 'current', now);
  return { from, to: before };
}

/** The version that `from` was made of; none that was rolled back itself. */
async function lastGood(tx: Transaction, from: store.PromptVersion): Promise<store.PromptVersion | undefined> {
  let base = from.base;
  while (base !== null) {
    const found = await store.find(tx, base);
    if (!found) return undefined;
    if (found.state !== 'rolled_back') return found;
    base = found.base;
  }
  return undefined;
}
