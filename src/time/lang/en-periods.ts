import type { Captures, Rule } from '../match.ts';
import type { DateSpec, Edge, Unit } from '../pieces.ts';
import { monthYear } from './en-dates.ts';

/** Weeks, months, quarters and years, and their ends. */

const get = <T>(captures: Captures, name: string): T => captures[name] as T;

const period =
  (unit: Unit, which: number, edge: Edge = 'whole') =>
  (): DateSpec => ({ type: 'period', unit, which, edge });

const edges: readonly [string, Edge][] = [
  ['end|close of', 'end'],
  ['the end|close of', 'end'],
  ['at|by|on the? end of', 'end'],
  ['starting|first of', 'start'],
  ['the starting of', 'start'],
  ['at|by|on the starting of', 'start'],
  ['middle of', 'middle'],
  ['the middle of', 'middle'],
  ['in|by|at the middle of', 'middle'],
  ['mid -?', 'middle'],
  ['in mid -?', 'middle'],
];

function edgeRules(): Rule[] {
  return edges.flatMap(([words, edge]): Rule[] => [
    ['date', `${words} the|this? month`, period('month', 0, edge)],
    ['date', `${words} next month`, period('month', 1, edge)],
    ['date', `${words} the|this? week`, period('week', 0, edge)],
    ['date', `${words} next week`, period('week', 1, edge)],
    ['date', `${words} the|this? year`, period('year', 0, edge)],
    ['date', `${words} next year`, period('year', 1, edge)],
    ['date', `${words} the|this? quarter`, period('quarter', 0, edge)],
    ['date', `${words} next quarter`, period('quarter', 1, edge)],
    [
      'date',
      `${words} {month} {yearSuffix}?`,
      (c): DateSpec => ({ type: 'period', unit: 'month', which: 0, edge, ...monthYear(c) }),
    ],
    ...(edge === 'middle' ? [] : [['date', `${words} q {digits} {yearSuffix}?`, quarterEdge(edge)] satisfies Rule]),
  ]);
}

/** "End of Q2" is the end of June. */
function quarterEdge(edge: Edge) {
  return (c: Captures): DateSpec | undefined => {
    const month = get<number>(c, 'digits') * 3 - (edge === 'end' ? 0 : 2);
    const where = monthYear({ ...c, month });
    return month >= 1 && month <= 12 ? { type: 'period', unit: 'month', which: 0, edge, ...where } : undefined;
  };
}

export const periodRules: readonly Rule[] = [
  ...edgeRules(),
  ['date', 'on|by? the? last day of the|this quarter', period('quarter', 0, 'end')],
  ['date', 'on|by? the? last day of next quarter', period('quarter', 1, 'end')],
  ['date', 'on|by? the? first day of next quarter', period('quarter', 1, 'start')],
  ['date', 'on|the? next|coming leap day', () => ({ type: 'monthday', day: 29, month: 2 })],
  ['date', 'eom', period('month', 0, 'end')],
  ['date', 'by eom', period('month', 0, 'end')],
  ['date', 'by? eow', period('week', 0, 'end')],
  ['date', 'by? eoy', period('year', 0, 'end')],
  ['date', 'by? eoq', period('quarter', 0, 'end')],
  ['date', "month's|months end", period('month', 0, 'end')],
  ['date', "year's end", period('year', 0, 'end')],
  [
    'date',
    'in|by? the? next|coming|following {p:periodUnit}',
    (c) => ({ type: 'period', unit: get(c, 'p'), which: 1, edge: 'whole' }),
  ],
  ['date', 'later? this {p:periodUnit}', (c) => ({ type: 'period', unit: get(c, 'p'), which: 0, edge: 'whole' })],
  ['date', 'the {p:periodUnit} after next', (c) => ({ type: 'period', unit: get(c, 'p'), which: 2, edge: 'whole' })],
  ['date', '{p:periodUnit} after next', (c) => ({ type: 'period', unit: get(c, 'p'), which: 2, edge: 'whole' })],
  [
    'date',
    'last|past|previous {p:periodUnit}',
    (c) => ({ type: 'period', unit: get(c, 'p'), which: -1, edge: 'whole' }),
  ],
  [
    'date',
    'in|next|during {month} {yearSuffix}?',
    (c, [first]) => ({
      type: 'period',
      unit: 'month',
      which: first?.text === 'next' ? 1 : 0,
      edge: 'whole',
      ...monthYear(c),
    }),
  ],
  [
    'date',
    '{month} {y:yearSuffix}',
    (c) => ({ type: 'period', unit: 'month', which: 0, edge: 'whole', month: get(c, 'month'), year: get(c, 'y') }),
  ],
  [
    'date',
    '{month}',
    (c) => ({ type: 'period', unit: 'month', which: 0, edge: 'whole', month: get(c, 'month'), vague: true }),
  ],
  ['periodUnit', 'week|month|year|quarter', (_, [token]) => token?.text],
  ['date', 'in {y:year}', (c) => ({ type: 'period', unit: 'year', which: 0, edge: 'whole', year: get(c, 'y') })],
];
