import { checkProvider, type Models, repairsSince } from '../agent/index.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { plural } from '../base/text.ts';
import type { Finding, HealthCheck } from '../chat/index.ts';
import type { DeadLetters } from '../delivery/index.ts';
import type { DeadJobs } from '../jobs/index.ts';
import type { Database } from '../storage/index.ts';

/** What the outbox tells of itself. */
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

const CHECK_WITHIN_MS = 10_000;

/** Asks every part how it is, all at once. A check that fails by itself or takes too long is a finding as well. */
export async function runChecks(app: { healthy(): Promise<boolean>; checks(): HealthCheck[] }): Promise<Finding[]> {
  const storage: Finding = (await app.healthy())
    ? { name: 'storage', ok: true, says: 'answers' }
    : { name: 'storage', ok: false, says: 'does not answer', remedy: 'Start the database, or mend storage.url.' };
  const parts = app.checks().map(async ({ name, check }): Promise<Finding> => {
    try {
      return { name, ...(await check(AbortSignal.timeout(CHECK_WITHIN_MS))) };
    } catch (error) {
      return { name, ok: false, says: messageOf(error) };
    }
  });
  return [storage, ...(await Promise.all(parts))];
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
