/** Proposals: made by parts of self-improvement, decided by a person, applied and taken back as their category says. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { type Failed, failed } from '../agent/index.ts';
import { DAY_MS, type Instant } from '../base/clock.ts';
import { shortId } from '../base/ids.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import type { Transaction } from '../storage/index.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

export type { Proposal } from './store.ts';

export interface ProposalKind<Payload = Json> {
  category: string;
  payload: z.ZodType<Payload>;
  /** The person whose matter it is decides; left out: an owner does. */
  byItsPerson?: true;
  /** The payload as the person who decides is shown it: the difference, a test's result. Plain text, at most 3,000 characters. */
  show?(payload: Payload): string;
  /** The reason why it cannot be applied as things are, in a sentence; asked when it is made and when it is approved. */
  problem?(tx: Transaction, payload: Payload): Promise<string | undefined>;
  /**
   * Applies what was approved, in the transaction of the decision; returns what `revert` needs. Undefined, or left out: it
   * stays approved, and whoever carries it out later calls `markApplied`.
   */
  apply?(tx: Transaction, proposal: store.Proposal, payload: Payload, now: Instant): Promise<Json | undefined>;
  /** Takes back what `apply` has done; false where that is not possible any more. */
  revert?(tx: Transaction, proposal: store.Proposal, now: Instant): Promise<boolean>;
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
  const drawn = wanted.map((each) => toProposal(each, origin, now));
  const since = new Date(now.getTime() - REPROPOSE_AFTER_MS);
  const known = new Set(
    await store.knownFingerprints(
      tx,
      drawn.map(({ fingerprint }) => fingerprint),
      since,
    ),
  );
  const made: store.Proposal[] = [];
  for (const proposal of drawn) {
    if (made.length >= room || known.has(proposal.fingerprint)) continue;
    if ((await problemOf(tx, kinds, proposal)) !== undefined) continue;
    known.add(proposal.fingerprint);
    await store.insert(tx, proposal);
    made.push(proposal);
  }
  return made;
}

function toProposal(wanted: Proposing, origin: string, now: Instant): store.Proposal {
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

export interface Decision {
  id: string;
  hash: string;
  approve: boolean;
  person: { id: string; role: string };
}

/** Decides on a proposal that waits; what was decided binds to exactly what was shown. */
export async function decide(
  tx: Transaction,
  kinds: ProposalKinds,
  { id, hash, approve, person }: Decision,
  now: Instant,
): Promise<store.Proposal | Failed> {
  const proposal = await store.take(tx, id);
  if (!proposal || proposal.hash !== hash) return failed('GONE', texts.changedMeanwhile(id));
  if (!mayDecide(kinds, proposal, person)) return failed('DENIED', texts.notYours());
  if (proposal.state !== 'pending') return failed('GONE', texts.decidedAlready(proposal));
  if (!approve) return mark(tx, proposal, 'rejected', null, person.id, now);
  const problem = await problemOf(tx, kinds, proposal);
  if (problem !== undefined) return failed('CONFLICT', texts.cannotApply(proposal, problem));
  const kind = kinds.get(proposal.category);
  const applied = await kind?.apply?.(tx, proposal, kind.payload.parse(proposal.payload), now);
  return mark(tx, proposal, applied === undefined ? 'approved' : 'applied', applied ?? null, person.id, now);
}

function mayDecide(kinds: ProposalKinds, { category, personId }: store.Proposal, person: Decision['person']): boolean {
  if (kinds.get(category)?.byItsPerson) return personId === person.id;
  return person.role === 'owner';
}

export async function takeBack(
  tx: Transaction,
  kinds: ProposalKinds,
  { id, person }: Pick<Decision, 'id' | 'person'>,
  now: Instant,
): Promise<store.Proposal | Failed> {
  const proposal = await store.take(tx, id);
  if (!proposal) return failed('GONE', texts.changedMeanwhile(id));
  if (!mayDecide(kinds, proposal, person)) return failed('DENIED', texts.notYours());
  if (proposal.state === 'pending') return failed('GONE', texts.stillPending(proposal));
  const kind = kinds.get(proposal.category);
  if (proposal.state === 'applied' && !(await kind?.revert?.(tx, proposal, now)))
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
): Promise<store.Proposal> {
  await store.mark(tx, proposal.id, { state, outcome, personId }, now);
  return { ...proposal, state, outcome, decidedBy: personId, decidedAt: now };
}
