import { createHash } from 'node:crypto';
import { append, lastConfigChange, rowOf } from '../audit/index.ts';
import { groupBy } from '../base/async.ts';
import type { Instant } from '../base/clock.ts';
import { canonicalJson } from '../base/json.ts';
import type { Config } from '../config/index.ts';
import type { Database } from '../storage/index.ts';

/** At a start: an entry in the log of what was done if a block of the configuration is not as it was at the last one. */
export async function recordConfig(database: Database, config: Config, now: Instant): Promise<void> {
  await database.tx('audit.config', async (tx) => {
    const last = (await lastConfigChange(tx)) as { blocks?: Record<string, string> } | undefined;
    const blocks = fingerprints(config);
    const names = new Set([...Object.keys(blocks), ...Object.keys(last?.blocks ?? {})]);
    const changed = [...names].filter((name) => blocks[name] !== last?.blocks?.[name]).sort();
    if (changed.length === 0) return;
    const detail = { changed: last ? changed : ['all'], blocks };
    const entry = { action: 'config.change', subject: undefined, personId: undefined, origin: 'start' } as const;
    append(tx, [rowOf({ ...entry, at: now, detail })]);
  });
}

/** Of each block, the beginning of a hash of what stands in it; secrets are hidden in it. */
function fingerprints(config: Config): Record<string, string> {
  const blocks = groupBy(config.entries(), ({ path }) => path.split('.')[0] ?? '');
  return Object.fromEntries(
    [...blocks].map(([name, entries]) => {
      const values = canonicalJson(entries.map(({ path, value }) => [path, value]));
      return [name, createHash('sha256').update(values).digest('hex').slice(0, FINGERPRINT)];
    }),
  );
}

/** Hexadecimal digits. */
const FINGERPRINT = 12;
