import type { CoreValues } from '../../config/index.ts';
import type { HeldMoney, SpentMoney } from './store.ts';

export { DaySums } from './day-sums.ts';
export {
  addLoneUsage,
  addUsage,
  BY_NOW,
  type Cost,
  type CostLine,
  costByDay,
  costByModel,
  costByPerson,
  costOfConversation,
  costOfPerson,
  endReservations,
  messageFence,
  type OwnedUsage,
  ownUsage,
  readSpent,
  repairsSince,
  reserve,
  reservedByOthers,
  type SpentAlong,
  type SpentDays,
  type SpentMoney,
  spentDays,
  spentOf,
  type UsageOwner,
  type UsageRow,
  usageWriting,
} from './store.ts';

export type Budgets = NonNullable<CoreValues['models']>['budgets'];

export interface Limit {
  whose: 'person' | 'all';
  period: 'day' | 'month';
  limit: number;
  spent: number;
}

export interface BudgetState {
  over?: Limit;
  /** Little is left: what is asked now goes to the light model. */
  low?: Limit;
}

/** Answers under way that need no reservation, where each could cost the most that one may. */
const AT_ONCE = 100;

export function budgetState(spending: SpentMoney, budgets: Budgets): BudgetState {
  const limits = limitsOf(spending, budgets);
  const over = limits.find(({ limit, spent }) => spent >= limit);
  if (over) return { over };
  const [nearest] = limits.sort((a, b) => a.limit - a.spent - (b.limit - b.spent));
  return nearest && nearest.limit - nearest.spent < budgets.low ? { low: nearest } : {};
}

function limitsOf(spending: SpentMoney, budgets: Budgets): Limit[] {
  return [
    { whose: 'person', period: 'day', limit: budgets.person.day, spent: spending.personDay },
    { whose: 'all', period: 'day', limit: budgets.all.day, spent: spending.allDay },
    { whose: 'person', period: 'month', limit: budgets.person.month, spent: spending.personMonth },
    { whose: 'all', period: 'month', limit: budgets.all.month, spent: spending.allMonth },
  ];
}

export function isAmple(spending: SpentMoney, budgets: Budgets, price: number): boolean {
  return limitsOf(spending, budgets).every((each) => each.limit - each.spent >= price * AT_ONCE);
}

export function leastLeft(spending: SpentMoney, budgets: Budgets): number {
  return Math.min(...limitsOf(spending, budgets).map((each) => each.limit - each.spent));
}

/**
 * True if an answer that may cost `price` fits beside those under way; one alone always does, however much it may cost,
 * or what is left could never be spent. Pure.
 */
export function mayBegin(spending: SpentMoney, reservations: HeldMoney, budgets: Budgets, price: number): boolean {
  return limitsOf(spending, budgets).every((each) => {
    const beside = reservations[each.whose];
    return beside === 0 || each.spent + beside + price <= each.limit;
  });
}

export class Calendar {
  private readonly format: Intl.DateTimeFormat;
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
