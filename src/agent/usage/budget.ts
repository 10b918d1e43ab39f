import type { CoreValues } from '../../config/index.ts';
import type { Spent } from './store.ts';

export type Budgets = NonNullable<CoreValues['models']>['budgets'];

/** A limit that was reached, or nearly. */
export interface Limit {
  whose: 'person' | 'all';
  period: 'day' | 'month';
  limit: number;
  spent: number;
}

export interface BudgetState {
  /** Nothing more may be spent. */
  over?: Limit;
  /** Little is left: what is asked now goes to the light model. */
  low?: Limit;
}

/** Where a person stands. Pure. */
export function budgetState(spent: Spent, budgets: Budgets): BudgetState {
  const limits: Limit[] = [
    { whose: 'person', period: 'day', limit: budgets.person.day, spent: spent.personDay },
    { whose: 'all', period: 'day', limit: budgets.all.day, spent: spent.allDay },
    { whose: 'person', period: 'month', limit: budgets.person.month, spent: spent.personMonth },
    { whose: 'all', period: 'month', limit: budgets.all.month, spent: spent.allMonth },
  ];
  const over = limits.find(({ limit, spent }) => spent >= limit);
  if (over) return { over };
  const [nearest] = limits.sort((a, b) => a.limit - a.spent - (b.limit - b.spent));
  return nearest && nearest.limit - nearest.spent < budgets.low ? { low: nearest } : {};
}

/** Days as the household counts them. */
export class Calendar {
  private readonly format: Intl.DateTimeFormat;
  /** Asked for again and again within the same minute. */
  private last = { minute: Number.NaN, day: '' };

  constructor(zone: string) {
    this.format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
  }

  /** `YYYY-MM-DD`. */
  day(at: Date): string {
    const minute = Math.floor(at.getTime() / 60_000);
    if (minute === this.last.minute) return this.last.day;
    const parts = this.format.formatToParts(at);
    const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
    const day = `${part('year')}-${part('month')}-${part('day')}`;
    this.last = { minute, day };
    return day;
  }

  /** The first day of the month, `YYYY-MM-01`. */
  month(at: Date): string {
    return `${this.day(at).slice(0, 8)}01`;
  }
}
