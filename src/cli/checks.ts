import type { App } from '../app/index.ts';
import { messageOf } from '../base/errors.ts';

/** What became of one check. */
export interface Finding {
  name: string;
  ok: boolean;
  says: string;
  remedy?: string;
}

const CHECK_WITHIN_MS = 10_000;

/** Asks every part how it is, all at once. A check that fails by itself or takes too long is a finding as well. */
export async function runChecks(app: App): Promise<Finding[]> {
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
