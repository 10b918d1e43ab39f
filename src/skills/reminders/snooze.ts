import { z } from 'zod';
import { dataTool, done, failed, privately, type ToolResult, type TxContext } from '../../agent/index.ts';
import { shortId } from '../../base/ids.ts';
import { addDays, nextOf, type ParsedWhen, type Reader, readPlan, storedPlan } from '../../time/index.ts';
import { leavingOut } from './bounds.ts';
import { change, changeDelivery, moveTo, ofEach, SPOKE_LATELY_MS, which, whyNot } from './change.ts';
import { askWhich, carriedInput, readingChoice, storePlanned } from './create.ts';
import { type DaySpan, dayIn, occurrenceFrom, spanOf } from './days.ts';
import { MOST_PENDING } from './limits.ts';
import type { Making } from './other.ts';
import { isOpen, type Reminder, type WakeAt } from './reminder.ts';
import { findWhich } from './resolve.ts';
import { undoOfAll } from './restore.ts';
import { filledIn, onDayOf, parsePutOff } from './schedule.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

/** The occurrence that a snooze moves: the one that spoke, unless the next one is nearer to mind. */
function putOff(reminder: Reminder, until: Date, now: Date): Reminder {
  const { plannedAt, rule, lastAt, lastOccurrence, snoozedOccurrence } = reminder;
  if (snoozedOccurrence) return { ...reminder, snoozedUntil: until };
  const lately = lastAt !== undefined && now.getTime() - lastAt.getTime() < SPOKE_LATELY_MS;
  if (lastOccurrence && (plannedAt === undefined || (lately && isOpen(reminder)))) {
    return { ...reminder, snoozedUntil: until, snoozedOccurrence: lastOccurrence };
  }
  const next = rule !== undefined && plannedAt ? nextOf(rule, plannedAt) : undefined;
  return { ...reminder, snoozedUntil: until, snoozedOccurrence: plannedAt ?? until, plannedAt: next };
}

async function snoozeTo(
  ctx: TxContext,
  before: Reminder,
  until: Date,
  wakeAt: WakeAt,
  occurrence?: Date,
): Promise<ToolResult> {
  const now = ctx.clock.now();
  const moved = occurrence === undefined ? putOff(before, until, now) : movedTo(before, occurrence, until);
  if (!moved) return moveApart(ctx, before, occurrence as Date, until, wakeAt);
  ctx.tx.afterCommit(() => wakeAt(until));
  return change(ctx, before, { ...moved, nagged: 0 }, (reminder) => texts.snoozed(reminder, until, ctx.when), until);
}

export function snoozeTool(wakeAt: WakeAt) {
  return dataTool({
    name: 'reminder_snooze',
    group: 'unshown',
    form: { times: ['when', 'day'] },
    dialogue: { thing: 'reminder' },
    description: 'Puts one occurrence of a reminder off. A series keeps its own times beside it.',
    effect: 'write',
    record: { redact: privately('which') },
    input: z.object({
      which,
      when: z
        .string()
        .default('10 minutes')
        .describe("How long, or until when, in the person's own words or in plain English."),
      day: z.string().max(100).optional().describe('Of a series: only that day moves.'),
    }),

    run: (input, ctx) =>
      ofEach(ctx, { tool: 'reminder_snooze', input, prefers: input.day === undefined ? 'spoken' : 'any' }, (reminder) =>
        snooze(ctx, reminder, { when: input.when, day: input.day }, wakeAt),
      ),
  });
}

async function snooze(
  ctx: TxContext,
  reminder: Reminder,
  { when: words, day }: { when: string; day: string | undefined },
  wakeAt: WakeAt,
): Promise<ToolResult> {
  const now = ctx.clock.now();
  const span = day === undefined || reminder.rule === undefined ? undefined : spanOf(day, ctx);
  const occurrence = span && occurrenceWithin(reminder, span, ctx);
  const own = occurrence ?? ownTime(reminder, now);
  const completed = own ? completedPutOff(words, own, reminder.zone) : words;
  // Three o'clock is on the day of the occurrence that moves.
  const itsDay = own ? onDayOf(own, completed.replace(UNTIL, ''), ctx.when) : undefined;
  const when = itsDay ?? parsePutOff(completed, own ?? now, ctx.when);
  if (when.kind === 'reject') return failed(when.code, whyNot(when, words));
  if (span && !occurrence) return notThen(reminder, when, ctx.when);
  const wanted = { act: 'snooze', which: reminder.id, ...(occurrence && { occurrence: occurrence.toISOString() }) };
  if (when.kind === 'ambiguous') return askWhich(when.question, when.readings, wanted);
  if (when.kind === 'recurring') return failed('NOT_ONE_TIME', texts.snoozeOnce);
  if (span && occurrence && isSeveralTimes(reminder, occurrence, span, ctx))
    return failed('NOT_ONE_TIME', texts.snoozeOnce);
  const result = await snoozeTo(ctx, reminder, when.at, wakeAt, occurrence);
  const choices = when.others?.map((other) => readingChoice(other, wanted));
  return result.ok && choices ? { ...result, choices: [...choices, ...(result.choices ?? [])] } : result;
}

function notThen(reminder: Reminder, when: ParsedWhen, reader: Reader): ToolResult {
  const times = when.kind === 'ambiguous' ? when.readings.map((reading) => reading.when) : [when];
  const choices = times.flatMap((one) =>
    one.kind === 'once'
      ? {
          label: texts.moveNext(reminder, one.at, reader),
          tool: 'reminder_choose',
          input: { act: 'snooze', which: reminder.id, ...storedPlan(one) },
        }
      : [],
  );
  return failed('AMBIGUOUS', texts.notThen(reminder, reader), { choices });
}

function ownTime(reminder: Reminder, now: Date): Date | undefined {
  const { plannedAt, snoozedUntil, snoozedOccurrence, lastOccurrence } = reminder;
  const hasSpoken = snoozedUntil && lastOccurrence && snoozedOccurrence && snoozedOccurrence <= lastOccurrence;
  const at = hasSpoken ? undefined : (snoozedUntil ?? plannedAt);
  return !isOpen(reminder) && at !== undefined && at > now ? at : undefined;
}

const UNTIL = /^(?:until|till|til|to)\s+/i;

const DAYS_LONG =
  /^(?:for |by )?(?:another |a further )?(?:an?|\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|a couple of) (?:days?|weeks?|fortnights?|months?)$/i;

/** "Until tomorrow" keeps the hour; a length of time stays as it is. */
function completedPutOff(words: string, at: Date, zone: string): string {
  const [, lead = '', rest = ''] = /^((?:until|till|til|to)\s+)?(.+)$/is.exec(words.trim()) ?? [];
  // "By two days" counts from its own time.
  return DAYS_LONG.test(rest) ? words.trim() : `${lead}${filledIn(rest, at, zone)}`;
}

// An occurrence of a series that moves, and the others as they are.

function occurrenceWithin(reminder: Reminder, { first, last }: DaySpan, { when, clock }: TxContext) {
  const dayOf = dayIn(when.zone);
  const isIn = (at: Date | undefined): boolean => at !== undefined && dayOf(at) >= first && dayOf(at) <= last;
  const { snoozedUntil, snoozedOccurrence, lastOccurrence } = reminder;
  const next = occurrenceFrom(reminder, first, dayOf);
  if (isIn(next)) return next;
  if (isIn(snoozedUntil)) return snoozedOccurrence;
  const spokenAt = isOpen(reminder) ? lastOccurrence : undefined;
  return spokenAt && isIn(spokenAt) && dayOf(spokenAt) === dayOf(clock.now())
    ? spokenAt
    : begunToday(reminder, { first, last }, when);
}

function isSeveralTimes({ rule }: Reminder, occurrence: Date, { last }: DaySpan, { when }: TxContext): boolean {
  const next = rule === undefined ? undefined : nextOf(rule, occurrence);
  return next !== undefined && dayIn(when.zone)(next) <= last;
}

/** A series that was set after its hour of today comes today, too. */
function begunToday(
  { rule = '', plannedAt, lastOccurrence }: Reminder,
  { first, last }: DaySpan,
  { now, zone }: TxContext['when'],
): Date | undefined {
  const dayOf = dayIn(zone);
  const today = dayOf(now);
  if (lastOccurrence || !plannedAt || /INTERVAL|COUNT/.test(rule) || first > today || last < today) return undefined;
  const [, start = ''] = /^DTSTART[^\n]*:(\d{8})T/.exec(rule) ?? [];
  if (start === '') return undefined;
  const earlier = addDays(start.replace(/(....)(..)/, '$1-$2-'), -7).replaceAll('-', '');
  const shiftedRule = rule.replace(`:${start}T`, `:${earlier}T`);
  // A day has at most 25 hours.
  let at = nextOf(shiftedRule, new Date(now.getTime() - 25 * 3_600_000));
  while (at && at <= now && dayOf(at) !== today) at = nextOf(shiftedRule, at);
  return at && at <= now ? at : undefined;
}

/** `reminder` with `occurrence` moved; undefined where the row of a series has no room for it. */
function movedTo(reminder: Reminder, occurrence: Date, until: Date): Reminder | undefined {
  const { plannedAt, rule, snoozedOccurrence, snoozedUntil, nagged } = reminder;
  const is = (at: Date | undefined) => at?.getTime() === occurrence.getTime();
  const moved = { ...reminder, snoozedUntil: until, snoozedOccurrence: occurrence };
  if (is(snoozedOccurrence)) return moved;
  // A waiting repetition would be lost.
  if (snoozedUntil && nagged === 0) return undefined;
  if (is(plannedAt)) return { ...moved, plannedAt: rule === undefined ? undefined : nextOf(rule, occurrence) };
  return plannedAt && occurrence > plannedAt ? undefined : moved;
}

async function moveApart(
  ctx: TxContext,
  reminder: Reminder,
  occurrence: Date,
  until: Date,
  wakeAt: WakeAt,
): Promise<ToolResult> {
  const { tx, person, conversationId, clock } = ctx;
  const now = clock.now();
  const { rule = '', zone, plannedAt } = reminder;
  const remainingRule = leavingOut(rule, dayIn(zone)(occurrence));
  const after = {
    ...reminder,
    rule: remainingRule,
    plannedAt: plannedAt && nextOf(remainingRule, new Date(plannedAt.getTime() - 1)),
  };
  const tainted = reminder.tainted || ctx.tainted;
  const insertion = await store.insertReminder(
    tx,
    { ...reminder, id: shortId(), rule: undefined, plannedAt: until, escalateAt: undefined, tainted },
    MOST_PENDING,
    now,
  );
  if (!insertion) return failed('TOO_MANY', texts.tooMany(MOST_PENDING));
  await store.saveReminders(tx, [after], now);
  store.lists.leave(tx, person.id, conversationId);
  tx.afterCommit(() => wakeAt(until));
  const acts = [
    { after: { ...after, version: reminder.version + 1 }, before: reminder },
    { after: insertion.reminder, before: undefined },
  ];
  return done(texts.movedApart(reminder, occurrence, until, ctx.when), {
    undo: undoOfAll(acts, texts.label(reminder)),
    subject: reminder.text,
    id: reminder.id,
    tainted,
    times: [until.toISOString()],
  });
}

export function chooseTool(making: Making) {
  const { wakeAt } = making;
  return dataTool({
    name: 'reminder_choose',
    dialogue: { thing: 'reminder' },
    description: 'Sets, moves or puts off a reminder to a time that the person picked.',
    effect: 'write',
    callers: 'buttons',
    record: { redact: privately('text', 'escalate') },
    input: carriedInput.extend({
      act: z.enum(['create', 'edit', 'snooze']),
      which: z.string().default(''),
      at: z.iso.datetime().optional(),
      rule: z.string().optional(),
      zone: z.string(),
      occurrence: z.iso.datetime().optional().describe('The one put off.'),
      tainted: z.boolean().optional(),
    }),

    async run(input, ctx) {
      const now = ctx.clock.now();
      const schedule = readPlan(input, now);
      if (!schedule || schedule.plannedAt <= now) return failed('PAST', texts.pickedPast);
      const { act, text = '' } = input;
      if (act === 'create') return storePlanned(ctx, { ...input, text }, schedule, making);
      const reminder = await findWhich(ctx, input.which, { tool: 'reminder_choose', input, prefers: 'any' });
      if ('ok' in reminder) return reminder;
      const occurrence = input.occurrence === undefined ? undefined : new Date(input.occurrence);
      if (act === 'snooze') return snoozeTo(ctx, reminder, schedule.plannedAt, wakeAt, occurrence);
      const delivered = await changeDelivery(ctx, reminder, input);
      if ('ok' in delivered) return delivered;
      return moveTo(ctx, reminder, { ...delivered, text: input.text ?? reminder.text }, schedule, wakeAt);
    },
  });
}
