/** Checks of the models. */
import { Calendar, checkProvider, costByModel, type Models, repairsSince } from '../../agent/index.ts';
import { type Clock, DAY_MS } from '../../base/clock.ts';
import { listOf } from '../../base/text.ts';
import type { HealthCheck } from '../../chat/index.ts';
import type { Config } from '../../config/index.ts';
import type { Database } from '../../storage/index.ts';
import { gapsTold } from '../cost.ts';
import { tellingOverrides } from './overrides.ts';

interface ModelParts {
  models: Models;
  database: Database;
  clock: Clock;
  zone: string;
  overridden: Config['overridden'];
}

/**
 * True if each provider can be reached with its key, what is known of prices, and how often answers had to be put
 * right.
 */
export function modelChecks({ models, database, clock, zone, overridden }: ModelParts): HealthCheck[] {
  const providers = Object.keys(models.settings.providers).map((name): HealthCheck => {
    const check = { name: `models ${name}`, check: (signal: AbortSignal) => checkProvider(name, models, signal) };
    return tellingOverrides(check, `models.providers.${name}`, overridden);
  });
  const repairs: HealthCheck = {
    name: 'model repairs',
    async check() {
      const since = new Date(clock.now().getTime() - DAY_MS);
      const counted = await repairsSince(database, since);
      const says = counted.map(({ repair, times }) => `${repair.replaceAll('_', ' ')} ${times}×`).join(', ');
      return { ok: true, says: `put right within a day: ${says || 'nothing'}` };
    },
  };
  const quirks: HealthCheck = {
    name: 'model quirks',
    async check() {
      const found = models.asked().flatMap((name) => models.quirks(name).map((quirk) => ({ name, ...quirk })));
      const refused = models.asked().flatMap((name) => {
        const { reason } = models.learnt(name);
        return reason === undefined ? [] : [`${name} refused the last request: “${reason}”`];
      });
      if (found.length + refused.length === 0) return { ok: true, says: 'none found since the start' };
      const settings = [...new Set(found.flatMap(({ setting }) => setting ?? []))];
      return {
        ok: false,
        code: 'MODEL_REFUSES',
        severity: 'warning',
        says: [...found.map(({ name, what, instead }) => `${name} refuses ${what}: ${instead}`), ...refused].join('; '),
        remedy:
          settings.length > 0
            ? `Set ${listOf(settings)}, which spares a refused request after each start.`
            : 'Mend what it names, or choose another model.',
      };
    },
  };
  return [...providers, pricesCheck(models, database, clock, new Calendar(zone)), quirks, repairs];
}

function pricesCheck(models: Models, database: Database, clock: Clock, calendar: Calendar): HealthCheck {
  return {
    name: 'model prices',
    async check() {
      const now = clock.now();
      // Those that people chose for themselves cost as well.
      const asked = await costByModel(database, calendar.month(now), calendar.day(now));
      const told = gapsTold(models.prices.gaps([...new Set([...models.names(), ...asked.map(({ name }) => name)])]));
      if (told.length === 0) return { ok: true, says: 'known' };
      const remedy = 'Set it under models.prices, or models.prices.default for all of them.';
      return { ok: false, code: 'MODEL_PRICE', severity: 'warning', says: told.join('; '), remedy };
    },
  };
}
