/** The values that `secret:KEY` stands for in a connector. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Secrets } from '../../base/log.ts';
import { readEnvFile } from '../../config/index.ts';
import type { SkillSecrets } from '../../secrets/index.ts';
import { type Connector, secretsIn } from './definition.ts';
import { texts } from './texts.ts';

/** The name under which `coda secrets set` keeps values of connectors. */
const SCOPE = 'connectors';

export interface ValueSources {
  /** Sealed values, which go first. */
  store: Pick<SkillSecrets, 'valuesFor'>;
  /** The environment. */
  env: Readonly<Record<string, string | undefined>>;
  /** Names of it that may be used. */
  allowed: readonly string[];
  /** Values that the log and answers hide. */
  hidden: Secrets;
}

export type Resolved =
  | { ok: true; values: Record<string, string> }
  | { ok: false; missing: string; why: string | undefined };

/** The values for one person in one space, looked up anew for each call. */
export async function valuesOf(
  { store, env, allowed, hidden }: ValueSources,
  connector: Connector,
  who: { personId: string; spaceId: string },
): Promise<Resolved> {
  const names = secretsIn(connector);
  if (names.length === 0) return { ok: true, values: {} };
  const sealed = await store.valuesFor({ name: SCOPE, secrets: names.map((name) => ({ name })) }, who);
  const missing = (name: string) => sealed[name] === undefined && !(allowed.includes(name) && env[name]);
  const file = names.some(missing) ? secretsFile(connector.root) : { values: {} };
  const values: Record<string, string> = {};
  for (const name of names) {
    const found = sealed[name] ?? (allowed.includes(name) ? env[name] || undefined : undefined) ?? file.values[name];
    if (found === undefined || found === '') return { ok: false, missing: name, why: file.why };
    values[name] = found;
    hidden.add(found);
  }
  return { ok: true, values };
}

/** Values of `secrets/.env` beside the connectors; nothing where others may read it. */
function secretsFile(root: string): { values: Record<string, string>; why?: string } {
  const file = join(root, 'secrets', '.env');
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) return { values: {} };
  const isOpen = process.platform !== 'win32' && (stats.mode & 0o077) !== 0;
  if (isOpen) return { values: {}, why: texts.openFile(file) };
  return { values: readEnvFile(file) };
}
