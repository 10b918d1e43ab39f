/** Turns the outcome of one try into what is recorded of its part: its next state, when it is due, and where. */

import { backOff } from '../../base/async.ts';
import type { Instant } from '../../base/clock.ts';
import { omitUndefined } from '../../base/json.ts';
import type { Receipt, SendOutcome } from '../adapter.ts';
import * as targets from '../targets/store.ts';
import { type DestinationDeps, directlyTo, resultUnread } from './destination.ts';
import { frozenText } from './frozen.ts';
import type { Row } from './store/due.ts';
import * as dueParts from './store/due.ts';
import type { SendResult } from './store/results.ts';
import * as results from './store/results.ts';

const LONGEST_BACK_OFF_MS = 5 * 60_000;

export interface OutcomeDeps extends DestinationDeps {
  /** The receipt of a message that takes no more edits, with what it shows. */
  freezeReceipt(row: Row, receipt: Receipt): Receipt;
}

export async function resultOf(deps: OutcomeDeps, row: Row, outcome: SendOutcome): Promise<SendResult> {
  const { world } = deps;
  const { spent } = row.content;
  if (outcome.kind === 'sent') {
    const state = row.removed ? 'dropped' : 'sent';
    return { id: row.id, state, receipt: outcome.receipt, ...(spent && { spent: spent.length }) };
  }
  if ((outcome.kind === 'gone' || outcome.kind === 'frozen') && row.removed) return { id: row.id, state: 'dropped' };
  // A card whose use could not be shown was said: what it says is not lost, and goes nowhere else.
  if (wasSaid(row) && (['gone', 'frozen', 'refused'].includes(outcome.kind) || isGivenUp(deps, row))) {
    world.log.warn({ key: row.key, outcome: outcome.kind }, 'a used card stays as it is');
    return { id: row.id, state: 'sent', ...(spent && { spent: spent.length }) };
  }
  if (outcome.kind === 'deleted') return { id: row.id, state: row.removed ? 'dropped' : 'sent' };
  const now = world.clock.now();
  if (row.receipt && isFinal(row, outcome)) {
    world.log.warn({ key: row.key, reason: outcome.reason }, 'a message takes no more edits');
    // The unclear attempt was an edit: nothing of the rest was sent.
    return { id: row.id, state: 'pending', nextAt: now, receipt: deps.freezeReceipt(row, row.receipt), untried: true };
  }
  const error = world.secrets.hide(outcome.reason).slice(0, 500);
  const nextAt = new Date(now.getTime() + backOff(row.attempts + 1, LONGEST_BACK_OFF_MS));
  if (outcome.kind === 'retry' && outcome.untried) {
    const after = outcome.afterMs === undefined ? nextAt : new Date(now.getTime() + outcome.afterMs);
    return skippedResult(row, { state: 'pending', nextAt: after, error });
  }
  world.log.debug({ key: row.key, outcome: outcome.kind, error }, 'part not delivered');
  const fault = { source: 'delivery', kind: row.place.adapter, code: outcome.kind };
  if (!isAway(outcome)) world.faults?.note(fault, now);
  // An earlier attempt that is unknown stays so: that this one did not arrive says nothing about that one.
  const unclear = row.unknownAt && { unknownAt: row.unknownAt };
  if (outcome.kind === 'retry' && outcome.until === 'reachable') {
    return { id: row.id, error, ...unclear, ...(await resultUnread(deps, row, nextAt)) };
  }
  if (outcome.kind === 'gone') return resultElsewhere(deps, row, error);
  // The place is there: its person can be told in it, of what was refused, at once.
  if (outcome.kind === 'refused' || outcome.kind === 'frozen') return deadLetter(deps, row, error, !row.removed);
  if (isGivenUp(deps, row)) return deadLetter(deps, row, error);
  if (outcome.kind === 'unknown') {
    const settlesMs = deps.adapters().find(({ name }) => name === row.place.adapter)?.guarantees.settlesMs;
    // On a platform that shows messages late the newest attempt counts; on one that forgets keys, the first.
    if (settlesMs === undefined)
      return { id: row.id, state: 'unknown', nextAt, unknownAt: row.unknownAt ?? now, error };
    const seenAt = new Date(Math.max(nextAt.getTime(), now.getTime() + settlesMs));
    return { id: row.id, state: 'unknown', nextAt: seenAt, unknownAt: now, error };
  }
  const after = outcome.afterMs === undefined ? nextAt : new Date(now.getTime() + outcome.afterMs);
  return { id: row.id, state: 'pending', nextAt: after, error, ...unclear };
}

async function resultElsewhere(deps: OutcomeDeps, row: Row, error: string): Promise<SendResult> {
  if (row.place.kind !== 'dm') await targets.noteGone(deps.database, row.conversationId);
  if (row.personId && !row.fallback) {
    const conversationId = await directlyTo(deps, row.personId, row);
    if (conversationId) return { id: row.id, state: 'pending', nextAt: deps.world.clock.now(), error, conversationId };
  }
  return deadLetter(deps, row, error);
}

function deadLetter(deps: OutcomeDeps, row: Row, error: string, takesPosts = false): SendResult {
  deps.world.log.error({ key: row.key, place: row.place, error }, 'dead letter');
  const letter = { id: row.id, state: 'dead' as const, error };
  if (results.isNoticeOfLetters(row.grp)) return { ...letter, told: 'never' };
  return takesPosts && row.personId !== undefined ? { ...letter, told: 'now' } : letter;
}

export function isPassed(deps: Pick<OutcomeDeps, 'world'>, since: Instant): boolean {
  return deps.world.clock.now().getTime() - since.getTime() >= dueParts.GIVE_UP_MS;
}

function isGivenUp(deps: OutcomeDeps, { failingSince }: Row): boolean {
  return failingSince !== undefined && isPassed(deps, failingSince);
}

export const isAway = (outcome: SendOutcome) => outcome.kind === 'retry' && outcome.until === 'reachable';

function isFinal(row: Row, outcome: SendOutcome): outcome is SendOutcome & { kind: 'frozen' | 'refused' } {
  const isRefused = outcome.kind === 'frozen' || (outcome.kind === 'refused' && row.isOutdated);
  return isRefused && !row.removed && frozenText(row.receipt) === undefined;
}

const wasSaid = ({ receipt, content, removed }: Row): boolean => !!receipt && !!content.spent && !removed;

/**
 * The result of a part that was not tried: it waits as `before` does, the part before it. An unknown state stays
 * unknown.
 */
export function skippedResult({ id, unknownAt }: Row, before: Omit<SendResult, 'id'>): SendResult {
  const { nextAt, callAt, error, conversationId, isUnread } = before;
  const state = before.state === 'held' ? 'held' : unknownAt ? 'unknown' : 'pending';
  return {
    id,
    state,
    untried: true,
    ...omitUndefined({ nextAt, callAt, unknownAt, error, conversationId, isUnread }),
  };
}
