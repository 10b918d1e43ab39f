/** Webhooks: events sent to programs that the configuration names, signed, and repeated until they have taken it. */
import { z } from 'zod';
import type { Instant } from '../../base/clock.ts';
import { CodaError, messageOf } from '../../base/errors.ts';
import { uuid } from '../../base/ids.ts';
import { signatureOf } from '../../base/signature.ts';
import type { World } from '../../base/world.ts';
import type { CoreValues } from '../../config/index.ts';
import type { Egress } from '../../egress/index.ts';
import type { Database, Fragment, Transaction } from '../../storage/index.ts';
import type { Job, JobHandler } from '../queue/index.ts';
import type { Fact, Raise } from './store.ts';
import * as store from './store.ts';

export type { Fact, Raise } from './store.ts';

export interface EventsDeps {
  targets: CoreValues['events']['targets'];
  egress: Pick<Egress, 'fetch'>;
  world: World;
  wakeAt(at: Instant): void;
  /** Hears facts once they are committed, whether or not a program is told of them. */
  onRaise?: ((facts: readonly Fact[]) => void) | undefined;
}

const FIRST_MS = 1_000;
const LONGEST_MS = 3_600_000;
/** 1 s doubling to 1 h takes 68 minutes in 12 pauses; with 23 hours more, a day has passed. */
const ATTEMPTS = 36;
const WITHIN_MS = 30_000;
const MOST_ANSWER_BYTES = 64 * 1024;

const payload = z.object({
  target: z.string(),
  event: z.string(),
  at: z.string(),
  data: z.record(z.string(), z.json()),
});

/** Each event goes to each target that wants it as a job of its own: one that is down holds up no other. */
export class Events implements Raise {
  private readonly deps: EventsDeps;

  constructor(deps: EventsDeps) {
    this.deps = deps;
  }

  async raise(tx: Transaction, facts: readonly Fact[]): Promise<void> {
    const { onRaise } = this.deps;
    if (onRaise && facts.length > 0) tx.afterCommit(() => onRaise(facts));
    const jobs = this.jobsFor(facts);
    if (jobs.length === 0) return;
    const { clock } = this.deps.world;
    await store.insert(tx, jobs, ATTEMPTS, clock.now());
    tx.afterCommit(() => this.deps.wakeAt(clock.now()));
  }

  /** Tells of what stands in no row: lost if the database is away. Never rejects. */
  async tell(database: Database, fact: Fact): Promise<void> {
    if (this.jobsFor([fact]).length === 0) return;
    try {
      await database.tx('events.tell', (tx) => this.raise(tx, [fact]));
    } catch (error) {
      this.deps.world.log.warn({ event: fact.name, error: messageOf(error) }, 'an event could not be stored');
    }
  }

  jobsFor(facts: readonly Fact[]): store.EventJob[] {
    const now = this.deps.world.clock.now();
    return facts.flatMap(({ name, data, inboxId }) =>
      Object.entries(this.deps.targets).flatMap(([target, { events }]) => {
        if (!events.includes(name)) return [];
        const message = { target, event: name, at: now.toISOString(), data };
        return [{ id: uuid(now), payload: message, inbox_id: inboxId ?? null }];
      }),
    );
  }

  /** A `with` part for another room's statement; `store.insertion`. The worker is to be woken after its commit. */
  insertion(jobs: readonly store.EventJob[], when: Fragment): Fragment {
    return store.insertion(jobs, ATTEMPTS, this.deps.world.clock.now(), when);
  }

  /** Sends one event; what its target does not take is sent again, after 1 s doubling to 1 h, for a day. */
  job(): JobHandler {
    return {
      kind: store.KIND,
      does: 'sends an event to a webhook',
      waitMs: (attempt) => Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1)),
      run: (job, signal) => this.send(job, signal),
    };
  }

  private async send(job: Job, signal: AbortSignal): Promise<void> {
    const { target, ...message } = payload.parse(job.payload);
    const { world, targets, egress } = this.deps;
    const endpoint = Object.hasOwn(targets, target) ? targets[target] : undefined;
    if (!endpoint) return world.log.info({ job: job.id, target }, 'an event has no target any more');
    const body = JSON.stringify({ id: job.id, ...message });
    const answer = await egress.fetch(endpoint.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'coda-event': message.event,
        'coda-delivery': job.id,
        'coda-signature': signatureOf(endpoint.secret, body, world.clock.now()),
      },
      body,
      limits: { totalMs: WITHIN_MS, maxBytes: MOST_ANSWER_BYTES },
      signal,
    });
    if (!answer.ok) throw notTaken(target, answer.message);
    answer.close();
    if (answer.status < 200 || answer.status > 299) throw notTaken(target, `it answered ${answer.status}`);
  }
}

function notTaken(target: string, why: string): CodaError {
  return new CodaError('EVENT_NOT_TAKEN', {
    message: `${target} has not taken the event: ${why}`,
    remedy: 'Mend the program at events.targets, then "coda jobs retry" sends what it has missed.',
  });
}
