/** What models cost: counted for every call, summed for budgets and for whoever asks. */
export {
  type BudgetState,
  type Budgets,
  budgetState,
  Calendar,
  isAmple,
  type Limit,
  leastLeft,
  mayBegin,
} from './budget.ts';
export { endReservations, held, reserve } from './reservations/store.ts';
export {
  addUsage,
  BY_NOW,
  type Cost,
  type CostLine,
  costByModel,
  costByPerson,
  costOfConversation,
  costOfPerson,
  messageFence,
  type OwnedUsage,
  owned,
  readSpent,
  repairsSince,
  type Spent,
  type SpentDays,
  spentDays,
  spentOf,
  type UsageOwner,
  type UsageRow,
  usageWriting,
} from './store.ts';
