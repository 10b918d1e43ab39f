/** The daily look at the catalogs that skills were installed from. */

import { CodaError } from '../../../base/errors.ts';
import type { HealthCheck, SystemTask } from '../../../chat/index.ts';
import type { JobHandler } from '../../../jobs/index.ts';
import { readerOf } from '../../../storage/index.ts';
import { MARKET_WITHIN_MS, type MarketDeps, openCatalog } from './market.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

export const MARKET_TASK = 'skills.market';

/** Once a day: a skill that its catalog revokes rests within that time. */
export const marketTask: SystemTask = { name: MARKET_TASK, kind: MARKET_TASK, cron: '41 4 * * *', missed: 'latest' };

/** Asks nobody where nothing is installed from a catalog that can revoke. */
export function marketJob(deps: MarketDeps): JobHandler {
  return {
    kind: MARKET_TASK,
    alone: true,
    async run(_, signal) {
      const { database, world } = deps;
      const reader = readerOf(database);
      const used = new Set((await store.installs(reader)).map(({ catalog }) => catalog));
      for (const { location, serial } of await store.catalogs(reader)) {
        if (serial === null || !used.has(location)) continue;
        try {
          await openCatalog(deps, { location }, AbortSignal.any([signal, AbortSignal.timeout(MARKET_WITHIN_MS)]));
        } catch (error) {
          if (!(error instanceof CodaError) || signal.aborted) throw error;
          const { message } = error;
          world.log.warn({ catalog: location, error: message }, 'a catalog of skills could not be looked at');
          await database.tx('skills.market.failed', (tx) =>
            store.noteFailure(tx, location, message, world.clock.now()),
          );
        }
      }
    },
  };
}

/** Catalogs that the last daily look could not read, and skills that rest. */
export function marketCheck({ database, host }: Pick<MarketDeps, 'database' | 'host'>): HealthCheck {
  return {
    name: 'skill catalogs',
    async check() {
      const known = await store.catalogs(readerOf(database));
      const failed = known.filter(({ failure }) => failure !== null);
      const [first, ...also] = failed.map(({ location, failure }) => ({
        ...{ ok: false, severity: 'warning' as const, code: 'SKILL_CATALOG' },
        ...{ says: texts.checkFailed(location, failure ?? ''), remedy: texts.checkRemedy() },
      }));
      if (first) return { ...first, also };
      const resting = [...host.decisions().resting.keys()];
      if (resting.length === 0) return { ok: true, says: texts.checkOk(known.length) };
      const says = texts.checkResting(resting);
      return { ok: true, code: 'SKILL_RESTS', severity: 'notice', says, remedy: texts.restingRemedy() };
    },
  };
}
