import { z } from 'zod';
import {
  buryTellings,
  dataTool,
  done,
  type Failed,
  failed,
  privately,
  quoteRows,
  type ToolResult,
  type TxContext,
  undoChoice,
} from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import { shortId } from '../../base/ids.ts';
import { shorten } from '../../base/text.ts';
import { type SkillPorts, ThingUndo, targetTexts } from '../../chat/index.ts';
import { type Choice, conversations, targets } from '../../delivery/index.ts';
import {
  nextOf,
  type OneTime,
  type PlannedTime,
  plannedFor,
  type Recurring,
  readPlan,
  readSlot,
  storedPlan,
  type TimeReading,
} from '../../time/index.ts';
import { isPaused, planAround } from './pause.ts';
import { commandRun, type PersonSchedule, saved, smallestStep, storedRun, type WakeAt, type Wish } from './schedule.ts';
import { createShort } from './short.ts';
import * as store from './store.ts';
import { settleAsking } from './tell.ts';
import { texts } from './texts.ts';
import { planFields, tellingFields } from './watch/fields.ts';
import { type Watch, watch } from './watch/rule.ts';
import { readTelling, type TellingInput } from './watch/telling.ts';
import { tellingTexts } from './watch/texts.ts';

const LONGEST_PROMPT = 4_000;

/** The part of a call's context that a plan needs: a command of the terminal has no more. */
export type Placing = Pick<TxContext, 'tx' | 'person' | 'clock' | 'when' | 'tainted' | 'conversationId' | 'place'>;

export interface Tooling {
  wakeAt: WakeAt;
  acknowledgements: SkillPorts['acknowledgements'];
  runnable(name: string): boolean;
  /** Milliseconds. */
  smallestStep: number;
  most: number;
}

export const createInput = z.object({
  when: z
    .string()
    .optional()
    .describe(
      'The person\'s own words for the time and nothing else ("every weekday at 8", "on 3 December at 9"), in plain English ' +
        'where they speak another language; never computed.',
    ),
  prompt: z.string().optional().describe("What to do then, in the person's own words. Left out where `run` is given."),
  run: z
    .string()
    .max(500)
    .optional()
    .describe('Instead of `prompt`: a skill by name and what it gets, such as "briefing" or "weekly-review".'),
  ...planFields.inputs,
});

type CreateInput = z.output<typeof createInput>;

export const CREATE = 'schedule_create';

export const createTool = (tooling: Tooling) =>
  dataTool({
    name: CREATE,
    group: 'always',
    form: { times: ['when'], short: createShort(tooling) },
    dialogue: { thing: 'schedule', asks: { NO_TIME: 'when', NO_TEXT: 'prompt' } },
    description: 'Plans work of yours, or a watch; to say words back use reminder_create.',
    effect: 'write',
    record: { redact: privately('prompt', 'run', 'title') },
    input: createInput,

    async run(input, ctx) {
      const action = readWhat(input, tooling);
      if ('ok' in action) return action;
      if (!input.when?.trim()) {
        const { message, remedy } = texts.noWhen(action.prompt ?? action.run ?? '');
        return failed('NO_TIME', message, { remedy, field: 'when' });
      }
      const when = readSlot(input.when, ctx.when, action.prompt ?? action.run);
      if (when.kind === 'reject' && when.code === 'TOO_OFTEN') return tooOften(tooling);
      if (when.kind === 'reject') return failed(when.code, when.say, { field: 'when' });
      if (when.kind === 'ambiguous') return askWhich(when.question, when.readings, { ...input, act: 'create' });
      return place(ctx, input, when, tooling);
    },
  });

export function askWhich(question: string, readings: readonly TimeReading[], input: Record<string, unknown>): Failed {
  const choices = readings.map(
    ({ words, when }): Choice => ({ label: words, tool: 'schedule_choose', input: { ...input, ...storedPlan(when) } }),
  );
  return failed('AMBIGUOUS', question, { choices, field: 'when' });
}

function tooOften({ smallestStep: ms }: Pick<Tooling, 'smallestStep'>): Failed {
  const { message, remedy } = texts.tooOften(Math.ceil(ms / 60_000));
  return failed('TOO_OFTEN', message, { remedy, field: 'when' });
}

export function canRun(run: string, runnable: Tooling['runnable']): boolean {
  const [name = ''] = commandRun(`/${run}`).slice(1).split(/\s+/);
  return runnable(name);
}

export function readWhat(
  { prompt, run }: Pick<CreateInput, 'prompt' | 'run'>,
  { runnable }: Pick<Tooling, 'runnable'>,
): { prompt: string | undefined; run: string | undefined } | Failed {
  const name = run?.trim().replace(/^\//, '');
  if (name) {
    const [first = ''] = name.split(/\s+/);
    if (canRun(name, runnable)) return { prompt: undefined, run: storedRun(`/${name}`) };
    return failed('UNKNOWN_SKILL', texts.noSkill(first), { field: 'run' });
  }
  const words = prompt?.trim() ?? '';
  if (words === '') return failed('NO_TEXT', texts.noWhat, { field: 'prompt' });
  if (words.length > LONGEST_PROMPT) return failed('TOO_LONG', texts.tooLong(LONGEST_PROMPT), { field: 'prompt' });
  return { prompt: words, run: undefined };
}

/** The plan of what was understood, unless it comes too often, or never. */
export function planOf(
  when: OneTime | Recurring,
  ctx: Placing,
  tooling: Pick<Tooling, 'smallestStep'>,
): PlannedTime | Failed {
  const plan = plannedFor(when, ctx.clock.now());
  return plan ? checkStep(plan, ctx, tooling) : failed('NEVER', texts.never, { field: 'when' });
}

function checkStep(
  plan: PlannedTime,
  { clock }: Placing,
  tooling: Pick<Tooling, 'smallestStep'>,
): PlannedTime | Failed {
  const often = plan.rule !== undefined && smallestStep(plan.rule, clock.now()) < tooling.smallestStep;
  return often ? tooOften(tooling) : plan;
}

async function place(
  ctx: TxContext,
  input: CreateInput,
  when: OneTime | Recurring,
  tooling: Tooling,
): Promise<ToolResult> {
  const plan = planOf(when, ctx, tooling);
  return 'ok' in plan ? plan : placeAt(ctx, input, plan, tooling, when.others);
}

type ScheduleWords = Omit<CreateInput, 'when'> & TellingInput & { watch?: Watch | undefined };

/** `plan` is undefined for what is looked at when its source says so. */
export async function placeAt(
  ctx: Placing,
  input: ScheduleWords,
  plan: PlannedTime | undefined,
  tooling: Tooling,
  others: readonly TimeReading[] = [],
): Promise<ToolResult> {
  const { tx, person, clock } = ctx;
  const { watch } = input;
  const action = watch ? { prompt: undefined, run: undefined } : readWhat(input, tooling);
  if ('ok' in action) return action;
  const planned = await planFields.read(input, ctx);
  if ('ok' in planned) return planned;
  const fields = { ...planFields.standard, ...planned };
  const telling = watch && (await readTelling(ctx, input, { ask: watch.ask }));
  if (telling && 'ok' in telling) return telling;
  const unseen = await seenRefused(tx, { ...fields, telling });
  if (unseen) return unseen;
  const conversationId = await sayIn(ctx, action.run);
  if (conversationId === undefined) return failed('NO_DM', texts.noDm);
  fields.title ||= action.run?.slice(1) || shorten((action.prompt ?? '').replace(/\s+/g, ' '), 60);
  const wish = {
    ...fields,
    conversationId,
    ...action,
    watch,
    rule: plan?.rule,
    zone: plan?.zone ?? ctx.when.zone,
    state: 'on' as const,
    nextAt: plan?.plannedAt,
    tainted: ctx.tainted,
    telling,
  };
  const whole = planAround(wish, undefined, ctx.when.now);
  if ('ok' in whole) return whole;
  const schedule = await store.insertSchedule(
    tx,
    { ...whole, id: shortId(), personId: person.id },
    tooling.most,
    clock.now(),
  );
  if (!schedule) {
    const { message, remedy } = texts.tooMany(tooling.most);
    return failed('TOO_MANY', message, { remedy });
  }
  const { nextAt } = schedule;
  if (nextAt) tx.afterCommit(() => tooling.wakeAt(nextAt));
  const undo = scheduleUndo.callFor(schedule, undefined);
  const notes = [
    ...(schedule.targetId !== undefined && input.tell ? [texts.toldIn(input.tell)] : []),
    ...(schedule.offUntil ? [texts.offUntil(schedule, ctx.when)] : []),
  ];
  return done([texts.created(schedule, plan, ctx.when, input.escalate?.to), ...notes].join(' '), {
    undo,
    subject: schedule.title,
    id: schedule.id,
    times: nextAt ? [nextAt.toISOString()] : [],
    choices: [...others.map((other) => readingChoice(other, schedule)), undoChoice(undo)],
  });
}

function readingChoice({ words, when }: TimeReading, { id }: PersonSchedule): Choice {
  return { label: words, tool: 'schedule_choose', input: { act: 'edit', which: id, ...storedPlan(when) } };
}

/** Refuses to ask for Seen where nobody can press it. */
export async function seenRefused(
  tx: TxContext['tx'],
  { targetId, telling }: Pick<Wish, 'targetId' | 'telling'>,
): Promise<Failed | undefined> {
  if (targetId === undefined || telling?.seen === undefined) return undefined;
  const target = await targets.findById(tx, targetId);
  return target?.kind === 'hook'
    ? failed('INVALID_INPUT', tellingTexts.noSeenThere(target.name), { field: 'seen' })
    : undefined;
}

/**
 * Conversation of a planned call, whose result is the person's own: where others read, it is said to them alone.
 * Undefined: there is none.
 */
async function sayIn({ tx, person, place: here, conversationId }: Placing, run: string | undefined) {
  if (run === undefined || here.kind === 'dm') return conversationId;
  return conversations.direct(tx, person.id);
}

export const chooseTool = (
  tooling: Tooling,
  edit: (ctx: TxContext, which: string, plan: PlannedTime) => Promise<ToolResult>,
) =>
  dataTool({
    name: 'schedule_choose',
    dialogue: { thing: 'schedule' },
    description: 'Settles when a schedule comes.',
    effect: 'write',
    callers: 'buttons',
    record: { redact: privately('prompt', 'run', 'title') },
    input: createInput.extend({
      watch: watch.optional(),
      ...tellingFields.inputs,
      act: z.enum(['create', 'edit']),
      which: z.string().optional(),
      at: z.string().optional(),
      rule: z.string().optional(),
      zone: z.string(),
    }),

    async run({ act, which = '', at, rule, zone, ...input }, ctx) {
      const stored = readPlan({ at, rule, zone }, ctx.clock.now());
      if (!stored) return failed('NEVER', texts.never);
      const plan = checkStep(stored, ctx, tooling);
      if ('ok' in plan) return plan;
      return act === 'edit' ? edit(ctx, which, plan) : placeAt(ctx, input, plan, tooling);
    },
  });

export const scheduleUndo = new ThingUndo<PersonSchedule, (typeof saved)['spec']>({
  thing: 'schedule',
  columns: saved,
  find: store.findById,
  label: ({ title }) => texts.label(title),
  notFound: texts.notFound('').message,
  changedSince: ({ title }) => texts.changedSince(title),
});

/** A schedule's words, for what told of it. */
export const toldBy = ({ title, prompt }: Pick<PersonSchedule, 'title' | 'prompt'>) => ({
  text: prompt ?? title,
  isAct: true as const,
});

const toDeleted = (schedule: PersonSchedule): Wish => ({ ...schedule, state: 'deleted', nextAt: undefined });

/** As it stood; what fell due meanwhile is dropped. Undefined: it was to run once, and that is over. */
function stoodBefore(wish: Wish, now: Instant): Wish | undefined {
  const was = isPaused(wish, now) ? wish : { ...wish, offUntil: undefined };
  // A hook has no time.
  if (!was.nextAt || was.nextAt > now || was.state !== 'on') return was;
  return was.rule === undefined ? undefined : { ...was, nextAt: nextOf(was.rule, now) };
}

/** Undefined: what is restored may be told there. A target that stays is looked at each time that something is told. */
async function targetRefused(tx: TxContext['tx'], was: Wish, now: Wish) {
  if (was.targetId === undefined || was.targetId === now.targetId) return undefined;
  const target = await targets.findById(tx, was.targetId);
  return target?.state === 'allowed'
    ? undefined
    : failed('DENIED', targetTexts.targetNotAllowed(target?.name ?? 'there'));
}

export const restoreTool = ({ wakeAt, acknowledgements }: Pick<Tooling, 'wakeAt' | 'acknowledgements'>) =>
  scheduleUndo.tool(async (ctx, schedule, before) => {
    const { tx, clock } = ctx;
    const was = before?.values;
    const refused = was && (await targetRefused(tx, was, schedule));
    if (refused) return refused;
    const wish = was ? stoodBefore(was, clock.now()) : toDeleted(schedule);
    if (!wish) return failed('PAST', texts.isOver(schedule.title));
    if (!was) await buryTellings(ctx, [toldBy(schedule)]);
    await store.saveSchedule(tx, schedule.id, wish);
    await settleAsking(acknowledgements, tx, schedule.id, wish);
    const { nextAt } = wish;
    if (nextAt) tx.afterCommit(() => wakeAt(nextAt));
    return quoteRows(done(was ? texts.restored(wish.title) : texts.unmade(wish.title)), [wish]);
  });
