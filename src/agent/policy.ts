import type { Person } from '../people/index.ts';
import type { Effect, Tool } from './tool.ts';

/** What is known when it is decided whether a call may run. */
export interface PolicyQuestion {
  tool: Tool;
  effect: Effect;
  input: unknown;
  person: Person;
  /** Untrusted text went into the turn. */
  tainted: boolean;
}

export type Decision = { kind: 'allow' } | { kind: 'ask'; reason: string } | { kind: 'deny'; reason: string };

export type Policy = (question: PolicyQuestion) => Decision;

/**
 * The person's own data is theirs to read and write; reading outside is allowed until untrusted text is in the turn,
 * which could carry data out with it; what changes the outside asks first.
 */
export const defaultPolicy: Policy = ({ tool, effect, person, tainted }) => {
  if (person.role === 'guest') return { kind: 'deny', reason: 'Only people who have been let in can do that.' };
  if (tool.confirm) return { kind: 'ask', reason: 'It always asks first.' };
  if (effect === 'read' || effect === 'write') return { kind: 'allow' };
  if (effect === 'fetch') return tainted ? { kind: 'ask', reason: 'Untrusted text is in play.' } : { kind: 'allow' };
  return { kind: 'ask', reason: effect === 'dangerous' ? 'It cannot be undone.' : 'It acts outside.' };
};
