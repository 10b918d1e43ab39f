import { Batch, deferred, GroupCommit, groupBy } from '../base/async.ts';
import type { Instant } from '../base/clock.ts';
import type { World } from '../base/world.ts';
import type { Events, Fact } from '../jobs/index.ts';
import {
  type Database,
  type Fragment,
  hadNoEffect,
  NO_SQL,
  type Queryable,
  readerOf,
  render,
  sql,
  type Transaction,
} from '../storage/index.ts';
import type { Place } from './adapter.ts';
import { type ClosedRow, closingStatement } from './closing/store.ts';
import type { Card } from './content.ts';
import { type DeliveryCounters, deliveryCounters, secondsBetween } from './counters.ts';
import type { FinalState } from './inbox/store.ts';
import type { Item } from './item.ts';
import type { OutboxSender } from './outbox/index.ts';
import { answerKey, type Parts } from './outbox/parts.ts';
import type { TargetAddress } from './targets/store.ts';
import * as targets from './targets/store.ts';

/** SQL that another room adds to the statement that ends a row. Several ends may go in one statement. */
export interface ExtraWrites {
  /**
   * `with` parts, each beginning with a comma, that write what all of `also` bring; values with the same function
   * are given to it together. What belongs to an inbox row is written only if `fence` has its `id`.
   */
  write(also: readonly this[]): Fragment;
}

export interface End {
  state: FinalState;
  error?: string;
  cards: readonly Card[];
  /** Under which the cards stand in the outbox; default: the answer to this row. */
  key?: string;
  turnId?: string;
  tainted?: boolean;
  drafted?: number;
  /** More statements, run if the row is still this process's. */
  also?: ExtraWrites;
}

export interface EndingDeps {
  database: Database;
  world: World;
  outbox: OutboxSender;
  events: Pick<Events, 'jobsFor' | 'insertion'>;
  waits(): void;
  wakeAt(at: Instant): void;
}

interface Ending {
  item: Item;
  end: End;
  grp: string;
  parts: Parts;
}

const BATCH = 64;
/** Milliseconds: a statement that waits for another process's lock does not hold up the others for longer. */
const PATIENCE_MS = 100;
const TELL_PLANNERS_MS = 50;

/** Ends rows: state, answer and all that belongs to it in one statement, shared by those that end at once. */
export class Endings {
  private readonly deps: EndingDeps;
  private readonly counters: DeliveryCounters;
  private readonly groups = new Map<string, GroupCommit<Ending, ClosedRow | undefined>>();
  private readonly planned: Batch<string>;

  constructor(deps: EndingDeps) {
    this.deps = deps;
    const tell = async () => deps.wakeAt(deps.world.clock.now());
    this.planned = new Batch({ ms: TELL_PLANNERS_MS, max: BATCH, flush: tell });
    this.counters = deliveryCounters(deps.world.metrics);
  }

  /**
   * Ends a row: its state, its answer and what belongs to it in one statement, after which the answer is sent. False
   * when the row is not this process's any more; then nothing has happened and nothing is said.
   */
  async endRow(name: string, item: Item, end: End): Promise<boolean> {
    const ending = await this.prepare(readerOf(this.deps.database), item, end);
    const ended = await this.commit(name, ending);
    if (!ended) {
      this.deps.world.log.warn(
        { item: item.key, owner: item.owner },
        'row is owned by another process; nothing was committed',
      );
      return false;
    }
    await this.followUp(ended, ending);
    return true;
  }

  /**
   * The same as the last statement of a transaction that did more than the end: what is said goes out after its commit,
   * and `sent` resolves when that was tried. Undefined when the row is not this process's any more: then all of `tx` has
   * been rolled back.
   */
  async endIn(tx: Transaction, item: Item, end: End): Promise<{ sent: Promise<void> } | undefined> {
    const ending = await this.prepare(tx, item, end, 'locked');
    const { rows } = await tx.last<ClosedRow>(...render(this.statement([ending])));
    const ended = rows[0];
    if (!ended) return undefined;
    const delivery = deferred();
    tx.afterCommit(() => {
      this.followUp(ended, ending).then(delivery.resolve, delivery.reject);
    });
    return { sent: delivery.promise };
  }

  async idle(): Promise<void> {
    await this.planned.flush();
  }

  private async prepare(db: Queryable, item: Item, planned: End, locked?: 'locked'): Promise<Ending> {
    const { tells, notBefore } = item.payload;
    const target = tells && (await this.toldByTarget(db, tells, planned, locked));
    const end = target ? { ...planned, cards: planned.cards.map(wordsAlone) } : planned;
    const own = end.key ?? answerKey(item.id);
    const grp = target ? targets.targetKey(target.id, own) : own;
    const delay = notBefore !== undefined && { notBefore: new Date(notBefore) };
    const address = { ...addressOf(item), ...(target && addressOfTarget(target)) };
    return { item, end, grp, parts: this.deps.outbox.prepare({ ...address, ...delay, ...end, key: grp }) };
  }

  /**
   * The address of a target by which the answer is told, if both sides allow it still, with all the private words that its turn
   * was allowed. What is no answer (an error, a notice) is nobody else's, and stays where the turn was.
   */
  private async toldByTarget(
    db: Queryable,
    tells: NonNullable<Item['payload']['tells']>,
    { state, cards }: End,
    locked?: 'locked',
  ) {
    if (state !== 'done' || cards.length === 0 || cards.some(({ kind }) => kind !== 'answer')) return undefined;
    const target = await targets.placeOf(db, tells.target, locked);
    return tells.allows.every((each) => target?.allows.includes(each)) ? target : undefined;
  }

  /** Ends of the same name share statements under load; a row without a lane ends alone. */
  private async commit(name: string, ending: Ending): Promise<ClosedRow | undefined> {
    const run = async (endings: readonly Ending[]) => {
      const { rows } = await this.deps.database.run<ClosedRow>(name, ...render(this.statement(endings)));
      const byId = new Map(rows.map((row) => [row.id, row]));
      return endings.map(({ item }) => byId.get(item.id));
    };
    if (!ending.item.inLane) return (await run([ending]))[0];
    const knownGroup = this.groups.get(name);
    const group =
      knownGroup ??
      new GroupCommit({ max: BATCH, patienceMs: PATIENCE_MS, keys: () => [], run, mayRunAlone: hadNoEffect });
    if (!knownGroup) this.groups.set(name, group);
    return group.add(ending);
  }

  private statement(endings: readonly Ending[]): Fragment {
    const { events, world } = this.deps;
    const facts = endings.flatMap(({ item, end }) => factOf(item, end));
    const jobs = facts.length > 0 ? events.jobsFor(facts) : [];
    const closing = {
      parts: endings.flatMap(({ parts }) => parts.parts),
      buttons: endings.flatMap(({ parts }) => parts.buttons),
      // Drafts are only looked for where there can be any.
      drafted: endings.flatMap(({ item, end, grp, parts }) => (mayBeSurplus(item, end, parts.rows) ? [grp] : [])),
      events: jobs.length > 0 ? events.insertion(jobs, OF_ENDED_ROWS) : NO_SQL,
      also: writesOf(endings.flatMap(({ end }) => end.also ?? [])),
    };
    const ends = endings.map(({ item, end: { state, error } }) => ({ item, state, error }));
    return closingStatement(ends, closing, world.clock.now());
  }

  private count(item: Item, { state, cards, drafted = 0 }: End): void {
    if (item.kind !== 'message' || state !== 'done' || cards.length === 0) return;
    if (item.payload.resumedAt !== undefined || item.messageId === '') return;
    const { adapter } = item.conversation.place;
    const seconds = secondsBetween(item.receivedAt, this.deps.world.clock.now());
    this.counters.answer.observe({ adapter }, seconds);
    if (drafted === 0) this.counters.firstText.observe({ adapter }, seconds);
  }

  private async followUp(
    { pending, written }: ClosedRow,
    { item, end, parts: { rows, parts } }: Ending,
  ): Promise<void> {
    this.count(item, end);
    if (pending > 0) this.deps.waits();
    if (item.origin === 'schedule') this.planned.add(item.id);
    const facts = factOf(item, end);
    const isTold = facts.length > 0 && this.deps.events.jobsFor(facts).length > 0;
    if (mayBeSurplus(item, end, rows) || isTold) this.deps.wakeAt(this.deps.world.clock.now());
    await this.deps.outbox.sendWritten({ parts, rows }, written);
  }
}

const addressOfTarget = ({ place, conversationId, personId }: TargetAddress & { place: Place }) => ({
  place,
  conversationId,
  personId,
  replyTo: undefined,
});

/** The card without what only its person can use: buttons, and that they are called. */
function wordsAlone({ choices: _, mention: __, ...card }: Card): Card {
  return card;
}

/** Values with the same function are given to it together. */
function writesOf(also: readonly ExtraWrites[]): Fragment {
  const writes = [...groupBy(also, ({ write }) => write)].map(([write, values]) => write(values));
  return writes.length > 0 ? writes.reduce((before, next) => sql`${before}${next}`) : NO_SQL;
}

const OF_ENDED_ROWS = sql`e.inbox_id = any (array(select id from fence))`;

function factOf(item: Item, end: End): Fact[] {
  const { state, turnId, cards, error } = end;
  const about = { id: item.id, person: item.person.id, conversation: item.conversation.id };
  if (state === 'waiting')
    return [{ name: 'approval.waiting', data: { ...about, questions: cards.length }, inboxId: item.id }];
  if (state !== 'failed' || item.kind !== 'message' || (turnId === undefined && item.payload.tooFast)) return [];
  const reason = error ?? cards.at(-1)?.text ?? '';
  return [{ name: 'turn.failed', data: { ...about, reason }, inboxId: item.id }];
}

export function addressOf(item: Item) {
  return {
    place: item.conversation.place,
    conversationId: item.conversation.id,
    personId: item.person.id,
    inboxId: item.id,
    // Scheduled turns and presses have no message to reply to.
    replyTo: item.payload.replyTo ?? (item.kind === 'press' || item.messageId === '' ? undefined : item.messageId),
  };
}

function mayBeSurplus({ attempts, payload }: Item, { drafted = 0 }: End, parts: readonly unknown[]): boolean {
  return drafted > parts.length || attempts > 0 || payload.suspect === true || payload.resumedAt !== undefined;
}
