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
