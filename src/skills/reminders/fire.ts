import { noteDialogue } from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import type { EventKind, SkillDeps } from '../../chat/index.ts';
import type { DueSource } from '../../jobs/index.ts';
import type { Settings } from './config.ts';
import { messagesOf } from './messages.ts';
import { planFiring } from './plan.ts';
import type { Reminder } from './reminder.ts';
import * as store from './store.ts';

const BATCH = 200;

/** A reminder was said. `occurrence`: ISO. */
const reminderDue: EventKind<{
  id: string;
  person: string;
  conversation: string;
  text: string;
  occurrence: string;
}> = { name: 'alert.reminder.due' };

const LATENESS = ['coda_reminder_lateness_seconds', 'From when a reminder was due to when it was said.', []] as const;

export function reminderSource(deps: SkillDeps, settings: Settings): DueSource {
  // Known before the first one is late.
  deps.world.metrics.histogram(...LATENESS);
  return { name: 'reminders', earliest: store.EARLIEST, fire: (now) => fireDue(deps, settings, now) };
}

/** All that due reminders cause: each is said once and its next occurrence is planned — or nothing happened. */
async function fireDue(
  { database, outbox, events, emit, world, household }: SkillDeps,
  settings: Settings,
  now: Instant,
): Promise<number> {
  const fired = await database.tx('reminders.fire', async (tx) => {
    const due = await store.claimDue(tx, now, BATCH, household.locale);
    if (due.length === 0) return [];
    const firings = due.map((reminder) => planFiring(reminder, now, settings.catch_up));
    const said = firings.filter(({ plan }) => plan.said);
    if (said.length > 0) await outbox.addAll(tx, messagesOf(said, now, settings.digest));
    await events.raise(
      tx,
      said.map(({ reminder, plan }) => ({ name: 'reminder.due' as const, data: dueData(reminder, plan.occurrence) })),
    );
    for (const { reminder } of said) {
      const topic = {
        thing: 'reminder',
        how: 'spoken' as const,
        id: reminder.id,
        text: reminder.text,
        at: now.toISOString(),
      };
      noteDialogue(tx, { personId: reminder.personId, conversationId: reminder.sayIn }, { topic });
    }
    await store.planNext(
      tx,
      firings.map(({ plan }) => plan),
      now,
    );
    return firings;
  });
  const lateness = world.metrics.histogram(...LATENESS);
  for (const { reminder, plan, due } of fired) {
    if (!plan.said) continue;
    lateness.observe({}, Math.max(0, now.getTime() - due.getTime()) / 1_000);
    emit(reminderDue, dueData(reminder, plan.occurrence));
  }
  return fired.length;
}

function dueData(reminder: Reminder, occurrence: Instant) {
  return {
    id: reminder.id,
    person: reminder.personId,
    conversation: reminder.conversationId,
    text: reminder.text,
    occurrence: occurrence.toISOString(),
  };
}
