import { uuid } from '../base/ids.ts';
import type { World } from '../base/world.ts';
import type { Item } from '../delivery/index.ts';
import type { Database } from '../storage/index.ts';
import type { Took } from './asking.ts';
import type { Counters } from './counters.ts';
import { ModelError } from './model.ts';
import type { Models } from './models/index.ts';
import type { Turn } from './steps.ts';
import type { ItemContext } from './store.ts';
import * as texts from './texts.ts';
import {
  addUsage,
  type BudgetState,
  budgetState,
  Calendar,
  readSpent,
  spentOf,
  type UsageOwner,
  type UsageRow,
} from './usage/index.ts';

export interface LedgerOptions {
  database: Database;
  world: World;
  /** Undefined where nothing costs. */
  models: Models | undefined;
  /** The household's zone: its days and months are those of the budgets. */
  zone: string;
  counters: Counters;
}

/** What answers cost: counted, written, and held against the budgets. */
export class Ledger {
  private readonly options: LedgerOptions;
  private readonly calendar: Calendar;

  constructor(options: LedgerOptions) {
    this.options = options;
    this.calendar = new Calendar(options.zone);
  }

  /** What an answer took, as it is kept; counted with it. `told`: the person is told with it that little is left. */
  rows(took: Took, told: boolean, purpose: UsageRow['purpose'] = 'answer'): UsageRow[] {
    const { used, repairs } = took;
    const { world, models } = this.options;
    const now = world.clock.now();
    const day = this.calendar.day(now);
    this.count(took);
    return used.map(({ model, usage, estimated }, index) => ({
      id: uuid(now),
      at: now.toISOString(),
      day,
      purpose,
      model,
      input: usage.input,
      cached: usage.cached,
      output: usage.output,
      written: usage.written ?? 0,
      price: models?.prices.of(model, usage) ?? null,
      estimated: estimated === true,
      repairs: index === 0 ? [...repairs] : [],
      told: told && index === 0,
    }));
  }

  /** Writes what belongs to nothing else that is written: a summary, an answer that failed after it had cost. */
  async add(item: Item, turnId: string, rows: UsageRow[]): Promise<void> {
    await addUsage(this.options.database, rows, ownerOf(item, turnId));
  }

  /** What was spent and what may be; undefined where nothing costs. Throws when this one answer has cost enough. */
  async money(item: Item, turn: Turn): Promise<(BudgetState & { told: boolean }) | undefined> {
    const { models, database, world, counters } = this.options;
    if (!models) return undefined;
    const { budgets, currency } = models.settings;
    const rows = turn.steps.flatMap(({ step }) => (step.kind === 'model' ? (step.payload.used ?? []) : []));
    const cost = [...rows, ...turn.nested].reduce((sum, { price }) => sum + (price ?? 0), 0);
    if (cost >= budgets.request) {
      counters.stops.add({ budget: 'request' });
      const said = texts.requestOver(budgets.request, currency);
      throw new ModelError('budget', 'The budget of one answer is used up.', { said });
    }
    const now = world.clock.now();
    const [day, month] = [this.calendar.day(now), this.calendar.month(now)];
    // What was read along with the message is as new as the turn; later on others have spent too.
    const along = turn.steps.length === 0 && turn.nested.length === 0 ? alongOf(item) : null;
    const spent = along ? spentOf(along, day, month) : await readSpent(database, item.person.id, day, month);
    return { ...budgetState(spent, budgets), told: spent.told || rows.some(({ told }) => told) };
  }

  private count({ used, repairs }: Took): void {
    const { counters, models } = this.options;
    for (const repair of repairs) counters.repairs.add({ repair });
    for (const { model, usage } of used) {
      for (const kind of ['input', 'cached', 'output'] as const) counters.tokens.add({ model, kind }, usage[kind]);
      counters.cost.add({ model }, models?.prices.of(model, usage) ?? 0);
    }
  }
}

function alongOf(item: Item): ItemContext['spent'] {
  return (item.context as unknown as ItemContext).spent;
}

function ownerOf({ id: inboxId, person, conversation }: Item, turnId: string): UsageOwner {
  return { personId: person.id, conversationId: conversation.id, spaceId: conversation.place.space, turnId, inboxId };
}
