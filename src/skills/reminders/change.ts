import { z } from 'zod';
import {
  askIfChanged,
  askIfUnnamed,
  buryTellings,
  changeTool,
  dataTool,
  done,
  type Failed,
  failed,
  markOf,
  privately,
  quoteRows,
  seenField,
  type ToolResult,
  type TxContext,
  undoChoice,
} from '../../agent/index.ts';
import { omitUndefined } from '../../base/json.ts';
import { pattern } from '../../base/text.ts';
import {
  notUnderstood,
  type OneTime,
  type ParsedWhen,
  type PlannedTime,
  parseWhen,
  plannedFor,
  type Reader,
  type Reject,
  storedPlan,
  type TimeReading,
  WEEKDAY,
} from '../../time/index.ts';
import { atItsHour, limitedBy, stillBounded } from './bounds.ts';
import { ASKS_WHEN, askWhich, LONGEST_TEXT, readingChoice } from './create.ts';
import { tellsOthers } from './fields/escalation.ts';
import { delivery } from './fields/fields.ts';
import { refusedAsTooOften } from './limits.ts';
import { escalatedAt, isOpen, isToldAlike, type Reminder, type WakeAt } from './reminder.ts';
import { findSome, isAll, reminderMark, type WantedAct } from './resolve.ts';
import { undoOf } from './restore.ts';
import { atOtherTime, filledIn, keepsHour, onceAt, onDayOf, shiftTime } from './schedule.ts';
import * as store from './store.ts';
import { asksToTell, texts } from './texts.ts';

/** Runs `one` for each matching reminder; one Undo reverts all of them. */
export async function ofEach(
  ctx: TxContext,
  wanted: WantedAct & { input: { which?: string } },
  one: (found: Reminder) => Promise<ToolResult>,
): Promise<ToolResult> {
  const reminders = await findSome(ctx, wanted.input.which ?? '', wanted);
  if (!Array.isArray(reminders)) return reminders;
  const unnamed = askUnnamed(ctx, wanted, reminders);
  if (unnamed) return quoteRows(unnamed, reminders);
  const [only, ...others] = reminders;
  if (only && others.length === 0) return quoteRows(await one(only), [only]);
  const results: ToolResult[] = [];
  for (const reminder of reminders) results.push(await one(reminder));
  const text = results.map((result) => (result.ok ? result.text : result.message)).join('\n');
  const items = results.flatMap((result) => (result.ok ? ((result.undo?.input.items ?? []) as unknown[]) : []));
  const notices = results.flatMap((result) => (result.ok ? (result.notices ?? []) : []));
  const asked = results.flatMap((result) => (result.ok ? [] : (result.choices ?? [])));
  const undo = { tool: 'reminder_restore', input: { items }, label: texts.labelOfSeveral(items.length) };
  const choices = [...asked, ...(items.length > 0 ? [undoChoice(undo)] : [])];
  const which = reminders.map(({ id }) => id).join(', ');
  return quoteRows(
    done(text, {
      id: which,
      notices,
      ...omitUndefined({
        undo: items.length > 0 ? undo : undefined,
        choices: choices.length > 0 ? choices : undefined,
      }),
    }),
    reminders,
  );
}

/** Asks before what a model has chosen and the person has not named: it may be done, or gone. */
function askUnnamed(ctx: TxContext, { tool, input }: WantedAct, reminders: readonly Reminder[]): Failed | undefined {
  const ids = reminders.map(({ id }) => id).join(', ');
  const text = reminders.map((each) => each.text).join(', ');
  const complete = { label: 'Mark as done', tool: 'reminder_complete', input: { which: ids } };
  const isDeletion = tool === 'reminder_delete';
  const yes = { tool, input: { ...input, which: ids, ...(isDeletion && { seen: markOfAll(reminders) }) } };
  return askIfUnnamed(ctx, { text, yes, others: isDeletion ? [complete] : [] });
}

export const which = z
  .string()
  .default('')
  .describe(
    'Its id, words of its text, or its number in the last list; several between commas, `all`, or `it` for the one that just spoke.',
  );

/** Stores `after` and answers `say(after)` with an Undo; `at` is the instant that the text mentions. */
export async function change(
  ctx: TxContext,
  before: Reminder,
  changed: Reminder,
  say: (after: Reminder) => string,
  at?: Date,
): Promise<ToolResult> {
  const { tx, clock, person, conversationId, tainted } = ctx;
  const after = { ...changed, tainted: before.tainted || (tainted && changed.text !== before.text) };
  if (after.state === 'deleted' && before.state !== 'deleted')
    await buryTellings(ctx, [{ text: before.text, at: before.createdAt, isAct: true }]);
  await store.saveReminders(tx, [after], clock.now());
  if (!isToldAlike(after, before) || after.escalateAt?.getTime() !== before.escalateAt?.getTime())
    await store.saveEscalation(tx, after);
  store.lists.leave(tx, person.id, conversationId);
  const undo = undoOf({ ...after, version: before.version + 1 }, before);
  return done(say(after), {
    undo,
    subject: after.text,
    id: after.id,
    tainted: after.tainted,
    ...(at && { times: [at.toISOString()] }),
    choices: [undoChoice(undo)],
  });
}

export const notPutOff = { snoozedUntil: undefined, snoozedOccurrence: undefined, nagged: 0 } as const;

/** "Done" before anything was said: the next occurrence, or the whole series? */
export function notOpen(reminder: Reminder, next: Date, reader: Reader): ToolResult {
  return failed('AMBIGUOUS', texts.notOpen(reminder, next, reader), {
    choices: [
      { label: 'Skip that one', tool: 'reminder_complete', input: { which: reminder.id, ahead: true } },
      {
        label: 'End the series',
        tool: 'reminder_delete',
        input: { which: reminder.id, seen: reminderMark(reminder) },
        style: 'danger',
      },
    ],
  });
}

/** `draft`: `before` with what else has changed of it. */
export async function moveTo(
  ctx: TxContext,
  before: Reminder,
  draft: Reminder,
  schedule: PlannedTime,
  wakeAt: WakeAt,
): Promise<ToolResult> {
  const refused = await refusedAsTooOften(ctx, [{ ...draft, ...schedule }]);
  if (refused) return refused;
  const { rule, plannedAt } = atItsHour(before, schedule);
  const after = { ...draft, ...schedule, rule, plannedAt, ...notPutOff };
  // Moved, it is answered: its new time has one of its own.
  if (rule === undefined) after.escalateAt = undefined;
  ctx.tx.afterCommit(() => wakeAt(plannedAt));
  return change(ctx, before, after, (reminder) => texts.edited(reminder, ctx.when), plannedAt);
}

const editInput = z.object({
  which,
  text: z.string().optional().describe('The new text.'),
  replace: z
    .object({ from: z.string().min(1), to: z.string() })
    .optional()
    .describe('Words of the text for others.'),
  when: z.string().optional().describe("The new time, in the person's own words or in plain English."),
  series: z.boolean().optional().describe('Of a series: a single time replaces the whole series.'),
  ...delivery.inputs,
});

type Edit = z.output<typeof editInput>;

export function editTool(wakeAt: WakeAt) {
  return dataTool({
    name: 'reminder_edit',
    group: 'settings',
    form: { times: ['when'] },
    dialogue: { thing: 'reminder', asks: { NO_CHANGE: 'when', ...ASKS_WHEN } },
    description: "Changes a reminder's text, its time, or how it is delivered. Pass the person's own words for `when`.",
    effect: 'write',
    policy: { confirms: tellsOthers },
    record: { redact: privately('which', 'text', 'replace', 'escalate') },
    display: { asks: (input) => (tellsOthers(input) ? asksToTell(input) : undefined) },
    input: editInput,

    run: (input, ctx) =>
      ofEach(ctx, { tool: 'reminder_edit', input, prefers: 'any' }, async (reminder) => {
        const changed = await edit(ctx, reminder, input, wakeAt);
        return changed.ok && ctx.turn.chosen
          ? { ...changed, notices: [...(changed.notices ?? []), ...(await loudIn(ctx, reminder, input))] }
          : changed;
      }),
  });
}

/** Sentences for below a model's answer, about what it has set that wakes somebody. */
async function loudIn(ctx: TxContext, before: Reminder, input: Edit): Promise<string[]> {
  const values = await delivery.read(input, ctx);
  if ('ok' in values) return [];
  return delivery.loudIn({ ...before, ...values, text: input.text?.trim() || before.text }, input, ctx);
}

/** Models are shown it for all that changes a reminder. */
export const reminderChange = changeTool({
  name: 'reminder_change',
  group: 'always',
  description: 'Changes a reminder.',
  which: 'Its words, id or number; several between commas; all; it.',
  says: 'done: a series goes on. snooze: once. skip: one of a series.',
  fields: {
    when: z.string().optional().describe('snooze, move, skip: when.'),
    text: z.string().optional().describe('edit: the words.'),
  },
  verbs: {
    done: { tool: 'reminder_complete', act: 'finish', takes: [], input: () => ({}) },
    snooze: { tool: 'reminder_snooze', act: 'later', takes: ['when'], input: ({ when }) => (when ? { when } : {}) },
    move: {
      tool: 'reminder_edit',
      act: 'later',
      takes: ['when', 'text'],
      input: ({ when, text }) => (when ? { when, ...(text && { text }) } : undefined),
      needs: '`when`: the new time',
    },
    edit: {
      tool: 'reminder_edit',
      act: 'replace',
      takes: ['when', 'text'],
      input: ({ when, text }) => (text ? { text, ...(when && { when }) } : undefined),
      needs: '`text`: the new words',
    },
    skip: {
      tool: 'reminder_complete',
      act: 'skip',
      takes: ['when'],
      input: ({ when }) => (when ? { day: when } : { ahead: true }),
    },
    delete: { tool: 'reminder_delete', act: 'remove', takes: [], input: () => ({}) },
  },
});

async function edit(ctx: TxContext, before: Reminder, input: Edit, wakeAt: WakeAt): Promise<ToolResult> {
  const withDelivery = await changeDelivery(ctx, before, input);
  if ('ok' in withDelivery) return withDelivery;
  const text = newText(withDelivery.text, input);
  if (text === undefined) return failed('NOT_FOUND', texts.notInText(withDelivery, input.replace?.from ?? ''));
  if (text.length > LONGEST_TEXT) return failed('TOO_LONG', texts.tooLong(LONGEST_TEXT));
  if (ctx.tainted && !ctx.approval.confirmed && text !== before.text && withDelivery.thenMinutes !== undefined)
    return failed('DENIED', texts.escalatedText);
  const now = ctx.clock.now();
  if (input.when?.trim())
    return editTime(ctx, before, { ...withDelivery, text }, { ...input, when: input.when }, wakeAt);
  if (text === before.text && Object.keys(delivery.pickGiven(input)).length === 0) {
    const { message, remedy } = texts.nothingToEdit;
    return failed('NO_CHANGE', message, { remedy });
  }
  const refused = withDelivery.nag === before.nag ? undefined : await refusedAsTooOften(ctx, [withDelivery]);
  if (refused) return refused;
  // Quiet hours do not hold what is urgent.
  const isFreed = withDelivery.urgent && withDelivery.heldSince !== undefined;
  if (isFreed) ctx.tx.afterCommit(() => wakeAt(now));
  const after = { ...withDelivery, text, ...(isFreed && { snoozedUntil: now }) };
  if (after.escalateAt) ctx.tx.afterCommit(() => wakeAt(after.escalateAt ?? now));
  return change(ctx, before, after, (reminder) => editedText(reminder, before, input, ctx.when));
}

function editedText(after: Reminder, before: Reminder, input: Edit, when: Reader): string {
  const own = after.text === before.text ? delivery.answer(after, input) : undefined;
  return own ?? texts.edited(after, when);
}

/** Fields about delivery; a question about the time carries them with each answer. */
type DeliveryEdit = Parameters<typeof delivery.pickGiven>[0];

/** The reminder as it is delivered from now on; a refusal where one of its fields cannot be read. */
export async function changeDelivery(
  ctx: TxContext,
  before: Reminder,
  input: DeliveryEdit,
): Promise<Reminder | Failed> {
  const values = await delivery.read(input, ctx);
  if ('ok' in values) return values;
  const changed = { ...before, ...values };
  const still = changed.nag === undefined && before.nagged > 0 ? notPutOff : {};
  const { thenMinutes } = changed;
  const escalateAt =
    input.escalate === undefined ? before.escalateAt : escalatedAt(before, thenMinutes, ctx.clock.now());
  return { ...changed, ...still, escalateAt };
}

function newText(old: string, { text, replace }: Edit): string | undefined {
  if (!replace) return text?.trim() || old;
  const at = old.toLowerCase().indexOf(replace.from.toLowerCase());
  return at < 0 ? undefined : old.slice(0, at) + replace.to + old.slice(at + replace.from.length);
}

async function editTime(
  ctx: TxContext,
  before: Reminder,
  reminder: Reminder,
  input: Edit & { when: string },
  wakeAt: WakeAt,
): Promise<ToolResult> {
  const now = ctx.clock.now();
  const { text } = reminder;
  const limited = limitedBy(reminder, input.when, ctx.when);
  const { words, itsDay, when }: TimeBeside = limited ?? timeBeside(ctx, ownTime(reminder, now, ctx.when), input.when);
  if (when === undefined) return failed('PAST', texts.pickedPast);
  if (when.kind === 'reject') return failed(when.code, whyNot(when, input.when));
  const carried = { text, ...delivery.pickGiven(input) };
  const wanted = { act: 'edit', which: reminder.id, ...carried };
  if (when.kind === 'ambiguous') return askWhich(when.question, when.readings, wanted);
  if (reminder.rule !== undefined && when.kind === 'once' && !input.series) {
    const isClock = itsDay !== undefined || onDayOf(when.at, words, ctx.when) !== undefined;
    return isClock ? timeOfOneOrAll(reminder, when, wanted, ctx.when) : oneOrAll(reminder, words, carried);
  }
  const schedule = plannedFor(stillBounded(reminder, words, when, ctx.when), now);
  if (!schedule) return failed('NEVER', 'That never comes.');
  const result = await moveTo(ctx, before, reminder, schedule, wakeAt);
  const others = [...(when.others ?? []), ...readingsOfItsZone(ctx, reminder, when, input.when)];
  const choices = others.map((other) => readingChoice(other, wanted));
  return result.ok && choices.length > 0 ? { ...result, choices: [...choices, ...(result.choices ?? [])] } : result;
}

/** The same words on the clocks of the zone that a single reminder was set in, where the person is elsewhere by now. */
function readingsOfItsZone(
  ctx: TxContext,
  reminder: Reminder,
  when: ParsedWhen,
  words: string,
): readonly TimeReading[] {
  if (reminder.rule !== undefined || reminder.zone === ctx.when.zone || when.kind !== 'once') return [];
  const there = timeBeside(ctx, { ...ownTime(reminder, ctx.clock.now(), ctx.when), zone: reminder.zone }, words).when;
  if (there?.kind !== 'once' || there.at.getTime() === when.at.getTime()) return [];
  return [{ words: `${words} (${reminder.zone})`, when: there }];
}

/** Why there is no such time, in the words that were said: what they left out had been filled in. */
export const whyNot = ({ say, unread }: Reject, words: string): string =>
  unread === undefined ? say : notUnderstood(words).say;

/** When something speaks, in its zone; `isOver`: it has no time of its own any more. */
interface OwnTime {
  at: Date;
  zone: string;
  isOver?: boolean;
}

const ownTime = (reminder: Reminder, now: Date, reader: Reader): OwnTime => ({
  at: dayAt(reminder, now),
  zone: reminder.rule === undefined ? reader.zone : reminder.zone,
  isOver: reminder.plannedAt === undefined && putOffTo(reminder, now) === undefined,
});

interface TimeBeside {
  words: string;
  itsDay?: ParsedWhen | undefined;
  when?: ParsedWhen | undefined;
}

/**
 * The time that is meant in relation to `own`: "an hour earlier", "Thursday" at its hour, "6pm" on its day (`itsDay`).
 * `when` is undefined where it has passed.
 */
function timeBeside(ctx: TxContext, { at, zone, isOver = false }: OwnTime, phrase: string): TimeBeside {
  const now = ctx.clock.now();
  const shift = shiftTime(at, phrase);
  const words = isOver ? phrase : filledIn(phrase, at, zone);
  if (shift && shift <= now) return { words };
  const itsDay: ParsedWhen | undefined = shift ? onceAt(shift, zone) : onDayOf(at, words, { ...ctx.when, zone });
  // The hour that it keeps is one of its own zone.
  const where = keepsHour(words, phrase, at, zone) ? { ...ctx.when, zone } : ctx.when;
  return { words, itsDay, when: itsDay ?? parseWhen(words, where) };
}

const ON_WEEKDAY = pattern.i`^${WEEKDAY}\b`;

/** A time for a series may mean its next occurrence, or the end of the series: that is for the person to say. */
function oneOrAll(reminder: Reminder, when: string, changes: DeliveryEdit & { text: string }): ToolResult {
  const isWeekly = /FREQ=WEEKLY/.test(reminder.rule ?? '') && ON_WEEKDAY.test(when);
  const all = isWeekly ? `every ${when}` : when;
  return failed('AMBIGUOUS', texts.oneOrAll(reminder), {
    choices: [
      { label: 'Only the next one', tool: 'reminder_snooze', input: { which: reminder.id, when } },
      {
        label: 'The whole series',
        tool: 'reminder_edit',
        input: { which: reminder.id, when: all, ...changes, series: true },
      },
    ],
  });
}

/** A reminder that spoke no longer ago is nearer to mind than its next occurrence. */
export const SPOKE_LATELY_MS = 12 * 3_600_000;

const putOffTo = ({ plannedAt, snoozedUntil }: Reminder, now: Date): Date | undefined =>
  plannedAt === undefined && snoozedUntil && snoozedUntil > now ? snoozedUntil : undefined;

/** The day that a time of day alone is meant for: that of the occurrence that just spoke, else of the next one. */
function dayAt(reminder: Reminder, now: Date): Date {
  const { plannedAt, lastAt } = reminder;
  const lately = lastAt !== undefined && now.getTime() - lastAt.getTime() < SPOKE_LATELY_MS;
  return lately && isOpen(reminder) ? now : (plannedAt ?? putOffTo(reminder, now) ?? now);
}

/** A new time of day: of the next occurrence, or of all of them, on their days. */
function timeOfOneOrAll(
  reminder: Reminder,
  when: OneTime,
  wanted: Record<string, unknown>,
  reader: Reader,
): ToolResult {
  const { id, rule = '', zone } = reminder;
  const moved = atOtherTime(rule, when.at, zone);
  const next = { act: 'snooze', which: id, ...storedPlan(when) };
  const all = { ...wanted, ...(moved ? { rule: moved, zone } : storedPlan(when)) };
  return failed('AMBIGUOUS', texts.timeOfOneOrAll(reminder, when.at, reader), {
    choices: [
      { label: 'Only the next one', tool: 'reminder_choose', input: next },
      { label: 'The whole series', tool: 'reminder_choose', input: all },
    ],
  });
}

const MOST_DELETED_UNASKED = 2;

export const deleteTool = dataTool({
  name: 'reminder_delete',
  group: 'unshown',
  dialogue: { thing: 'reminder' },
  policy: {
    // Several at once count as many.
    deletes: ({ which, sure }) => (sure || isAll(which) || which.includes(',') ? 2 : 1),
  },
  description: 'Deletes a reminder; a series ends with it.',
  effect: 'write',
  record: { redact: privately('which') },
  form: { own: ['sure', 'seen'] },
  // Strict: a button of an earlier version that took days off a series must not end it.
  input: z.strictObject({
    which,
    sure: z.boolean().optional().describe('Many at once, which the person has confirmed.'),
    seen: seenField,
  }),

  async run(input, ctx) {
    const wanted = { tool: 'reminder_delete', input, prefers: 'any', mark: reminderMark } as const;
    const reminders = await findSome(ctx, input.which, wanted);
    if (!Array.isArray(reminders)) return reminders;
    const isMany = reminders.length > (isAll(input.which) ? 1 : MOST_DELETED_UNASKED);
    const unnamed = isMany ? undefined : askUnnamed(ctx, wanted, reminders);
    if (unnamed) return quoteRows(unnamed, reminders);
    // A card of several holds for these as they were.
    const isAnother = input.seen !== undefined && input.seen !== markOfAll(reminders);
    const [only, ...others] = reminders;
    if (isAnother && only && others.length === 0)
      return quoteRows(askIfChanged(wanted, { ...only, mark: markOfAll(reminders) }) ?? askAll(reminders), reminders);
    if (isAnother || (isMany && !input.sure)) return quoteRows(askAll(reminders), reminders);
    return ofEach(ctx, wanted, (one) => change(ctx, one, { ...one, state: 'deleted' }, texts.deleted));
  },
});

const markOfAll = (reminders: readonly Reminder[]): string => {
  const [only, ...others] = reminders.map(reminderMark);
  return only !== undefined && others.length === 0 ? only : markOf(...reminders.map(reminderMark));
};

function askAll(reminders: readonly Reminder[]): ToolResult {
  const which = reminders.map(({ id }) => id).join(', ');
  return failed('AMBIGUOUS', texts.reallyAll(reminders), {
    choices: [
      {
        label: `Delete all ${reminders.length}`,
        tool: 'reminder_delete',
        input: { which, sure: true, seen: markOfAll(reminders) },
        style: 'danger',
      },
    ],
  });
}
