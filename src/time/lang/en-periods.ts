import type { DateSpec, Edge, Unit } from '../pieces.ts';
import { monthYear } from './en-dates.ts';
import { date, rule } from './grammar.ts';

/** Weeks, months, quarters and years, and their ends. */

const period = (
  unit: Unit,
  which: number,
  edge: Edge = 'whole',
  where: { month?: number; year?: number } = {},
): DateSpec => ({ type: 'period', unit, which, edge, ...where });

export const wholeYear = (year: number) => period('year', 0, 'whole', { year });

const ofMonth = (c: { month: number; yearSuffix?: number }, edge?: Edge) => period('month', 0, edge, monthYear(c));

const edgeRules = (
  [
    ['at|by|on? the? end|close of', 'end'],
    ['at|by|on? the? starting|first of', 'start'],
    ['in|by|at? the? middle of', 'middle'],
    ['in? mid -?', 'middle'],
  ] as const
).flatMap(([words, edge]) => [
  date(`${words} the|this? {p:periodUnit}`, (c) => period(c.p, 0, edge)),
  date(`${words} next {p:periodUnit}`, (c) => period(c.p, 1, edge)),
  date(`${words} {month} {yearSuffix}?`, (c) => ofMonth(c, edge)),
  // "End of Q2" is the end of June.
  date(`${words} q {q:digits} {yearSuffix}?`, (c) =>
    edge !== 'middle' && c.q > 0 && c.q < 5
      ? ofMonth({ ...c, month: c.q * 3 - (edge === 'end' ? 0 : 2) }, edge)
      : undefined,
  ),
]);

export const periodRules = [
  ...edgeRules,
  date('on|by? the? last day of the|this quarter', () => period('quarter', 0, 'end')),
  date('on|by? the? last day of next quarter', () => period('quarter', 1, 'end')),
  date('on|by? the? first day of next quarter', () => period('quarter', 1, 'start')),
  date('on|the? next|coming leap day', () => ({ type: 'monthday', day: 29, month: 2 })),
  date("< by? eom || month's|months end >", () => period('month', 0, 'end')),
  date('by? eow', () => period('week', 0, 'end')),
  date("< by? eoy || year's end >", () => period('year', 0, 'end')),
  date('by? eoq', () => period('quarter', 0, 'end')),
  date('in|by? the? next|coming|following {p:periodUnit}', (c) => period(c.p, 1)),
  date('later? this {p:periodUnit}', (c) => period(c.p, 0)),
  date('the? {p:periodUnit} after next', (c) => period(c.p, 2)),
  date('last|past|previous {p:periodUnit}', (c) => period(c.p, -1)),
  date('in|during {month} {yearSuffix}?', (c) => ofMonth(c)),
  date('next {month} {yearSuffix}?', (c) => period('month', 1, 'whole', monthYear(c))),
  date('{month} {yearSuffix}', (c) => ofMonth(c)),
  date('{year} -|.|/|,? {month}', ({ year, month }) => ofMonth({ month, yearSuffix: year })),
  date('{month}', (c) => ({ ...ofMonth(c), vague: true })),
  rule('periodUnit', 'week|month|year|quarter', (_, [token]) => token?.text as Unit),
  date('in {year}', (c) => wholeYear(c.year)),
];
