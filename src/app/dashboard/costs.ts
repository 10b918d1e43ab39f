import { Calendar, type CostLine, costByDay } from '../../agent/index.ts';
import type { Page, PageRow } from '../../chat/index.ts';
import { addDays } from '../../time/index.ts';
import { costReport } from '../cost.ts';
import { defaultZone } from '../settings.ts';
import type { DashboardParts } from './parts.ts';

const DAYS = 30;

const gapRow = (gap: string): PageRow => ({ id: gap, cells: [`${gap}.`] });

/** Costs of models: by day, by person, by model. */
export function costsPage({ config, database }: DashboardParts): Page {
  const calendar = new Calendar(defaultZone(config));
  return {
    path: '/costs',
    title: 'Costs',
    scope: 'admin',
    async load({ db, now }) {
      const { currency, spans, models, unpriced } = await costReport(database, config, now);
      const money = (price: number) => `${price.toFixed(2)} ${currency}`;
      const today = calendar.day(now);
      const days = Array.from({ length: DAYS }, (_, ago) => addDays(today, -ago)).reverse();
      const spent = new Map((await costByDay(db, days[0] ?? '', days.at(-1) ?? '')).map((each) => [each.day, each]));
      const bars = days.map((label) => {
        const { price = 0, calls = 0 } = spent.get(label) ?? {};
        return { label, value: price, text: `${money(price)}, ${calls} calls` };
      });
      const row = ({ name, price, calls, input, output }: CostLine): PageRow => ({
        id: name,
        cells: [name, money(price), `${calls}`, `${input}`, `${output}`],
      });
      const columns = ['Name', 'Spent', 'Calls', 'Tokens read', 'Tokens written'];
      return [
        { kind: 'bars', title: 'The last 30 days', bars, none: 'Nothing.' },
        ...spans.map(({ name, budget, people }) => ({
          ...{ kind: 'table' as const, columns, rows: people.map(row), none: 'Nothing was spent.' },
          title: `People, ${name}${budget > 0 ? ` (budget: ${money(budget)})` : ''}`,
        })),
        { kind: 'table', title: 'Models, this month', columns, rows: models.map(row), none: 'No model was asked.' },
        ...(unpriced.length > 0
          ? [
              {
                kind: 'table' as const,
                title: 'Prices',
                columns: ['What is not known'],
                rows: unpriced.map(gapRow),
                none: '',
              },
            ]
          : []),
      ];
    },
  };
}
