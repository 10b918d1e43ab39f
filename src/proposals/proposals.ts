/** Proposals: made by parts of self-improvement, decided by a person, applied and taken back as their category says. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { type Failed, failed } from '../agent/index.ts';
import { DAY_MS, type Instant } from '../base/clock.ts';
import { shortId } from '../base/ids.ts';
import { canonicalJson, type Json, omitUndefined } from '../base/json.ts';
import type { Queryable, Transaction } from '../storage/index.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

export type { Proposal } from './store.ts';

export interface ProposalKind<Payload = Json> {
  category: string;
  payload: z.ZodType<Payload>;
  /** Its person decides first, and where they are no owner their yes asks one; left out: an owner does. */
  byItsPerson?: true;
  /** A light model looks at a yes first, where that is switched on. */
  isLookedAt?: true;
  /** The payload as the person who decides is shown it: the difference, a test's result. Plain text, at most 3,000 characters. */
  show?(payload: Payload): string;
  /** All of it, behind a button. */
  whole?(payload: Payload): string;
  /** A sentence on its use so far. */
  fares?(db: Queryable, payload: Payload, now: Instant): Promise<string>;
  /** The reason why it cannot be applied as things are, in a sentence; asked when it is made and when it is approved. */
  problem?(tx: Transaction, payload: Payload): Promise<string | undefined>;
  /** Does what has to be awaited before the transaction of a decision: `apply` and `revert` are given its result. */
  prepare?(proposal: store.Proposal, payload: Payload, act: DecisionAct): Promise<unknown>;
  /**
   * Applies what was approved, in the transaction of the decision; returns what `revert` needs, and false where what it is
   * about was changed meanwhile. Undefined, or left out: it stays approved, and whoever carries it out later calls `markApplied`.
   * A kind that is tried first returns the trial.
   */
  apply?(tx: Transaction, proposal: store.Proposal, payload: Payload, by: Deciding): Promise<Json | undefined>;
  /** Takes back what `apply` has done; false where that is not possible any more. */
  revert?(tx: Transaction, proposal: store.Proposal, by: Deciding): Promise<boolean>;
  /** A trial as a reader is shown it. Present: what is approved is tried first, until this kind marks it as applied or rejected. */
  showTrial?(trial: Json): ShownTrial;
}

export interface ShownTrial {
  name: string;
  /** Its measurement in words. */
  measured: string;
  /** All that was tried. */
  content: string;
}

export type DecisionAct = 'apply' | 'revert';

export interface Deciding {
  now: Instant;
  personId: string;
  /** Result of `prepare`. */
  prepared: unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: each kind reads its own payload by its schema
export type AnyProposalKind = ProposalKind<any>;
export type ProposalKinds = ReadonlyMap<string, AnyProposalKind>;

export interface Proposing {
  category: string;
  title: string;
  description: string;
  /** 1 to 5; 1 comes first. */
  priority: number;
  payload?: Json;
  /** Equal for proposals of the same change; left out: the category with the payload, or with the title where there is none. */
  fingerprint?: string;
  spaceId?: string | undefined;
  personId?: string | undefined;
}

const MOST_AT_ONCE = 10;
/** More wait for nobody: what comes further is dropped until some are decided. */
const MOST_PENDING = 50;
const REPROPOSE_AFTER_MS = 90 * DAY_MS;
const LONGEST_TITLE = 120;
const LONGEST_DESCRIPTION = 1_500;

/** Makes proposals of `wanted`, the first ones first; gives those that were made. What does not fit its kind, or is known, is dropped. */
export async function propose(
  tx: Transaction,
  kinds: ProposalKinds,
  origin: string,
  wanted: readonly Proposing[],
  now: Instant,
): Promise<store.Proposal[]> {
  if (wanted.length === 0) return [];
  await store.lock(tx);
  const room = Math.min(MOST_AT_ONCE, MOST_PENDING - (await store.pendingCount(tx)));
  const drafts = wanted.map((each) => drawProposal(each, origin, now));
  const since = new Date(now.getTime() - REPROPOSE_AFTER_MS);
  const fingerprints = new Set(
    await store.knownFingerprints(
      tx,
      drafts.map(({ fingerprint }) => fingerprint),
      since,
    ),
  );
  const proposals: store.Proposal[] = [];
  for (const proposal of drafts) {
    if (proposals.length >= room || fingerprints.has(proposal.fingerprint)) continue;
    if ((await problemOf(tx, kinds, proposal)) !== undefined) continue;
    fingerprints.add(proposal.fingerprint);
    await store.insert(tx, proposal);
    proposals.push(proposal);
  }
  return proposals;
}

/** A proposal as it waits, not stored yet. */
export function drawProposal(wanted: Proposing, origin: string, now: Instant): store.Proposal {
  const { category, payload = null, priority, spaceId, personId } = wanted;
  const title = plain(wanted.title).slice(0, LONGEST_TITLE);
  const description = plain(wanted.description).slice(0, LONGEST_DESCRIPTION);
  const same = wanted.fingerprint ?? canonicalJson(payload ?? title.toLowerCase());
  return {
    id: shortId(6),
    at: now,
    spaceId,
    personId,
    category,
    title,
    description,
    priority,
    payload,
    origin,
    hash: digest({ category, title, description, payload }),
    fingerprint: digest({ category, same, personId, spaceId }),
    state: 'pending',
    decidedBy: undefined,
    decidedAt: undefined,
    outcome: null,
    trials: [],
  };
}

/** Words of a model, on one line each, that open no notation. */
const plain = (text: string): string =>
  text
    .replace(/[`<>]/g, '')
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();

const digest = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('base64url').slice(0, 22);

async function problemOf(
  tx: Transaction,
  kinds: ProposalKinds,
  { category, payload }: Pick<store.Proposal, 'category' | 'payload'>,
): Promise<string | undefined> {
  const kind = kinds.get(category);
  if (!kind) return texts.noKind(category);
  const read = kind.payload.safeParse(payload);
  return read.success ? kind.problem?.(tx, read.data) : texts.wrongPayload();
}

export function showProposal(
  kinds: ProposalKinds,
  { category, payload }: Pick<store.Proposal, 'category' | 'payload'>,
): string {
  const kind = kinds.get(category);
  const read = kind?.payload.safeParse(payload);
  return (read?.success && kind?.show?.(read.data).slice(0, 3_000)) || '';
}

export const showTrials = (kinds: ProposalKinds, { category, trials }: store.Proposal): ShownTrial[] =>
  trials.flatMap((trial) => kinds.get(category)?.showTrial?.(trial) ?? []);

export interface Decider {
  id: string;
  role: string;
}

export interface Decision {
  id: string;
  hash: string;
  approve: boolean;
  person: Decider;
}

const ACTED_ON: Readonly<Record<DecisionAct, readonly store.ProposalState[]>> = {
  apply: ['pending', 'asked', 'resting'],
  revert: ['trial', 'applied', 'retired', 'resting'],
};

/** Before the transaction of a decision: does what its kind has to await, if this person may have it done now. */
export async function prepareDecision(
  db: Queryable,
  kinds: ProposalKinds,
  { id, hash, person }: Pick<Decision, 'id' | 'person'> & { hash?: string },
  act: DecisionAct,
): Promise<unknown> {
  const proposal = await store.find(db, id);
  if (!proposal || person.role !== 'owner' || !mayDecide(kinds, proposal, person)) return undefined;
  if (!ACTED_ON[act].includes(proposal.state) || (hash !== undefined && hash !== proposal.hash)) return undefined;
  const kind = kinds.get(proposal.category);
  return kind?.prepare?.(proposal, kind.payload.parse(proposal.payload), act);
}

/**
 * Locks the proposal until `tx` ends. The lock of all proposals first, as whoever ends a trial takes them: decisions wait for
 * each other in one order, and each sees what the one before has put into use.
 */
async function takeInOrder(tx: Transaction, id: string): Promise<store.Proposal | undefined> {
  await store.lock(tx);
  return store.take(tx, id);
}

/** Decides on a proposal that waits, or wakes one that rests; what was decided binds to exactly what was shown. */
export async function decide(
  tx: Transaction,
  kinds: ProposalKinds,
  { id, hash, approve, person }: Decision,
  now: Instant,
  prepared?: unknown,
): Promise<store.Proposal | Failed> {
  const proposal = await takeInOrder(tx, id);
  if (!proposal || proposal.hash !== hash) return failed('GONE', texts.changedMeanwhile(id));
  if (!mayDecide(kinds, proposal, person)) return failed('DENIED', texts.notYours());
  const { state, category } = proposal;
  const kind = kinds.get(category);
  const isOwner = person.role === 'owner';
  const isOpen = approve ? ACTED_ON.apply.includes(state) : state === 'pending' || state === 'asked';
  if (!isOpen || (approve && state === 'asked' && !isOwner)) return failed('GONE', texts.decidedAlready(proposal));
  if (!approve) return mark(tx, proposal, 'rejected', null, person.id, now);
  const problem = await problemOf(tx, kinds, proposal);
  if (problem !== undefined) return failed('CONFLICT', texts.cannotApply(proposal, problem));
  if (kind?.byItsPerson && !isOwner) return mark(tx, proposal, 'asked', null, person.id, now);
  const by = { now, personId: person.id, prepared };
  const applied = await kind?.apply?.(tx, proposal, kind.payload.parse(proposal.payload), by);
  if (applied === false) return failed('CONFLICT', texts.cannotApply(proposal, texts.otherByNow()));
  const isTried = applied !== undefined && kind?.showTrial;
  if (isTried) return mark(tx, proposal, 'trial', null, person.id, now, [...proposal.trials, applied]);
  return mark(tx, proposal, applied === undefined ? 'approved' : 'applied', applied ?? null, person.id, now);
}

/** An owner decides on a proposal of another person once they have said yes, and takes back what came of it. */
export function mayDecide(
  kinds: ProposalKinds,
  { category, personId, state, decidedBy }: Pick<store.Proposal, 'category' | 'personId' | 'state' | 'decidedBy'>,
  person: Decider,
): boolean {
  const isOwner = person.role === 'owner';
  if (!kinds.get(category)?.byItsPerson) return isOwner;
  // A rejection is taken back by who has rejected it.
  if (state === 'rejected' && decidedBy !== undefined) return decidedBy === person.id;
  const isTheirs = state === 'pending' || state === 'rejected' || state === 'dropped';
  return isTheirs ? personId === person.id : isOwner || (state === 'asked' && personId === person.id);
}

/** True if `person` may have it done: a wish that waits for an owner can only be withdrawn by its person. */
export const mayApprove = (
  kinds: ProposalKinds,
  proposal: Pick<store.Proposal, 'category' | 'personId' | 'state' | 'decidedBy'>,
  person: Decider,
): boolean => mayDecide(kinds, proposal, person) && (proposal.state !== 'asked' || person.role === 'owner');

export async function takeBack(
  tx: Transaction,
  kinds: ProposalKinds,
  { id, person }: Pick<Decision, 'id' | 'person'>,
  now: Instant,
  prepared?: unknown,
): Promise<store.Proposal | Failed> {
  const proposal = await takeInOrder(tx, id);
  if (!proposal) return failed('GONE', texts.changedMeanwhile(id));
  if (!mayDecide(kinds, proposal, person)) return failed('DENIED', texts.notYours());
  const { state, category } = proposal;
  if (state === 'pending' || state === 'dropped') return failed('GONE', texts.stillPending(proposal));
  const by = { now, personId: person.id, prepared };
  if (ACTED_ON.revert.includes(state) && !(await kinds.get(category)?.revert?.(tx, proposal, by)))
    return failed('CONFLICT', texts.cannotTakeBack(proposal));
  return mark(tx, proposal, 'pending', null, person.id, now);
}

export async function markApplied(tx: Transaction, id: string, outcome: Json, now: Instant): Promise<void> {
  await store.mark(tx, id, { state: 'applied', outcome, personId: undefined }, now);
}

async function mark(
  tx: Transaction,
  proposal: store.Proposal,
  state: store.ProposalState,
  outcome: Json,
  personId: string,
  now: Instant,
  tried?: readonly Json[],
): Promise<store.Proposal> {
  await store.mark(tx, proposal.id, omitUndefined({ state, outcome, personId, trials: tried }), now);
  return { ...proposal, state, outcome, trials: tried ?? proposal.trials, decidedBy: personId, decidedAt: now };
}
