/** Today: what repeats day after day stands in one line. */
import { expect, test } from 'vitest';
import { type Today, type TodayEntry, withoutDaily } from '../../../src/web/today/acts.ts';

type Day = Today['days'][number];

const entry = (id: string, time: string): TodayEntry =>
  ({ id, kind: 'schedules', text: `words of ${id}`, time, at: time }) as unknown as TodayEntry;

const week = (of: (index: number) => TodayEntry[]): Day[] =>
  Array.from({ length: 7 }, (_, index) => ({ day: `2026-11-${20 + index}`, entries: of(index), more: 0 }));

const shown = (days: Day[], index: number) => {
  const { entries, daily } = withoutDaily(days[index] as Day, days);
  return { rows: entries.map(({ id }) => id), daily: daily.map(({ time }) => time) };
};

test('on the days to come the daily is one line, and what is special keeps its row', () => {
  const days = week((index) => [entry('briefing', '07:30'), ...(index === 2 ? [entry('dentist', '10:00')] : [])]);
  expect(shown(days, 0)).toEqual({ rows: ['briefing'], daily: [] });
  expect(shown(days, 2)).toEqual({ rows: ['dentist'], daily: ['07:30'] });
});

test('each hour of a day is one line, today, too', () => {
  const days = week(() => ['8', '9', '10', '11'].map((hour) => entry('kettle', `${hour}:00`)));
  expect(shown(days, 0)).toEqual({ rows: [], daily: ['8:00', '9:00', '10:00', '11:00'] });
});

test('twice a week is not daily', () => {
  const days = week((index) => (index === 1 || index === 4 ? [entry('yoga', '18:00')] : []));
  expect(shown(days, 4)).toEqual({ rows: ['yoga'], daily: [] });
});
