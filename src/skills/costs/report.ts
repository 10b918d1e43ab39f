import { z } from 'zod';
import { Calendar, type CostLine, costByModel, costByPerson, gapsTold, openPrices } from '../../agent/index.ts';
import type { Clock } from '../../base/clock.ts';
import { plural } from '../../base/text.ts';
import { operation } from '../../chat/operation.ts';
import type { CoreValues } from '../../config/index.ts';
import type { Database } from '../../storage/index.ts';

/** Sources of the report: `models` as the configuration has them, and the zone whose days are counted. */
export interface CostParts {
  database: Database;
  models: CoreValues['models'];
  zone: string;
}

/** Costs of models for everybody, in the price table's currency. */
export interface CostReport {
  currency: string;
  /** Both days included, `YYYY-MM-DD`. */
  spans: { name: 'today' | 'this month'; from: string; to: string; budget: number; people: CostLine[] }[];
  models: CostLine[];
  unpriced: string[];
}

export async function costReport({ database, models: settings, zone }: CostParts, now: Date): Promise<CostReport> {
  const calendar = new Calendar(zone);
  const [day, month] = [calendar.day(now), calendar.month(now)];
  const { day: ofDay = 0, month: ofMonth = 0 } = settings?.budgets.all ?? {};
  const models = await costByModel(database, month, day);
  const gaps = settings && openPrices(settings).gaps(models.map(({ name }) => name));
  return {
    currency: settings?.currency ?? 'USD',
    spans: [
      { name: 'today', from: day, to: day, budget: ofDay, people: await costByPerson(database, day, day) },
      { name: 'this month', from: month, to: day, budget: ofMonth, people: await costByPerson(database, month, day) },
    ],
    models,
    unpriced: gaps ? gapsTold(gaps) : [],
  };
}

const spent = operation({
  name: 'cost',
  example: 'coda cost',
  input: z.object({}),
  json: 'indented',
  run: ({ clock, ...parts }: CostParts & { clock: Clock }) => costReport(parts, clock.now()),
  show: (report) => `${costLines(report).join('\n')}\n`,
});

export const costOperations = [spent];

function costLines({ currency, spans, models, unpriced: gaps }: CostReport): string[] {
  const line = ({ name, calls, price, input, cached, output, unpriced }: CostReport['models'][number]) => {
    const tokens = `${plural(calls, 'call')}, ${count(input + cached)} tokens read, ${count(output)} written`;
    const more = unpriced > 0 ? `, ${count(unpriced)} without a known price` : '';
    return `  ${name.padEnd(28)} ${price.toFixed(2).padStart(9)} ${currency}  ${tokens}${more}`;
  };
  const total = (lines: CostReport['models']) => lines.reduce((sum, { price }) => sum + price, 0);
  return [
    ...spans.flatMap(({ name, people, budget }) => [
      `${name}: ${total(people).toFixed(2)}${budget > 0 ? ` of ${budget.toFixed(2)}` : ''} ${currency}`,
      ...people.map(line),
    ]),
    'models this month:',
    ...(models.length === 0 ? ['  none was asked'] : models.map(line)),
    ...gaps.map((gap) => `${gap}.`),
  ];
}

const count = (tokens: number) => tokens.toLocaleString('en');
