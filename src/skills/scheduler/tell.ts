/** Tells what a schedule has found, in its place. */
import type { Instant } from '../../base/clock.ts';
import type { SkillDeps } from '../../chat/index.ts';
import { type Person, quietUntil } from '../../people/index.ts';
import type { Transaction } from '../../storage/index.ts';
import type { PersonSchedule } from './schedule.ts';

/** Words about one run. `key`: with the same one it is told once. */
export interface Tidings {
  key: string;
  schedule: PersonSchedule;
  person: Person;
  text: string;
  now: Instant;
}

/** Tells it, and returns the conversation in which it is said. It is told where the schedule was made. */
export async function tell(
  { outbox }: Pick<SkillDeps, 'outbox'>,
  tx: Transaction,
  { key, schedule, person, text, now }: Tidings,
): Promise<string> {
  const { conversationId, personId, zone } = schedule;
  const notBefore = heldUntil(person, zone, now);
  const card = { kind: 'notice' as const, text };
  // A script's output, a page, a feed: anybody's words.
  await outbox.addAll(tx, [{ key, conversationId, personId, card, tainted: true, ...(notBefore && { notBefore }) }]);
  return conversationId;
}

/** The end of the person's quiet hours, where `now` lies in them. */
function heldUntil({ quiet, zone }: Person, standard: string, now: Instant): Instant | undefined {
  return quiet && quietUntil({ ...quiet, zone: zone ?? standard }, now);
}
