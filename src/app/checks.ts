import { plural } from '../base/text.ts';
import type { HealthCheck } from '../chat/index.ts';
import type { DeadLetter } from '../delivery/index.ts';

/** Whether something could not be delivered. */
export function deadLetterCheck(outbox: {
  deadLetters(limit: number): Promise<{ letters: DeadLetter[]; total: number }>;
}): HealthCheck {
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
