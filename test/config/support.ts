import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { config as discord } from '../../src/adapters/discord/config.ts';
import { config as slack } from '../../src/adapters/slack/config.ts';
import { readConfig } from '../../src/app/index.ts';
import { CodaError } from '../../src/base/errors.ts';
import { Secrets } from '../../src/base/log.ts';
import type { AnyOperation, LocalParts, Operation, View } from '../../src/chat/operation.ts';
import type { Config, ConfigRequest } from '../../src/config/index.ts';

/** A folder for one test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'coda-config-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A request for a file `coda.yaml` that holds `content`, in a folder of its own and an empty environment. */
export function written(
  content: string | Uint8Array,
  more: Partial<ConfigRequest> = {},
): ConfigRequest & { cwd: string } {
  const cwd = folder();
  writeFileSync(join(cwd, 'coda.yaml'), content);
  return { env: {}, secrets: new Secrets(), file: 'coda.yaml', ...more, cwd: more.cwd ?? cwd };
}

/** The values of a platform's block. */
export const discordOf = (config: Config) => config.block(discord);
export const slackOf = (config: Config) => config.block(slack);

export function load(content: string | Uint8Array, more: Partial<ConfigRequest> = {}): Config {
  return readConfig(written(content, more));
}

/** The error that loading ends with. */
export function refused(content: string | Uint8Array, more: Partial<ConfigRequest> = {}): CodaError {
  try {
    load(content, more);
  } catch (error) {
    if (error instanceof CodaError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

/** The problems that loading ends with, one a line. */
export function problems(content: string, more: Partial<ConfigRequest> = {}): string[] {
  const { code, message } = refused(content, more);
  if (code !== 'CONFIG_INVALID') throw new Error(`${code}: ${message}`);
  return message
    .split('\n')
    .slice(1)
    .map((line) => line.trim());
}

/** Text that a command about the configuration shows. */
export async function shownBy(operation: AnyOperation, request: ConfigRequest & { cwd: string }): Promise<string> {
  const { run, show } = operation as unknown as Operation<Pick<LocalParts, 'config' | 'io'>>;
  const io = { cwd: () => request.cwd } as NodeJS.Process;
  const act = { personId: undefined, token: undefined, besides: () => {}, may: () => true };
  const result = await run?.({ config: readConfig(request), io }, {}, act);
  return String(show?.(JSON.parse(JSON.stringify(result)), {}, { io } as View));
}
