/** `coda config check` and `coda config show`. Problems are thrown by `readConfig`, all of them in one error. */

import { relative } from 'node:path';
import { checkPolicies, readConfig } from '../app/index.ts';
import { plural } from '../base/text.ts';
import { type ConfigRequest, describeOrigin } from '../config/index.ts';

/** Output streams of a command. */
interface Output {
  write(text: string): unknown;
}

/** Says that the configuration is in order, and which file it came from; else throws `CONFIG_INVALID`. */
export function configCheck(request: ConfigRequest, stdout: Output): void {
  const config = readConfig(request);
  checkPolicies(config, request.cwd);
  const given = config.entries().filter(({ origin }) => origin.kind !== 'default');
  const source = config.file === undefined ? 'There is no configuration file' : shortPath(config.file, request);
  const count = given.length === 0 ? 'everything has its default' : `${plural(given.length, 'value')} set`;
  stdout.write(`${source}: ${count}, no problems.\n`);
}

/** Lists every value with where it came from, secrets hidden; with `json`, as one JSON array. */
export function configShow(request: ConfigRequest, stdout: Output, { json = false } = {}): void {
  const rows = readConfig(request)
    .entries()
    .map(({ path, value, origin }) => ({ path, value, origin: describeOrigin(origin) }));
  if (json) {
    stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    return;
  }
  const lines = rows.map(({ path, value, origin }) => [`${path}: ${shown(value)}`, origin] as const);
  const width = Math.min(56, Math.max(...lines.map(([line]) => line.length)));
  stdout.write(lines.map(([line, origin]) => `${line.padEnd(width)}  # ${origin}\n`).join(''));
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function shortPath(file: string, { cwd = process.cwd() }: ConfigRequest): string {
  const path = relative(cwd, file);
  return path.startsWith('..') ? file : path;
}
