import { folderOperations } from '../../agent-skills/index.ts';
import { type Verb, verbsOf } from '../../chat/index.ts';
import type { AnyOperation } from '../../chat/operation.ts';
import { verbOf } from '../../chat/operation.ts';
import { marketOperations } from '../../skills/skill-market/index.ts';
import { specialistOperations } from '../../skills/specialists/index.ts';
import { approvals } from './approvals.ts';
import { audit } from './audit.ts';
import { backup } from './data.ts';
import { jobs, scheduledRuns } from './jobs.ts';
import { cost, looking, trace } from './looking.ts';
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
  ...cost,
  ...looking,
  ...backup,
];

/** Verbs that approve something as an owner would; those of skills, too. */
const APPROVING: ReadonlySet<string> = new Set(
  [...OPERATIONS, ...specialistOperations, ...marketOperations, ...folderOperations()]
    .filter((each) => each.approves)
    .map(verbOf),
);

export function controlVerbs(parts: OperationParts): Record<string, Verb> {
  const { app, world } = parts;
  const all = { ...verbsOf(OPERATIONS, parts, world), ...app.verbs };
  return Object.fromEntries(
    Object.entries(all).map(([name, verb]) => [name, APPROVING.has(name) ? tokenFirst(verb, app.approvals) : verb]),
  );
}

/** Whoever is let in approves their own calls, and an owner everybody's: only with the configured token. */
function tokenFirst(verb: Verb, approvals: OperationParts['app']['approvals']): Verb {
  return async ({ token, ...args }) => {
    needsToken(approvals, typeof token === 'string' ? token : undefined);
    return verb(args);
  };
}
