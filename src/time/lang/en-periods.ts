import { type Captures, get, type Rule } from '../match.ts';
import type { DateSpec, Edge, Unit } from '../pieces.ts';
import { monthYear } from './en-dates.ts';

/** Weeks, months, quarters and years, and their ends. */

const period = (
  unit: Unit,
  which: number,
  edge: Edge = 'whole',
  where: { month?: number; year?: number } = {},
): DateSpec => ({
  type: 'period',
  unit,
  which,
  edge,
  ...where,
});

/** A named unit: this one (0), the next (1) … */
const named = (which: number, edge?: Edge) => (c: Captures) => period(get(c, 'p'), which, edge);

const edges: readonly [string, Edge][] = [
  ['at|by|on? the? end|close of', 'end'],
  ['at|by|on? the? starting|first of', 'start'],
  ['in|by|at? the? middle of', 'middle'],
  ['in? mid -?', 'middle'],
];

function edgeRules(): Rule[] {
  return edges.flatMap(([words, edge]): Rule[] => [
    ['date', `${words} the|this? {p:periodUnit}`, named(0, edge)],
    ['date', `${words} next {p:periodUnit}`, named(1, edge)],
    ['date', `${words} {month} {yearSuffix}?`, (c) => period('month', 0, edge, monthYear(c))],
    ...(edge === 'middle' ? [] : [['date', `${words} q {digits} {yearSuffix}?`, quarterEdge(edge)] satisfies Rule]),
  ]);
}

/** "End of Q2" is the end of June. */
function quarterEdge(edge: Edge) {
  return (c: Captures): DateSpec | undefined => {
    const month = get<number>(c, 'digits') * 3 - (edge === 'end' ? 0 : 2);
    return month >= 1 && month <= 12 ? period('month', 0, edge, monthYear({ ...c, month })) : undefined;
  };
}

export const periodRules: readonly Rule[] = [
  ...edgeRules(),
  ['date', 'on|by? the? last day of the|this quarter', () => period('quarter', 0, 'end')],
  ['date', 'on|by? the? last day of next quarter', () => period('quarter', 1, 'end')],
  ['date', 'on|by? the? first day of next quarter', () => period('quarter', 1, 'start')],
  ['date', 'on|the? next|coming leap day', () => ({ type: 'monthday', day: 29, month: 2 })],
  ['date', 'by? eom', () => period('month', 0, 'end')],
  ['date', 'by? eow', () => period('week', 0, 'end')],
  ['date', 'by? eoy', () => period('year', 0, 'end')],
  ['date', 'by? eoq', () => period('quarter', 0, 'end')],
  ['date', "month's|months end", () => period('month', 0, 'end')],
  ['date', "year's end", () => period('year', 0, 'end')],
  ['date', 'in|by? the? next|coming|following {p:periodUnit}', named(1)],
  ['date', 'later? this {p:periodUnit}', named(0)],
  ['date', 'the? {p:periodUnit} after next', named(2)],
  ['date', 'last|past|previous {p:periodUnit}', named(-1)],
  ['date', 'in|during {month} {yearSuffix}?', (c) => period('month', 0, 'whole', monthYear(c))],
  ['date', 'next {month} {yearSuffix}?', (c) => period('month', 1, 'whole', monthYear(c))],
  ['date', '{month} {yearSuffix}', (c) => period('month', 0, 'whole', monthYear(c))],
  ['date', '{month}', (c) => ({ ...period('month', 0, 'whole', monthYear(c)), vague: true })],
  ['periodUnit', 'week|month|year|quarter', (_, [token]) => token?.text],
  ['date', 'in {y:year}', (c) => period('year', 0, 'whole', { year: get(c, 'y') })],
];
