import type { Origin, Place } from '../delivery/index.ts';
import type { Person } from '../people/index.ts';
import * as texts from './texts.ts';
import { type Effect, type Failed, failed, type Tool } from './tool.ts';

/** What is known when it is decided whether a call may run. */
export interface PolicyQuestion {
  tool: Tool;
  effect: Effect;
  input: unknown;
  person: Person;
  place: Place;
  /** Nobody but the person sees the answer. */
  private: boolean;
  /** Whose words are answered. */
  origin: Origin;
  /** The specialist whose nested turn calls; undefined: the one that talks to the person. */
  agent: string | undefined;
  /** The person asked for exactly this call, by name; no model chose it. */
  byName: boolean;
  /** Untrusted text went into the turn. */
  tainted: boolean;
  /** How much the turn has deleted, or is about to, before this call. */
  deletions: number;
}

export type Decision = { kind: 'allow' } | { kind: 'ask'; reason: string } | { kind: 'deny'; reason: string };

export type Policy = (question: PolicyQuestion) => Decision;

/**
 * The person's own data is theirs to read and write; reading outside is allowed until untrusted text is in the turn,
 * which could carry data out with it; what changes the outside asks first.
 */
export const defaultPolicy: Policy = ({ tool, effect, input, tainted, deletions }) => {
  const deletes = tool.deletes?.(input) ?? 0;
  if (tool.confirm) return { kind: 'ask', reason: 'It always asks first.' };
  // One deletion is shown beside the answer, with an Undo; who is led to delete everything is asked.
  if (tainted && deletes > 0 && deletions + deletes > 1) return { kind: 'ask', reason: texts.deletesMore() };
  if (effect === 'read' || effect === 'write') return { kind: 'allow' };
  if (effect === 'fetch') return tainted ? { kind: 'ask', reason: 'Untrusted text is in play.' } : { kind: 'allow' };
  return { kind: 'ask', reason: effect === 'dangerous' ? 'It cannot be undone.' : 'It acts outside.' };
};

/** What a setting of a shared place changes, it changes for everybody there: that is an owner's to decide. */
export function refusedHere({ person, place }: { person: Person; place: Place }): Failed | undefined {
  return place.kind === 'dm' || person.role === 'owner' ? undefined : failed('DENIED', texts.settingOfAll());
}
