import { type Verb, verbsOf } from '../../chat/index.ts';
import type { AnyOperation } from '../../chat/operation.ts';
import { approvals } from './approvals.ts';
import { audit } from './audit.ts';
import { backup } from './data.ts';
import { jobs, scheduledRuns } from './jobs.ts';
import { looking, trace } from './looking.ts';
import { notify } from './notify.ts';
import { outbox } from './outbox.ts';
import { needsToken, type OperationParts } from './parts.ts';
import { pair, people } from './people.ts';
import { health, status } from './running.ts';
import { secrets } from './secrets.ts';
import { sessions, tokens } from './tokens.ts';

/** Operations of the owner that no skill brings. */
export const OPERATIONS: readonly AnyOperation[] = [
  ...outbox,
  ...jobs,
  ...scheduledRuns,
  ...approvals,
  ...pair,
  ...people,
  ...tokens,
  ...sessions,
  ...notify,
  ...audit,
  ...secrets,
  ...health,
  ...status,
  ...trace,
  ...looking,
  ...backup,
];

export type FindVerb = (name: string) => Promise<Verb | undefined>;

/** Finds verbs of coda itself, and those of skills, which are imported for the first command that names one of them. */
export function verbFinder(parts: OperationParts): FindVerb {
  const { app, world } = parts;
  const own = verbsOf(OPERATIONS, parts, world);
  return async (name) => {
    const verb = Object.hasOwn(own, name) ? own[name] : await app.findVerb(name);
    return verb?.approves ? tokenFirst(verb, app.approvals) : verb;
  };
}

/** Whoever is let in approves their own calls, and an owner everybody's: only with the configured token. */
function tokenFirst(verb: Verb, approvals: OperationParts['app']['approvals']): Verb {
  return async ({ token, ...args }) => {
    needsToken(approvals, typeof token === 'string' ? token : undefined);
    return verb(args);
  };
}
