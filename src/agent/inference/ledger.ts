import { sleep } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import { uuid } from '../../base/ids.ts';
import { omitUndefined } from '../../base/json.ts';
import type { World } from '../../base/world.ts';
import type { Item } from '../../delivery/index.ts';
import type { Database } from '../../storage/index.ts';
import type { Counters } from '../counters.ts';
import type { Models } from '../models/index.ts';
import * as texts from '../texts.ts';
import { payerOf } from '../turn/record/store.ts';
import type { ItemContext } from '../turn/store.ts';
import type { Turn } from '../turn/turn.ts';
import {
  addLoneUsage,
  addUsage,
  type BudgetState,
  type Budgets,
  budgetState,
  Calendar,
  endReservations,
  isAmple,
  leastLeft,
  mayBegin,
  readSpent,
  reserve,
  reservedByOthers,
  type SpentMoney,
  spentOf,
  type UsageRow,
} from '../usage/index.ts';
import { ModelError } from './model.ts';
import type { AnswerCost } from './request-model.ts';

/** Whoever waits for what is left looks again after this long, in real time: others may be in other processes. */
const LOOK_MS = 100;
/** Time to wait for an answer whose cost is unknown, which is the first one. */
const UNKNOWN_MS = 5_000;
/** Expiry of a reservation; longer than a turn takes. */
const EXPIRY_MS = 15 * 60_000;

export interface LedgerOptions {
  database: Database;
  world: World;
  /** Undefined where nothing costs. */
  models: Models | undefined;
  zone: string;
  counters: Counters;
}

export interface Money extends BudgetState {
  spent: SpentMoney;
  told: boolean;
  reservation?: string;
}

type Spender = Pick<Turn, 'id' | 'nested' | 'reserved' | 'isResumed'> & { steps: readonly Turn['steps'][number][] };

interface Payer {
  person: { id: string };
  context?: unknown;
}

interface RowOptions {
  told?: boolean;
  purpose?: UsageRow['purpose'];
  reservation?: string | undefined;
}

export class Ledger {
  private readonly options: LedgerOptions;
  private readonly calendar: Calendar;

  constructor(options: LedgerOptions) {
    this.options = options;
    this.calendar = new Calendar(options.zone);
  }

  /**
   * Rows of an answer's usage; counted with it. `told`: the person is told with it that little is left. `reservation`:
   * ends when the rows are written.
   */
  rows(cost: AnswerCost, { told = false, purpose = 'answer', reservation }: RowOptions = {}): UsageRow[] {
    const { used, repairs } = cost;
    const { world, models } = this.options;
    const now = world.clock.now();
    const day = this.calendar.day(now);
    this.count(cost);
    return used.map(({ model, usage, estimated, firstMs }, index) => ({
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
      ...omitUndefined({
        first: firstMs,
        reservation: index === 0 && reservation !== undefined ? reservation : undefined,
      }),
    }));
  }

  /** The row of what has no tokens and a price of its own. */
  row({ model, price, purpose }: Pick<UsageRow, 'model' | 'price' | 'purpose'>): UsageRow {
    const now = this.options.world.clock.now();
    this.options.counters.cost.add({ model }, price ?? 0);
    const none = { input: 0, cached: 0, output: 0, written: 0 };
    const day = this.calendar.day(now);
    return {
      id: uuid(now),
      at: now.toISOString(),
      day,
      purpose,
      model,
      ...none,
      price,
      estimated: false,
      repairs: [],
      told: false,
    };
  }

  async add(item: Item, turnId: string, rows: UsageRow[]): Promise<void> {
    await addUsage(this.options.database, rows, payerOf(item, turnId));
  }

  async addAlone(asked: { personId: string; conversationId?: string | undefined }, rows: UsageRow[]): Promise<void> {
    await addLoneUsage(this.options.database, rows, asked);
  }

  /** Writes what an answer took that could not be stored; what was written even so counts once. */
  async charge(item: Item, turnId: string, rows: readonly UsageRow[]): Promise<void> {
    try {
      await this.add(item, turnId, [...rows]);
    } catch (error) {
      // Why the answer could not be stored is told by whoever rolls it back.
      this.options.world.log.warn(
        { turn: turnId, error: messageOf(error) },
        'what an answer took could not be counted',
      );
    }
  }

  /**
   * The budget state; undefined where nothing costs. The cost `worst` of the answer is reserved, unless so much is left
   * that nobody else need be looked at; where others under way may use up what is left, it waits until they have not.
   * Throws when this one answer has cost enough, and when it is stopped.
   */
  async admit(
    item: Payer,
    turn: Spender,
    worst: (money: Money) => number,
    signal: AbortSignal,
  ): Promise<Money | undefined> {
    const first = await this.money(item, turn);
    if (!first || first.over) return first;
    const price = worst(first);
    const { dearest } = first.spent;
    if (price === 0 || (dearest > 0 && isAmple(first.spent, this.budgets, Math.max(price, dearest)))) return first;
    for (let waited = 0; ; waited += LOOK_MS) {
      const money = await this.reserve(item, turn, worst, waited);
      if (money.over || money.reservation !== undefined) return money;
      await sleep(LOOK_MS, signal).catch(() => {
        throw new ModelError('cancelled', 'The turn was stopped.');
      });
    }
  }

  async release(turn: Turn, ...ids: (string | undefined)[]): Promise<void> {
    const reservationIds = ids.filter((id) => id !== undefined);
    if (reservationIds.length > 0) await endReservations(this.options.database, turn.id, reservationIds);
  }

  async close(turn: Spender): Promise<void> {
    const { models, database, world } = this.options;
    if (!models || (turn.reserved.length === 0 && !turn.isResumed)) return;
    try {
      await endReservations(database, turn.id, turn.reserved, turn.isResumed);
    } catch (error) {
      // The turn itself has been written; what is left ends at its own time.
      world.log.warn({ turn: turn.id, error: messageOf(error) }, 'what was reserved could not be released');
    }
  }

  private get budgets(): Budgets {
    const { models } = this.options;
    if (!models) throw new Error('nothing costs');
    return models.settings.budgets;
  }

  private async reserve(item: Payer, turn: Spender, worst: (money: Money) => number, waited: number): Promise<Money> {
    const { database, world } = this.options;
    const { id: personId } = item.person;
    return database.tx('budget.reserve', async (tx) => {
      const now = world.clock.now();
      const beside = await reservedByOthers(tx, { turnId: turn.id, personId, own: turn.reserved }, now);
      const spending = await readSpent(tx.query.bind(tx), personId, this.calendar.day(now), this.calendar.month(now));
      const money = this.moneyOf(spending, turn);
      if (money.over) return money;
      const isPriceKnown = spending.dearest > 0 || waited >= UNKNOWN_MS;
      // Before the first answer has come nobody knows what one costs: it may be all that is left.
      const price = isPriceKnown
        ? Math.max(worst(money), spending.dearest)
        : Math.max(worst(money), leastLeft(spending, this.budgets));
      if (!mayBegin(spending, beside, this.budgets, price)) return money;
      const reservation = uuid(now);
      reserve(tx, {
        id: reservation,
        turnId: turn.id,
        personId,
        price,
        expiresAt: new Date(now.getTime() + EXPIRY_MS),
      });
      turn.reserved.push(reservation);
      return { ...money, reservation };
    });
  }

  /** The budget state; undefined where nothing costs. Throws when this one answer has cost enough. */
  private async money(item: Payer, turn: Spender): Promise<Money | undefined> {
    const { models, database, world, counters } = this.options;
    if (!models) return undefined;
    const { budgets, currency } = models.settings;
    const cost = [...rowsOf(turn), ...turn.nested].reduce((sum, { price }) => sum + (price ?? 0), 0);
    if (cost >= budgets.request) {
      counters.stops.add({ budget: 'request' });
      const words = texts.requestOver(budgets.request, currency);
      throw new ModelError('budget', 'The budget of one answer is used up.', { said: words });
    }
    const now = world.clock.now();
    const [day, month] = [this.calendar.day(now), this.calendar.month(now)];
    // Data read along with the message is as new as the turn; later on others have spent too.
    const along = turn.steps.length === 0 && turn.nested.length === 0 ? alongOf(item) : null;
    const spending = along
      ? spentOf(along, day, month)
      : await readSpent(database.read.bind(database), item.person.id, day, month);
    return this.moneyOf(spending, turn);
  }

  private moneyOf(spending: SpentMoney, turn: Spender): Money {
    return {
      ...budgetState(spending, this.budgets),
      spent: spending,
      told: spending.told || rowsOf(turn).some(({ told }) => told),
    };
  }

  private count({ used, repairs }: AnswerCost): void {
    const { counters, models } = this.options;
    for (const repair of repairs) counters.repairs.add({ repair });
    for (const { model, usage } of used) {
      for (const kind of ['input', 'cached', 'output'] as const) counters.tokens.add({ model, kind }, usage[kind]);
      counters.cost.add({ model }, models?.prices.of(model, usage) ?? 0);
    }
  }
}

function rowsOf(turn: Spender): UsageRow[] {
  return turn.steps.flatMap(({ step }) => (step.kind === 'model' ? (step.payload.used ?? []) : []));
}

function alongOf({ context }: Payer): ItemContext['spent'] {
  return (context as ItemContext | undefined)?.spent ?? null;
}
