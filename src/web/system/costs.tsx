/** Costs of models: the month beside its budget, and any days by model and by person. */
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { duration, longDay, plural } from '../app/format.ts';
import { useLoad } from '../app/load.ts';
import { keepFilter, query } from '../app/router.ts';
import { Button } from '../parts/button.tsx';
import { BarChart } from '../parts/chart.tsx';
import { Field } from '../parts/field.tsx';
import { Empty, LoadView, Section } from '../parts/page.tsx';

type Report = Json<'/v1/system/costs'>;
type CostLine = Json<'/v1/system/costs/span'>['models'][number];
type Money = (price: number) => string;

export function Costs() {
  const loaded = useLoad('costs', () => ask(api.GET('/v1/system/costs')), ['system']);
  // The choice stands in the address, so that it is there again after a reload.
  const day = /^\d{4}-\d\d-\d\d$/.exec(query.value.get('day') ?? '')?.[0];
  const setDay = (next: string | undefined) => keepFilter('day', next ?? '');
  return (
    <LoadView loaded={loaded}>
      {(report) => {
        const money: Money = (price) => `${price.toFixed(2)} ${report.currency}`;
        return (
          <>
            <Month report={report} money={money} onDay={setDay} />
            <Days today={report.days.at(-1)?.day ?? ''} money={money} pick={day} onPick={setDay} />
            <FirstWords words={report.first_words} />
            {report.unpriced.length > 0 && (
              <Section title="Prices that are not known">
                <ul>
                  {report.unpriced.map((gap) => (
                    <li key={gap}>{gap}.</li>
                  ))}
                </ul>
              </Section>
            )}
          </>
        );
      }}
    </LoadView>
  );
}

interface MonthProps {
  report: Report;
  money: Money;
  onDay: (day: string) => void;
}

function Month({ report: { days, today, month }, money, onDay }: MonthProps) {
  const total = (lines: readonly CostLine[]) => lines.reduce((sum, { price }) => sum + price, 0);
  const [yesterday] = days.slice(-2);
  const hasBudget = month.budget > 0 || today.budget > 0;
  return (
    <Section title="This month">
      <p>
        {money(total(month.people))}
        {month.budget > 0 && ` of ${money(month.budget)}`}; today {money(total(today.people))}
        {today.budget > 0 && ` of ${money(today.budget)}`}
        {yesterday && `; yesterday ${money(yesterday.price)} in ${plural(yesterday.calls, 'call')}`}.
      </p>
      <p class="faint small">
        {hasBudget ? 'The budget is set by' : 'There is no budget. It is set by'}{' '}
        <a href="/system/settings?find=models.budgets">models.budgets</a>.
      </p>
      <BarChart
        label="Cost of the last 30 days"
        days={days.map(({ day }) => day)}
        values={days.map(({ price }) => price)}
        format={money}
        onPick={onDay}
      />
    </Section>
  );
}

const shifted = (day: string, days: number): string => {
  const at = new Date(`${day}T12:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
};

/** Spans that are chosen by a press, each by today as `2026-11-28`. */
const SPANS: Readonly<Record<string, (today: string) => readonly [from: string, to: string]>> = {
  Today: (today) => [today, today],
  Yesterday: (today) => [shifted(today, -1), shifted(today, -1)],
  '7 days': (today) => [shifted(today, -6), today],
  'This month': (today) => [`${today.slice(0, 8)}01`, today],
  'The month before': (today) => {
    const last = shifted(`${today.slice(0, 8)}01`, -1);
    return [`${last.slice(0, 8)}01`, last];
  },
};

interface DaysProps {
  today: string;
  money: Money;
  /** A day chosen by itself, on the chart too. */
  pick: string | undefined;
  onPick: (day: string | undefined) => void;
}

function Days({ today, money, pick, onPick }: DaysProps) {
  const spanName = query.value.get('span') ?? '';
  const name = Object.hasOwn(SPANS, spanName) ? spanName : 'This month';
  const [from, to] = pick === undefined ? (SPANS[name]?.(today) ?? [today, today]) : [pick, pick];
  const words = pick === undefined ? name : longDay(pick);
  const loaded = useLoad(
    `costs ${from} ${to}`,
    // Costs of the days before are shown, under their own words, until the new ones are there.
    async () => ({ of: words, ...(await ask(api.GET('/v1/system/costs/span', { params: { query: { from, to } } }))) }),
    ['system'],
  );
  return (
    <>
      <Section title={`What it went to: ${words}`}>
        <div class="buttons">
          {Object.keys(SPANS).map((each) => (
            <Button
              key={each}
              isPressed={pick === undefined && each === name}
              onClick={() => {
                keepFilter('span', each);
                onPick(undefined);
              }}
            >
              {each}
            </Button>
          ))}
        </div>
        <Field label="A day" type="date" value={pick ?? ''} max={today} onValue={(day) => onPick(day || undefined)} />
      </Section>
      <LoadView loaded={loaded}>
        {({ of, price, calls, models, people }) => (
          <>
            <p class="section">
              {of}: {money(price)} in {plural(calls, 'call')}.
            </p>
            <CostTable title="By model" lines={models} money={money} none="No model was asked." />
            <CostTable title="By person" lines={people} money={money} none="Nothing was spent." />
          </>
        )}
      </LoadView>
    </>
  );
}

function FirstWords({ words }: { words: Report['first_words'] }) {
  return (
    <Section title="Time to the first word, last 24 hours">
      {words.length === 0 && <Empty>No model has answered in this time.</Empty>}
      <ul class="list">
        {words.map(({ model, answers, p50_ms: usual, p95_ms: slow }) => (
          <li key={model} class="row">
            <span class="what">{model}</span>
            <span class="aside">{plural(answers, 'answer')}</span>
            <span class="figures" title="Half of the answers begin sooner (p50)">
              {duration(usual)}
            </span>
            <span class="figures faint" title="One in twenty takes longer (p95)">
              95 %: {duration(slow)}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

interface CostTableProps {
  title: string;
  lines: readonly CostLine[];
  money: Money;
  none: string;
}

function CostTable({ title, lines, money, none }: CostTableProps) {
  return (
    <Section title={title}>
      {lines.length === 0 ? (
        <Empty>{none}</Empty>
      ) : (
        <ul class="list">
          {lines.map(({ name, price, calls, input, output }) => (
            <li key={name} class="row">
              <span class="what">{name}</span>
              <span class="aside">
                {plural(calls, 'call')}, {input.toLocaleString('en')} tokens read, {output.toLocaleString('en')} written
              </span>
              <span class="figures">{money(price)}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
