import { resolve } from 'node:path';
import type { AppConfigRequest } from '../app/index.ts';
import { Secrets } from '../base/log.ts';

export interface Flags {
  data?: string;
  config?: string;
  /** A folder of skills that is read beside those of the configuration. */
  root?: string | undefined;
  json?: boolean;
  testClock?: string;
  /** The running coda's access.approval_token. */
  approvalToken?: string;
  /** A yes to whatever asks. */
  approval?: string;
  /** True once something has asked for that yes. */
  hasAsked?: boolean;
  args: string[];
}

export interface ChatFlags extends Flags {
  jsonl?: boolean;
}

export interface InitFlags extends Flags {
  yes?: boolean;
  /** Asks everything, and not the one question alone. */
  all?: boolean;
  name?: string;
  zone?: string;
  platform?: string;
  owner?: string;
  model?: string;
  storage?: string;
  service?: boolean;
}

export interface LogsFlags extends Flags {
  trace?: string;
  follow?: boolean;
  lines?: string;
}

export interface ImportFlags extends Flags {
  apply?: boolean;
  person?: string;
}

export interface VersionFlags extends Flags {
  check?: boolean;
}

export interface WhenFlags extends Flags {
  zone?: string;
  now?: string;
  locale?: string;
  jsonl?: boolean;
}

export function configRequest(flags: Flags, io: NodeJS.Process, secrets = new Secrets()): AppConfigRequest {
  return { env: io.env, file: flags.config, dataDir: flags.data, skillRoot: flags.root, secrets };
}

/** The data folder, absolute, without reading the configuration. */
export function dataDir(flags: Flags, io: NodeJS.Process): string {
  return resolve(flags.data ?? (io.env.CODA_DATA || 'data'));
}
