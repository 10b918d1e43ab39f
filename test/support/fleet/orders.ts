import type { LogLevel } from '../../../src/base/log.ts';

/** What a daemon of the fleet is. */
export interface DaemonOptions {
  /** The platform's. */
  port: number;
  dataDir: string;
  /** PostgreSQL; without it the embedded engine. */
  url?: string;
  redis?: string;
  /** Grows with each start on the same data: what the scripted model says differs by it. */
  life: number;
  /** Whether the scripted model shows its answers while they grow. */
  streams?: boolean;
  deduplicatesForMs?: number;
  canFind?: boolean;
  /** Answers with coda's own offline model. */
  offline?: boolean;
  config?: Record<string, unknown>;
  log?: LogLevel;
}

export type Order =
  /** Ends the process at the `n`th time from now of a point: `before:turn.finish:1`. */
  | { do: 'arm'; at: string }
  | { do: 'stream'; on: boolean }
  /** How often each point was passed since the start. */
  | { do: 'points' }
  /** Resolves when nothing runs, nothing is due and nothing is being sent. */
  | { do: 'settled' }
  /** Looks for what is due: a suite has put it there itself. */
  | { do: 'look' }
  | { do: 'sql'; sql: string }
  /** What was logged as a warning since the start. */
  | { do: 'warnings' }
  | { do: 'status' }
  | { do: 'stop' };

export type OrderLine = Order & { id: number };
