import { type Verb, verbsOf } from '../../chat/index.ts';
import type { AnyOperation } from '../../chat/operation.ts';
import { verbOf } from '../../chat/operation.ts';
import { approvals } from './approvals.ts';
import { audit } from './audit.ts';
import { hooks, notify, webhook } from './hooks.ts';
import { jobs, scheduledRuns } from './jobs.ts';
import { cost, looking, trace } from './looking.ts';
import { outbox } from './outbox.ts';
import { needsToken, type OperationParts } from './parts.ts';
import { pair, people } from './people.ts';
import { health, status } from './running.ts';
import { secrets } from './secrets.ts';
import { sessions, tokens } from './tokens.ts';

/** Operations of the owner that no skill brings. */
export const OPERATIONS: readonly AnyOperation[] = [
  ...[...outbox, ...jobs, ...scheduledRuns, ...approvals, ...pair, ...people, ...tokens, ...sessions],
  ...[...hooks, ...webhook, ...notify, ...audit, ...secrets, ...health, ...status, ...trace, ...cost, ...looking],
];

/** Operations of skills that approve something as an owner would. */
const APPROVING = ['skills-approve', 'specialists-approve', 'skills-market-install', 'skills-market-trust'];

/** All that the control socket of this coda can be asked for. */
export function controlVerbs(parts: OperationParts, others: Record<string, Verb> = {}): Record<string, Verb> {
  const { app, world } = parts;
  const approving = new Set([...APPROVING, ...OPERATIONS.filter((each) => each.approves).map(verbOf)]);
  const all = { ...verbsOf(OPERATIONS, parts, world), ...others, ...app.verbs };
  return Object.fromEntries(
    Object.entries(all).map(([name, verb]) => [name, approving.has(name) ? tokenFirst(verb, app.approvals) : verb]),
  );
}

/** Whoever is let in approves their own calls, and an owner everybody's: only with the configured token. */
function tokenFirst(verb: Verb, approvals: OperationParts['app']['approvals']): Verb {
  return async ({ token, ...args }) => {
    needsToken(approvals, typeof token === 'string' ? token : undefined);
    return verb(args);
  };
}
