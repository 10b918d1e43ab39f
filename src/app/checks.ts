import { checkProvider, type Models, repairsSince } from '../agent/index.ts';
import type { Clock } from '../base/clock.ts';
import { plural } from '../base/text.ts';
import type { HealthCheck } from '../chat/index.ts';
import type { DeadLetters } from '../delivery/index.ts';
import type { Database } from '../storage/index.ts';

/** Whether something could not be delivered. */
export function deadLetterCheck(outbox: { deadLetters(limit: number): Promise<DeadLetters> }): HealthCheck {
  return {
    name: 'dead letters',
    async check() {
      const { letters, total } = await outbox.deadLetters(1);
      if (total === 0) return { ok: true, says: 'everything could be delivered' };
      const says = `${plural(total, 'message')} could not be delivered; the newest: ${letters[0]?.error ?? 'no reason known'}`;
      return { ok: false, says, remedy: 'See them with "coda outbox", send them again with "coda outbox resend".' };
    },
  };
}

const DAY_MS = 86_400_000;

/** Whether each provider can be reached with its key, and how often answers had to be put right. */
export function modelChecks(models: Models, database: Database, clock: Clock): HealthCheck[] {
  const providers = Object.entries(models.settings.providers).map(
    ([name, provider]): HealthCheck => ({
      name: `models ${name}`,
      check: (signal) => checkProvider(name, provider, signal),
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
