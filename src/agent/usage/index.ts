/** What models cost: counted for every call, summed for budgets and for whoever asks. */
export { type BudgetState, type Budgets, budgetState, Calendar, type Limit } from './budget.ts';
export {
  addUsage,
  type Cost,
  type CostLine,
  costByModel,
  costByPerson,
  costOfConversation,
  costOfPerson,
  type OwnedUsage,
  owned,
  readSpent,
  repairsSince,
  type SpentDays,
  spentDays,
  spentOf,
  type UsageOwner,
  type UsageRow,
  usageWriting,
} from './store.ts';
