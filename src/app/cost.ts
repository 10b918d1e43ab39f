import { Calendar, type CostLine, costByModel, costByPerson, openPrices, type PriceGaps } from '../agent/index.ts';
import { listOf } from '../base/text.ts';
import type { Config } from '../config/index.ts';
import type { Database } from '../storage/index.ts';
import { defaultZone } from './settings.ts';

/** Costs of models for everybody, in the price table's currency. */
export interface CostReport {
  currency: string;
  /** Both days included, `YYYY-MM-DD`. */
  spans: { name: 'today' | 'this month'; from: string; to: string; budget: number; people: CostLine[] }[];
  models: CostLine[];
  unpriced: string[];
}

export async function costReport(database: Database, config: Config, now: Date): Promise<CostReport> {
  const calendar = new Calendar(defaultZone(config));
  const [day, month] = [calendar.day(now), calendar.month(now)];
  const { day: ofDay = 0, month: ofMonth = 0 } = config.models?.budgets.all ?? {};
  const models = await costByModel(database, month, day);
  const gaps = config.models && openPrices(config.models).gaps(models.map(({ name }) => name));
  return {
    currency: config.models?.currency ?? 'USD',
    spans: [
      { name: 'today', from: day, to: day, budget: ofDay, people: await costByPerson(database, day, day) },
      { name: 'this month', from: month, to: day, budget: ofMonth, people: await costByPerson(database, month, day) },
    ],
    models,
    unpriced: gaps ? gapsTold(gaps) : [],
  };
}

export function gapsTold({ guessed, unknown }: PriceGaps): string[] {
  return [
    ...(guessed.length > 0 ? [`Price not known of ${listOf(guessed)}: counted like the dearest of its provider`] : []),
    ...(unknown.length > 0 ? [`Price not known of ${listOf(unknown)}: counted towards no budget`] : []),
  ];
}
