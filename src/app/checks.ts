import { checkProvider, type Models, repairsSince } from '../agent/index.ts';
import type { Clock } from '../base/clock.ts';
import { plural } from '../base/text.ts';
import type { HealthCheck } from '../chat/index.ts';
import type { DeadLetters } from '../delivery/index.ts';
import type { DeadJobs } from '../jobs/index.ts';
import type { Database } from '../storage/index.ts';

/** The counts of the outbox. */
interface Told {
  deadLetters(limit: number): Promise<DeadLetters>;
  readonly resent: number;
}

/** Whether something could not be delivered, or may have been delivered twice. */
export function deadLetterCheck(outbox: Told): HealthCheck {
  return {
    name: 'dead letters',
    async check() {
      const { letters, total } = await outbox.deadLetters(1);
      const again =
        outbox.resent === 0 ? '' : `; ${plural(outbox.resent, 'message')} looked for in vain and sent again`;
      if (total === 0) return { ok: true, says: `everything could be delivered${again}` };
      const says = `${plural(total, 'message')} could not be delivered; the newest: ${letters[0]?.error ?? 'no reason known'}${again}`;
      return { ok: false, says, remedy: 'See them with "coda outbox", send them again with "coda outbox resend".' };
    },
  };
}

/** Whether a background job has given up. */
export function deadJobCheck(jobs: { dead(limit: number): Promise<DeadJobs> }): HealthCheck {
  return {
    name: 'background jobs',
    async check() {
      const { jobs: dead, total } = await jobs.dead(1);
      if (total === 0) return { ok: true, says: 'none has given up' };
      const [newest] = dead;
      const says = `${plural(total, 'job')} failed too often; the newest: ${newest?.kind}, ${newest?.error ?? 'no reason known'}`;
      return { ok: false, says, remedy: 'See them with "coda jobs", run them again with "coda jobs retry".' };
    },
  };
}

/** Whether the database answers and this process can tell its replicas that it lives. */
export function storageCheck(healthy: () => Promise<boolean>): HealthCheck {
  return {
    name: 'storage',
    async check() {
      if (await healthy()) return { ok: true, says: 'answers' };
      return { ok: false, says: 'does not answer', remedy: 'Start the database, or mend storage.url.' };
    },
  };
}

const DAY_MS = 86_400_000;

/** Whether each provider can be reached with its key, and how often answers had to be put right. */
export function modelChecks(models: Models, database: Database, clock: Clock): HealthCheck[] {
  const providers = Object.keys(models.settings.providers).map(
    (name): HealthCheck => ({
      name: `models ${name}`,
      check: (signal) => checkProvider(name, models, signal),
    }),
  );
  const repairs: HealthCheck = {
    name: 'model repairs',
    async check() {
      const since = new Date(clock.now().getTime() - DAY_MS);
      const counted = await repairsSince(database, since);
      const resting = models.resting();
      const says = counted.map(({ repair, times }) => `${repair.replaceAll('_', ' ')} ${times}×`).join(', ');
      const mended = `put right within a day: ${says || 'nothing'}`;
      if (resting.length === 0) return { ok: true, says: mended };
      return {
        ok: false,
        says: `${resting.join(', ')} failed again and again; ${mended}`,
        remedy: 'See the log for why.',
      };
    },
  };
  return [...providers, repairs];
}
