import { noteDialogue } from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import type { EventKind, SkillDeps } from '../../chat/index.ts';
import type { Choice, Outgoing } from '../../delivery/index.ts';
import type { DueSource } from '../../jobs/index.ts';
import { type Firing, planFiring } from './plan.ts';
import type { CatchUp, Reminder } from './reminder.ts';
import * as store from './store.ts';
import { dueText, texts } from './texts.ts';

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

export function reminderSource(deps: SkillDeps, catchUp: CatchUp): DueSource {
  // Known before the first one is late.
  deps.world.metrics.histogram(...LATENESS);
  return { name: 'reminders', earliest: store.EARLIEST, fire: (now) => fireDue(deps, catchUp, now) };
}

/** All that due reminders cause: each is said once and its next occurrence is planned — or nothing happened. */
async function fireDue(
  { database, outbox, events, emit, world }: SkillDeps,
  catchUp: CatchUp,
  now: Instant,
): Promise<number> {
  const fired = await database.tx('reminders.fire', async (tx) => {
    const due = await store.claimDue(tx, now, BATCH);
    if (due.length === 0) return [];
    const firings = due.map((reminder) => planFiring(reminder, now, catchUp));
    const said = firings.filter(({ plan }) => plan.said);
    if (said.length > 0)
      await outbox.addAll(
        tx,
        said.map((firing) => message(firing, now)),
      );
    await events.raise(
      tx,
      said.map(({ reminder, plan }) => ({ name: 'reminder.due' as const, data: dueData(reminder, plan.occurrence) })),
    );
    for (const { reminder } of said) {
      const topic = { thing: 'reminder', how: 'spoken' as const, text: reminder.text, at: now.toISOString() };
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

/** Unique for each time a reminder speaks: a snooze is another firing of the same occurrence. */
const deliveryKey = ({ reminder, plan }: Firing): string =>
  `reminder:${reminder.id}:${plan.occurrence.toISOString()}:${reminder.firing}`;

function message(firing: Firing, now: Instant): Outgoing {
  const { reminder, held } = firing;
  return {
    key: deliveryKey(firing),
    conversationId: reminder.sayIn,
    personId: reminder.personId,
    card: {
      kind: 'reminder',
      text: dueText(held ? { ...firing, late: true } : firing, held ?? now),
      choices: choices(reminder),
      // One that speaks on time says no time.
      ...((held || firing.late) && { times: [firing.due.toISOString()] }),
      ...(reminder.mention && { mention: reminder.mention }),
    },
    ...(held && { notBefore: held }),
    tainted: reminder.tainted,
  };
}

function choices({ id }: Reminder): Choice[] {
  const snooze = (label: string, when: string): Choice => ({
    label,
    tool: 'reminder_snooze',
    input: { which: id, when },
  });
  return [
    { label: 'Done', tool: 'reminder_complete', input: { which: id }, style: 'primary' },
    snooze(`Snooze ${texts.snoozeLabels.short}`, '10 minutes'),
    snooze(texts.snoozeLabels.hour, '1 hour'),
    snooze(texts.snoozeLabels.tomorrow, 'tomorrow'),
    // Without words, where no form can be shown, it must not mean some time of its own.
    { ...snooze(texts.snoozeLabels.other, ''), form: texts.snoozeForm },
  ];
}
