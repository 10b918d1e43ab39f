import { resolve } from 'node:path';
import { type Clock, SystemClock, TestClock } from '../base/clock.ts';
import { createLog, Secrets } from '../base/log.ts';
import type { World } from '../base/world.ts';
import { type Config, loadConfig } from '../config/index.ts';
import { usage } from './texts.ts';

/** What every command may be given. */
export interface Flags {
  data?: string;
  config?: string;
  json?: boolean;
  testClock?: string;
  args: string[];
}

export interface ChatFlags extends Flags {
  jsonl?: boolean;
}

/** The configuration that the flags and the environment name. */
export function readConfig(flags: Flags, io: NodeJS.Process, secrets = new Secrets()): Config {
  return loadConfig({ env: io.env, file: flags.config, dataDir: flags.data, secrets });
}

/** The data folder, absolute, without reading the configuration. */
export function dataDir(flags: Flags, io: NodeJS.Process): string {
  return resolve(flags.data ?? (io.env.CODA_DATA || 'data'));
}

/** The configuration, and the world that it and the flags describe. */
export function open(flags: Flags, io: NodeJS.Process): { config: Config; world: World & { clock: Clock } } {
  const secrets = new Secrets();
  const config = readConfig(flags, io, secrets);
  const clock = flags.testClock === undefined ? new SystemClock() : new TestClock(instant(flags.testClock));
  return { config, world: { clock, env: io.env, log: createLog(config.log.level, secrets), secrets } };
}

function instant(text: string): Date {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw usage(`"${text}" is not an instant.`, 'Write it as 2026-11-20T09:00:00Z.');
  return at;
}
