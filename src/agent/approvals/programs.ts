/** Approvals as programs list and decide them: `coda approvals`. */
import { timingSafeEqual } from 'node:crypto';
import type { AuditOrigin } from '../../audit/index.ts';
import type { World } from '../../base/world.ts';
import { buttons, type Delivery } from '../../delivery/index.ts';
import { type Database, readerOf } from '../../storage/index.ts';
import * as texts from '../texts.ts';
import { DECIDE } from './index.ts';
import * as store from './store.ts';

/** An open question as it is listed. */
export interface ListedApproval {
  /** The beginning of its hash: what a decision names. */
  id: string;
  tool: string;
  shown: string;
  person: string;
  place: string;
  at: string;
  expiresAt: string | undefined;
}

/** The outcome of a decision; `token`: it did not carry the configured one. */
export type Decided = 'done' | 'gone' | 'several' | 'token';

interface ApprovalsDeps {
  database: Database;
  world: World;
  delivery: Pick<Delivery, 'resume' | 'outbox'>;
  /** Token that a program must send with a decision; undefined: none. */
  token: string | undefined;
}

const MOST_LISTED = 100;
const ID_LENGTH = 12;
/** Stands where a person's id would: whoever may use the control socket. */
const TERMINAL = 'terminal';

/** The questions that wait for a decision, for programs beside coda. */
export class Approvals {
  private readonly deps: ApprovalsDeps;

  constructor(deps: ApprovalsDeps) {
    this.deps = deps;
  }

  async list(): Promise<ListedApproval[]> {
    const { database } = this.deps;
    const open = await store.openApprovals(readerOf(database), '', MOST_LISTED);
    return open.map(({ hash, tool, shown, person, adapter, channel, at, expiresAt }) => ({
      ...{ id: hash.slice(0, ID_LENGTH), tool, shown, person },
      place: `${adapter}:${channel}`,
      at: at.toISOString(),
      expiresAt: expiresAt?.toISOString(),
    }));
  }

  /** Decides the one question whose hash begins with `id`, and closes its card. */
  async decide(id: string, approved: boolean, token: string | undefined): Promise<Decided> {
    return this.carries(token)
      ? this.settle(id, approved, { by: TERMINAL, personId: undefined, origin: TERMINAL })
      : 'token';
  }

  /** The same by an owner who is signed in at `origin`. */
  decideAs(personId: string, origin: AuditOrigin, id: string, approved: boolean): Promise<Decided> {
    return this.settle(id, approved, { by: personId, personId, origin });
  }

  private settle(
    id: string,
    approved: boolean,
    { by, personId, origin }: { by: string; personId: string | undefined; origin: AuditOrigin },
  ): Promise<Decided> {
    const { database, delivery, world } = this.deps;
    const now = world.clock.now();
    return database.tx('approvals.decide', async (tx) => {
      const [found, another] = await store.openApprovals(tx, id, 2);
      if (another) return 'several';
      const parked = found && (await store.lockParked(tx, found));
      if (!found || !parked || parked.hash !== found.hash) return 'gone';
      const { hash, turnId, conversationId } = found;
      await store.addDecision(tx, found, { approved, by, hash }, now, {
        action: 'approval.decide',
        subject: parked.tool,
        personId,
        conversationId,
        origin,
      });
      const text = approved ? texts.approved() : texts.disapproved();
      const cards = await buttons.close(tx, { conversationId, turnId, tool: DECIDE, hash }, now);
      for (const card of cards) await delivery.outbox.close(tx, card, text);
      if ((await store.openQuestions(tx, turnId)) === 0) await delivery.resume(tx, parked.inboxId);
      return 'done';
    });
  }

  /** True if a program may decide, or have somebody decide, with this token. */
  carries(token: string | undefined): boolean {
    const { token: wanted } = this.deps;
    if (wanted === undefined) return true;
    const [given, right] = [Buffer.from(token ?? ''), Buffer.from(wanted)];
    return given.length === right.length && timingSafeEqual(given, right);
  }
}
