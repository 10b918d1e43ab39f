/** Costs of models over HTTP: of the last days, beside the budgets, and of any days by model and by person. */
import { z } from 'zod';
import { Calendar, type CostLine, costByDay, costByModel, costByPerson } from '../../agent/index.ts';
import { type AnyRoute, route, type SkillDeps } from '../../chat/index.ts';
import { addDays } from '../../time/index.ts';
import { type CostParts, costReport } from './report.ts';
import { firstWords } from './store.ts';

interface RouteParts extends CostParts {
  readCaller: SkillDeps['people']['readCaller'];
}

const TAG = 'system';

const costLine = z.object({
  name: z.string(),
  price: z.number(),
  calls: z.int(),
  input: z.int().describe('Tokens read, those of the cache too.'),
  output: z.int(),
});

const costs = z.object({
  currency: z.string(),
  days: z
    .array(z.object({ day: z.iso.date(), price: z.number(), calls: z.int() }))
    .describe('The last 30, the oldest first.'),
  today: z.object({ budget: z.number().describe('0: none.'), people: z.array(costLine) }),
  month: z.object({ budget: z.number().describe('0: none.'), people: z.array(costLine) }),
  models: z.array(costLine).describe('This month.'),
  first_words: z
    .array(z.object({ model: z.string(), answers: z.int(), p50_ms: z.int(), p95_ms: z.int() }))
    .describe('Milliseconds from a request to the first word of the answer, over the last 24 hours.'),
  unpriced: z.array(z.string()).describe('What is not known of prices.'),
});

const DAYS = 30;
const DAY_MS = 86_400_000;

const costOf = ({ name, price, calls, input, cached, output }: CostLine): z.output<typeof costLine> => ({
  name,
  price,
  calls,
  input: input + cached,
  output,
});

/** Days of a query: no more than two years, and none of them looked at one by one. */
const MOST_DAYS = 731;

export const costRoutes = (parts: RouteParts): AnyRoute[] => [costsRoute(parts), spanRoute(parts)];

function costsRoute(parts: RouteParts): AnyRoute {
  const calendar = new Calendar(parts.zone);
  return route({
    method: 'GET',
    path: '/v1/system/costs',
    scope: 'admin',
    tag: TAG,
    summary: 'What models have cost: by day, by person, by model, beside the budgets.',
    answers: { 200: { description: 'In the currency of the price table.', schema: costs } },
    examples: [{ summary: 'Until now', status: 200 }],
    async answerRequest(request) {
      const { db, now } = await parts.readCaller(request);
      const { currency, spans, models, unpriced } = await costReport(parts, now);
      const today = calendar.day(now);
      const days = Array.from({ length: DAYS }, (_, ago) => addDays(today, -ago)).reverse();
      const words = await firstWords(db, new Date(now.getTime() - DAY_MS));
      const costsByDay = new Map((await costByDay(db, days[0] ?? '', today)).map((each) => [each.day, each]));
      const spanOf = (wanted: string) => {
        const span = spans.find(({ name }) => name === wanted);
        return { budget: span?.budget ?? 0, people: (span?.people ?? []).map(costOf) };
      };
      const json = {
        currency,
        days: days.map((day) => ({
          day,
          price: costsByDay.get(day)?.price ?? 0,
          calls: costsByDay.get(day)?.calls ?? 0,
        })),
        today: spanOf('today'),
        month: spanOf('this month'),
        models: models.map(costOf),
        first_words: words.map(({ model, answers, p50, p95 }) => ({ model, answers, p50_ms: p50, p95_ms: p95 })),
        unpriced,
      };
      return { body: { json } };
    },
  });
}

/** No year 0, which the database does not have. */
const FIRST_DAY = '0001-01-01';

const span = z
  .strictObject({ from: z.iso.date(), to: z.iso.date().describe('That day, too.') })
  .refine(({ from, to }) => from >= FIRST_DAY && from <= to && to < addDays(from, MOST_DAYS), {
    error: `expected from before to, and at most ${MOST_DAYS} days`,
    path: ['to'],
  });

function spanRoute({ database }: Pick<RouteParts, 'database'>): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/system/costs/span',
    scope: 'admin',
    tag: TAG,
    summary: 'What models have cost on some days, by model and by person; a day is one of the household’s zone.',
    query: span,
    answers: {
      200: {
        description: 'The dearest first.',
        schema: z.object({
          from: z.iso.date(),
          to: z.iso.date(),
          price: z.number(),
          calls: z.int(),
          models: z.array(costLine),
          people: z.array(costLine),
        }),
      },
    },
    async answerRequest({ query: { from, to } }) {
      const [models, people] = await Promise.all([costByModel(database, from, to), costByPerson(database, from, to)]);
      const sum = (value: (line: CostLine) => number) => people.reduce((total, line) => total + value(line), 0);
      const [price, calls] = [sum((line) => line.price), sum((line) => line.calls)];
      return { body: { json: { from, to, price, calls, models: models.map(costOf), people: people.map(costOf) } } };
    },
  });
}
