import { noteDialogue } from '../../agent/index.ts';
import { groupBy } from '../../base/async.ts';
import type { Instant } from '../../base/clock.ts';
import { omitUndefined } from '../../base/json.ts';
import { shorten } from '../../base/text.ts';
import type { EventKind, SkillDeps } from '../../chat/index.ts';
import { type Choice, type Outgoing, targets } from '../../delivery/index.ts';
import type { DueSource } from '../../jobs/index.ts';
import type { Settings } from './config.ts';
import { type Firing, planFiring } from './plan.ts';
import type { Reminder } from './reminder.ts';
import { aimAtTargets, seenChoice } from './seen.ts';
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

export function reminderSource(deps: SkillDeps, settings: Settings): DueSource {
  // Known before the first one is late.
  deps.world.metrics.histogram(...LATENESS);
  return { name: 'reminders', earliest: store.EARLIEST, fire: (now) => fireDue(deps, settings, now) };
}

/** All that due reminders cause: each is said once and its next occurrence is planned — or nothing happened. */
async function fireDue(
  { database, speech: { outbox, events, emit }, world, people: { household }, work: { wakeAt } }: SkillDeps,
  settings: Settings,
  now: Instant,
): Promise<number> {
  const fired = await database.tx('reminders.fire', async (tx) => {
    const due = await store.claimDue(tx, now, BATCH, household.locale);
    if (due.length === 0) return [];
    const aimed = await aimAtTargets(tx, due);
    const firings = aimed.map((reminder) => planFiring(reminder, now, settings.catch_up));
    const spokenFirings = firings.filter(({ plan }) => plan.said);
    if (spokenFirings.length > 0) await outbox.addAll(tx, messagesOf(spokenFirings, now, settings.digest));
    await events.raise(
      tx,
      spokenFirings.map(({ reminder, plan }) => ({
        name: 'reminder.due' as const,
        data: dueData(reminder, plan.occurrence),
      })),
    );
    for (const { reminder } of spokenFirings) {
      // The words of somebody else do not refer to it: theirs is the button.
      if (reminder.readerId !== reminder.personId) continue;
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
    const escalations = firings.flatMap(({ plan }) => plan.escalateAt?.getTime() ?? []);
    if (escalations.length > 0) tx.afterCommit(() => wakeAt(new Date(Math.min(...escalations))));
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

// Texts of firing reminders: one message each, or one for several. Pure.

/** Each has two buttons: the least that a platform shows (5 rows of 5) is more than that. */
const MOST_TOGETHER = 5;
/**
 * Longest text in a digest; longer ones, or those with lines of their own, are said alone: a digest must not be cut
 * into parts, since all its buttons stand under the last.
 */
const LONGEST_LINE = 240;
const LONGEST_LABEL = 30;
const MINUTE_MS = 60_000;

/**
 * Messages of firings at `now`. With `digest` those of one person and place that were due within the same minute come
 * together, up to five: their message's key is made of their own keys, so that a firing is in one message only.
 */
function messagesOf(firings: readonly Firing[], now: Instant, digest: boolean): Outgoing[] {
  const groups =
    digest && firings.length > 1
      ? [...groupBy(firings, (firing) => groupOf(firing, now)).values()]
      : firings.map((one) => [one]);
  return groups.flatMap((group) => chunks(group).map((chunk) => message(chunk, now)));
}

function groupOf(firing: Firing, now: Instant): string {
  const { reminder, due, heldSince } = firing;
  if (reminder.seen || reminder.targetId !== undefined) return keyOf(firing);
  if (reminder.text.includes('\n') || dueText(firing, now).length > LONGEST_LINE) return keyOf(firing);
  // Tainted reminders are shown inert, and the others are not.
  const { personId, sayIn, tainted } = reminder;
  return JSON.stringify([personId, sayIn, tainted, Math.floor(due.getTime() / MINUTE_MS), heldSince !== undefined]);
}

const chunks = (group: readonly Firing[]): Firing[][] =>
  Array.from({ length: Math.ceil(group.length / MOST_TOGETHER) }, (_, at) =>
    group.slice(at * MOST_TOGETHER, (at + 1) * MOST_TOGETHER),
  );

/** Unique for each time a reminder speaks: a snooze is another firing of the same occurrence. */
const keyOf = ({ reminder, plan }: Firing): string =>
  `reminder:${reminder.id}:${plan.occurrence.toISOString()}:${reminder.firing}`;

function message(together: readonly Firing[], now: Instant): Outgoing {
  const [first] = together as [Firing];
  const { reminder } = first;
  // A reminder that speaks on time says no time.
  const times = together.flatMap(({ due, late, heldSince }) =>
    heldSince || late ? (heldSince ?? due).toISOString() : [],
  );
  const key = together.map(keyOf).sort().join('+');
  return {
    key: reminder.toldBy === undefined ? key : targets.targetKey(reminder.toldBy, key),
    conversationId: reminder.sayIn,
    personId: reminder.readerId,
    card: {
      kind: 'reminder',
      // Each is a paragraph, so that a Markdown mark left open in one does not reach into the next.
      text: together.map((firing) => dueText(firing, now)).join('\n\n'),
      choices: together.length === 1 ? choices(first) : choicesOfEach(together),
      ...omitUndefined({
        times: times.length > 0 ? [...new Set(times)] : undefined,
        mention: reminder.mention || undefined,
      }),
    },
    tainted: reminder.tainted,
  };
}

const done = (id: string): Choice => ({
  label: 'Done',
  tool: 'reminder_complete',
  input: { which: id },
  style: 'primary',
});

const snooze = (id: string, label: string, when: string): Choice => ({
  label,
  tool: 'reminder_snooze',
  input: { which: id, when },
});

function choices({ reminder: { id, seen } }: Firing): Choice[] {
  if (seen) return [seenChoice(id)];
  return [
    done(id),
    snooze(id, `Snooze ${texts.snoozeLabels.short}`, '10 minutes'),
    snooze(id, texts.snoozeLabels.hour, '1 hour'),
    snooze(id, texts.snoozeLabels.tomorrow, 'tomorrow'),
    // Without words, where no form can be shown, it must not mean some time of its own.
    { ...snooze(id, texts.snoozeLabels.other, ''), form: texts.snoozeForm },
  ];
}

/** Two buttons for each, which name it and are used up without the others'. */
function choicesOfEach(together: readonly Firing[]): Choice[] {
  const names = together.map(({ reminder }) => shorten(reminder.text.replace(/\s+/g, ' '), LONGEST_LABEL));
  return together.flatMap(({ reminder: { id } }, at) => {
    const name = names[at] as string;
    const label = names.indexOf(name) === names.lastIndexOf(name) ? name : `${at + 1}. ${name}`;
    return [
      { ...done(id), label: texts.doneOf(label), group: id },
      { ...snooze(id, texts.snoozeOf(label), '10 minutes'), group: id },
    ];
  });
}
