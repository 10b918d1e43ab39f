import { type Verb, verbsOf } from '../../chat/index.ts';
import { approvals } from './approvals.ts';
import { jobs, scheduledRuns } from './jobs.ts';
import { outbox } from './outbox.ts';
import type { OperationParts } from './parts.ts';

/** Operations of the owner that no skill brings. */
export const OPERATIONS = [...outbox, ...jobs, ...scheduledRuns, ...approvals];

/** All that the control socket of this coda can be asked for. */
export function controlVerbs(parts: OperationParts): Record<string, Verb> {
  return verbsOf(OPERATIONS, parts, parts.world);
}
