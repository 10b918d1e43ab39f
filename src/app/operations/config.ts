/** `coda config check` and `coda config show`. Problems are thrown where the configuration is read, all of them in one error. */

import { relative } from 'node:path';
import { z } from 'zod';
import { plural } from '../../base/text.ts';
import { type LocalParts, operation } from '../../chat/operation.ts';
import { describeOrigin } from '../../config/index.ts';
import { checkPolicies } from '../policies.ts';

/** Says that the configuration is in order, and which file it came from; else throws `CONFIG_INVALID`. */
export const check = operation({
  name: 'config check',
  summary: 'find everything that is wrong with it',
  input: z.object({}),
  needs: 'config',
  run({ config, io }: Pick<LocalParts, 'config' | 'io'>) {
    checkPolicies(config, io.cwd());
    return {
      file: config.file,
      notices: config.notices,
      set: config.entries().filter(({ origin }) => origin.kind !== 'default').length,
    };
  },
  show({ file, notices, set }, _, { io }) {
    const source = file === undefined ? 'There is no configuration file' : shortPath(file, io.cwd());
    const order = `${source}: ${set === 0 ? 'everything has its default' : `${plural(set, 'value')} set`}, no problems.`;
    return `${[order, ...notices].join('\n')}\n`;
  },
});

export const show = operation({
  name: 'config show',
  summary: 'show every value and where it comes from; secrets are hidden',
  example: 'coda config show --json',
  input: z.object({}),
  json: 'indented',
  needs: 'config',
  run: ({ config }: Pick<LocalParts, 'config'>) =>
    config.entries().map(({ path, value, origin }) => ({ path, value, origin: describeOrigin(origin) })),
  show(rows) {
    const lines = rows.map(({ path, value, origin }) => [`${path}: ${showValue(value)}`, origin] as const);
    const width = Math.min(56, Math.max(...lines.map(([line]) => line.length)));
    return lines.map(([line, origin]) => `${line.padEnd(width)}  # ${origin}\n`).join('');
  },
});

export const config = [check, show];

function showValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function shortPath(file: string, cwd: string): string {
  const path = relative(cwd, file);
  return path.startsWith('..') ? file : path;
}
