import { CodaError } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import type { Config } from '../../config/index.ts';
import type { App } from '../build.ts';

/** Dependencies of operations. */
export interface OperationParts {
  app: App;
  config: Config;
  world: World;
  /** False where a command has built coda for itself, and not started it. */
  isRunning: boolean;
}

/** Throws where an operation that gives somebody the right to approve calls does not carry `access.approval_token`. */
export function needsToken(approvals: Pick<App['approvals'], 'carries'>, token: string | undefined): void {
  if (approvals.carries(token)) return;
  throw new CodaError('INPUT_INVALID', {
    message: 'The running coda has another access.approval_token.',
    remedy: 'Give it with --approval-token: whoever gets what this gives may approve calls.',
  });
}
