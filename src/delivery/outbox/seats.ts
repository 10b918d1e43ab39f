import { BoundedMap } from '../../base/bounded.ts';
import type { Instance, Seat } from '../../jobs/index.ts';
import type { Database } from '../../storage/index.ts';
import type { ChatAdapter, Place } from '../adapter.ts';
import { setSeat } from '../conversations/store.ts';
import type { Seating } from './store/due.ts';

const REMEMBERED = 10_000;

export interface SeatsDeps {
  database: Database;
  instance: () => Instance;
  adapters(): readonly ChatAdapter[];
}

/**
 * Places that live in a process: those of terminals (`TerminalSeat`). Each such conversation has the seat where it was last
 * spoken in, and what is said there goes out in the process that has sessions of this seat; in any other process only while no live
 * one has them. The embedded engine has one process, and needs none of this.
 */
export class Seats {
  private readonly deps: SeatsDeps;
  /** Channels of which this process knows that they are its own: a hint, which another process may have made untrue. */
  private readonly mine = new BoundedMap<string, true>(REMEMBERED);

  constructor(deps: SeatsDeps) {
    this.deps = deps;
  }

  /** The seat of this process while it has sessions, for its row among the instances. */
  get takenSeat(): Seat | undefined {
    const adapter = this.deps.adapters().find(({ local }) => local?.seat !== undefined);
    const seat = adapter?.local?.seat;
    if (seat === undefined || !adapter?.isReachable?.()) return undefined;
    return { id: seat.id, onlyAnswers: !seat.isOpen() };
  }

  /** The condition that the outbox's statements put on what this process may say. */
  get seatCondition(): Seating {
    if (this.deps.database.engine === 'pglite') return { adapters: [], seat: null, onlyAnswers: false };
    const adapters = this.deps.adapters().flatMap(({ name, local }) => (local?.seat === undefined ? [] : [name]));
    const { takenSeat: seat } = this;
    return { adapters, seat: seat?.id ?? null, onlyAnswers: seat?.onlyAnswers ?? false };
  }

  /** Gives this process's seat a conversation that is being spoken in here; before the message is stored. */
  async claim(place: Place, conversationId: string): Promise<void> {
    const seat = this.seatOf(place);
    const isMine = this.mine.get(keyOf(place)) === true && this.deps.instance().isAlone;
    if (seat === undefined || isMine || this.deps.database.engine === 'pglite') return;
    await setSeat(this.deps.database, conversationId, seat);
    this.mine.set(keyOf(place), true);
  }

  /** False where another process is likely to have the place's sessions. The outbox's statements say it for sure. */
  isHere(place: Place): boolean {
    if (this.seatOf(place) === undefined || this.deps.database.engine === 'pglite') return true;
    return this.deps.instance().isAlone || this.mine.get(keyOf(place)) === true;
  }

  private seatOf({ adapter }: Place): string | undefined {
    return this.deps.adapters().find(({ name }) => name === adapter)?.local?.seat?.id;
  }
}

const keyOf = ({ adapter, channel }: Place) => `${adapter}\n${channel}`;
