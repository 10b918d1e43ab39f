/** Secrets in files, and secrets that must not be seen. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { z } from 'zod';
import { messageOf } from '../base/errors.ts';
import type { Secrets } from '../base/log.ts';
import { decoded } from '../base/text.ts';
import { isUrl } from '../base/urls.ts';
import { childOf, fieldOf, keysOf, type Path } from './schema.ts';
import { isBranch, type Problem, type Tree } from './tree.ts';

/** Calls `visit` for every value that is there and has a schema, parents first. */
function eachValue(
  schema: z.ZodType,
  value: unknown,
  visit: (path: Path, schema: z.ZodType, value: unknown) => void,
  path: Path = [],
): void {
  visit(path, schema, value);
  if (!isBranch(value) && !Array.isArray(value)) return;
  for (const [key, item] of Object.entries(value)) {
    const child = childOf(schema, key);
    if (child) eachValue(child, item, visit, [...path, key]);
  }
}

/** Takes the content of every `<key>_file`, a path from `cwd`, for the value of `<key>`. The environment goes first. */
export function readSecretFiles(schema: z.ZodType, tree: Tree, problems: Problem[], cwd: string): void {
  eachValue(schema, tree.root, (path, at, value) => {
    if (!isBranch(value)) return;
    for (const [key, field] of Object.entries(keysOf(at) ?? {})) {
      const { fileFor } = fieldOf(field).meta;
      const file = value[key];
      if (fileFor !== undefined && typeof file === 'string')
        takeFile(tree, [...path, fileFor], [...path, key], resolve(cwd, file), problems);
    }
  });
}

const UNREAD = '(unread)';

function takeFile(tree: Tree, target: Path, source: Path, file: string, problems: Problem[]): void {
  const origin = tree.near(source);
  const present = tree.origin(target);
  if (present?.kind === 'env' || present?.kind === 'flag') return;
  if (tree.get(target) !== undefined) {
    problems.push({ origin, path: source, message: `give either ${target.at(-1)} or ${source.at(-1)}, not both` });
    return;
  }
  try {
    tree.set(target, decoded(readFileSync(file)).replace(/\r?\n$/, ''), origin);
  } catch (error) {
    problems.push({ origin, path: source, message: `the file cannot be read (${messageOf(error)})` });
    // Something stands in its place, so that it is not missing as well.
    tree.set(target, UNREAD, origin);
  }
}

/** Makes known to `secrets` what must never be shown: each secret, and the password of each secret address. */
export function registerSecrets(schema: z.ZodType, tree: Tree, secrets: Secrets): void {
  eachValue(schema, tree.root, (_, at, value) => {
    const kind = fieldOf(at).meta.secret;
    if (kind === undefined || typeof value !== 'string') return;
    if (kind === true) secrets.add(value);
    else secrets.add(passwordOf(value));
  });
}

function passwordOf(address: string): string | undefined {
  const encoded = isUrl(address) ? new URL(address).password : '';
  if (encoded === '') return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/** The part of a secret that may be shown. */
export function hideSecret(kind: true | 'url', value: unknown): string {
  if (kind === true || typeof value !== 'string' || !isUrl(value)) return '[secret]';
  const shown = new URL(value);
  if (shown.password !== '') shown.password = '[secret]';
  return decodeURIComponent(shown.href);
}
