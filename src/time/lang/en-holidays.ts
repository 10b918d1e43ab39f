import type { Captures, Rule } from '../match.ts';
import type { DateSpec, Span } from '../pieces.ts';

/** Holidays, by the names that people give them. */

const get = <T>(captures: Captures, name: string): T => captures[name] as T;

const ONE_DAY: Span = { months: 0, days: 1, workdays: 0, milliseconds: 0 };

/** Named days, each a pattern and its name in `holidays.ts`. */
const NAMED: readonly [string, string][] = [
  ['christmas day?', 'christmas'],
  ['christmas eve', 'christmas-eve'],
  ['boxing day', 'boxing-day'],
  ["new year|year's|years eve", 'new-years-eve'],
  ['nye', 'new-years-eve'],
  ["new year's|years day?", 'new-year'],
  ['the? new year day?', 'new-year'],
  ["valentine|valentine's|valentines day?", 'valentines'],
  ["saint|st .? patrick's|patricks|patrick|paddy's day", 'st-patrick'],
  ['halloween', 'halloween'],
  ["hallowe'en", 'halloween'],
  ['easter sunday?', 'easter'],
  ['easter monday', 'easter-monday'],
  ['good friday', 'good-friday'],
  ['maundy|holy thursday', 'maundy-thursday'],
  ['palm sunday', 'palm-sunday'],
  ['mothering sunday', 'mothering-sunday'],
  ['ash wednesday', 'ash-wednesday'],
  ['shrove|fat|pancake tuesday', 'shrove-tuesday'],
  ['pancake day', 'shrove-tuesday'],
  ['mardi gras tuesday?', 'shrove-tuesday'],
  ['ascension day|thursday', 'ascension'],
  ['pentecost sunday?', 'pentecost'],
  ['whit sunday', 'pentecost'],
  ['whitsun', 'pentecost'],
  ['whit|pentecost monday', 'whit-monday'],
  ["mother's|mothers|mothers' day", 'mothers-day'],
  ["father's|fathers|fathers' day", 'fathers-day'],
  ['giving tuesday', 'giving-tuesday'],
  ["april fool|fools|fool's|fools' day", 'april-fools'],
  ['may day', 'may-day'],
  ['thanksgiving day?', 'thanksgiving'],
  ['black friday', 'black-friday'],
  ['cyber monday', 'cyber-monday'],
  ['independence day', 'independence-day'],
  ['juneteenth', 'juneteenth'],
  ['labor day', 'labor-day'],
  ['memorial day', 'memorial-day'],
  ["veterans|veteran's|veterans' day", 'veterans-day'],
  ['mlk day', 'mlk'],
  ['martin luther king jr? .? day', 'mlk'],
  ["presidents|president's|presidents' day", 'presidents-day'],
  ['columbus day', 'columbus-day'],
  ['groundhog day', 'groundhog'],
  ['cinco de mayo', 'cinco-de-mayo'],
  ['pi day', 'pi-day'],
  ['epiphany', 'epiphany'],
  ['guy fawkes night|day?', 'guy-fawkes'],
  ['bonfire night', 'guy-fawkes'],
  ['bastille day', 'bastille'],
  ['australia day', 'australia-day'],
  ['anzac day', 'anzac'],
  ['canada day', 'canada-day'],
];

export const holidayRules: readonly Rule[] = [
  ...NAMED.map(([pattern, name]): Rule => ['holiday', pattern, () => name]),
  [
    'date',
    'on|at|by|this? {holiday} {yearSuffix}?',
    (c) => ({ type: 'holiday', name: get(c, 'holiday'), year: get<number | undefined>(c, 'yearSuffix') }),
  ],
  [
    'date',
    'on|by? the? eve of {date}',
    (c) => ({ type: 'moved', base: get<DateSpec>(c, 'date'), span: ONE_DAY, sign: -1 }),
  ],
  [
    'date',
    'on|by? {holiday} eve',
    (c) => ({ type: 'moved', base: { type: 'holiday', name: get<string>(c, 'holiday') }, span: ONE_DAY, sign: -1 }),
  ],
  ['date', 'in the new year', () => ({ type: 'holiday', name: 'new-year' })],
  ['date', 'next {holiday}', (c) => ({ type: 'holiday', name: get(c, 'holiday') })],
  ['date', 'last {holiday}', (c) => ({ type: 'holiday', name: get(c, 'holiday'), which: 'last' })],
];
