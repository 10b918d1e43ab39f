import { z } from 'zod';
import {
  askIfChanged,
  askIfUnnamed,
  buryTellings,
  dataTool,
  done,
  type Failed,
  failed,
  isNumber,
  type MarkedCall,
  markOf,
  namedAmong,
  onlyOne,
  privately,
  quoteRows,
  type ShownList,
  seenField,
  type ToolResult,
  type TxContext,
} from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import { faultsOf } from '../../base/input.ts';
import type { SkillDeps } from '../../chat/index.ts';
import type { Transaction } from '../../storage/index.ts';
import { nextOf, type PlannedTime, readSlot } from '../../time/index.ts';
import {
  askWhich,
  createInput,
  type Placing,
  planOf,
  readWhat,
  scheduleUndo,
  seenRefused,
  type Tooling,
  toldBy,
} from './create.ts';
import { isOfHook, planAround } from './pause.ts';
import { planRuns, turnRun } from './run.ts';
import { commandRun, type PersonSchedule, type Wish } from './schedule.ts';
import * as store from './store.ts';
import { addressesOf, otherQuietEnd, settleAsking, sourcesOf, turnTold } from './tell.ts';
import { texts } from './texts.ts';
import { planFields, tellingFields } from './watch/fields.ts';
import { changeCondition, conditionChange, jsonInput } from './watch/rule.ts';
import { readTelling } from './watch/telling.ts';
import { tellingTexts } from './watch/texts.ts';
import { stepOf, type WatchTooling } from './watch.ts';

const which = z.string().max(200).default('').describe('Its id, its number in the list, or words of it.');

export const editInput = createInput.extend({
  which,
  rule: conditionChange.optional().describe('Of what is looked at: what changes of its rule; null takes a field away.'),
  input: jsonInput.optional().describe('Of what asks an MCP tool or runs a script: what that gets, as a JSON object.'),
  ...tellingFields.inputs,
});
export type EditInput = z.output<typeof editInput>;

export const editTool = (tooling: WatchTooling) =>
  dataTool({
    name: 'schedule_edit',
    group: 'unshown',
    form: { times: ['when'] },
    dialogue: { thing: 'schedule' },
    description: 'Changes when a schedule comes, what is done then, or by which rule and how it is told.',
    effect: 'write',
    // Whoever has said yes to a rule has said it to this one.
    policy: { confirms: changesRule },
    record: { redact: privately('which', 'prompt', 'run', 'title', 'rule', 'input', 'escalate') },
    input: editInput,

    async run(input, ctx) {
      const schedule = await findWhich(ctx, input.which, { tool: 'schedule_edit', input });
      return 'ok' in schedule ? schedule : edit(ctx, schedule, input, tooling);
    },
  });

const changesTelling = (input: EditInput): boolean => Object.keys(tellingFields.pickGiven(input)).length > 0;

/** A schedule that looks at nothing is told in no other way: the values of its record may be sent again. */
const changesNothing = ({ rule, input, ...rest }: EditInput): boolean =>
  rule === undefined && input === undefined && tellingFields.isStandard(rest);

const changesRule = (input: EditInput): boolean =>
  input.rule !== undefined || input.input !== undefined || changesTelling(input);

/** True if the call changes more than the time: a reading on a button carries only that. */
const changesMore = ({ which: _, when: __, ...rest }: EditInput): boolean =>
  Object.values(rest).some((each) => each !== undefined);

/** Changes a schedule of `ctx.person`. */
export async function edit(
  ctx: Placing,
  schedule: PersonSchedule,
  input: EditInput,
  tooling: WatchTooling,
): Promise<ToolResult> {
  const wish = await wishOf(ctx, schedule, input, tooling);
  if ('ok' in wish) return wish;
  if (!input.when?.trim()) return change(ctx, schedule, wish, tooling);
  if (isOfHook(wish)) return failed('INVALID_INPUT', texts.hookHasNoTime, { field: 'when' });
  const when = readSlot(input.when, ctx.when);
  if (when.kind === 'reject') return failed(when.code, when.say, { field: 'when' });
  if (when.kind === 'ambiguous') {
    if (changesMore(input))
      return failed('AMBIGUOUS', texts.ambiguousBeside(when.readings.map(({ words }) => words)), { field: 'when' });
    return askWhich(when.question, when.readings, { act: 'edit', which: schedule.id });
  }
  const smallestStep = wish.watch ? stepOf(tooling, wish.watch.source) : tooling.smallestStep;
  const plan = planOf(when, ctx, { smallestStep });
  return 'ok' in plan ? plan : change(ctx, schedule, moveTime(wish, plan, input), tooling);
}

async function wishOf(
  ctx: Placing,
  schedule: PersonSchedule,
  input: EditInput,
  tooling: WatchTooling,
): Promise<Wish | Failed> {
  const planned = await planFields.read(input, ctx);
  if ('ok' in planned) return planned;
  const wish: Wish = { ...schedule };
  if (input.prompt?.trim() || input.run?.trim()) {
    const action = readWhat(input, tooling);
    if ('ok' in action) return action;
    Object.assign(wish, action, {
      watch: undefined,
      telling: undefined,
      title: action.run?.slice(1) ?? schedule.title,
      tainted: schedule.tainted || ctx.tainted,
    });
  }
  Object.assign(wish, planned);
  return (await changeRule(ctx, wish, input)) ?? (await seenRefused(ctx.tx, wish)) ?? wish;
}

/** Changes the rule of what is looked at, and how its findings are told. Undefined: it is done. */
async function changeRule(ctx: Placing, wish: Wish, input: EditInput): Promise<Failed | undefined> {
  const { rule, input: sourceInput } = input;
  if (!changesRule(input)) return undefined;
  if (!wish.watch) return changesNothing(input) ? undefined : failed('INVALID_INPUT', tellingTexts.onlyRules);
  if (rule) {
    const changed = changeCondition(wish.watch.rule, rule);
    if (!changed.success)
      return failed('INVALID_INPUT', faultsOf(changed.error, 'the rule'), { field: fieldOf(changed.error) });
    wish.watch = { ...wish.watch, rule: changed.data };
    wish.tainted ||= ctx.tainted;
  }
  if (sourceInput) {
    const { source } = wish.watch;
    if (source.kind !== 'mcp' && source.kind !== 'script')
      return failed('INVALID_INPUT', texts.takesNoInput, { field: 'input' });
    wish.watch = { ...wish.watch, source: { ...source, input: sourceInput } };
    wish.tainted ||= ctx.tainted;
  }
  if (!changesTelling(input)) return undefined;
  const telling = await readTelling(ctx, input, { before: wish.telling, ask: wish.watch.ask });
  if (telling && 'ok' in telling) return telling;
  wish.telling = telling;
  return undefined;
}

const fieldOf = ({ issues: [first] }: z.ZodError): string => ['rule', ...(first?.path ?? [])].map(String).join('.');

/** A series stays off until its date; the one time that is named goes before a date of earlier. */
const moveTime = (
  wish: Wish,
  { plannedAt, rule, zone }: PlannedTime,
  { off_until: until }: Pick<EditInput, 'off_until'> = {},
): Wish => ({
  ...wish,
  rule,
  zone,
  nextAt: plannedAt,
  state: 'on',
  offUntil: rule === undefined && until === undefined ? undefined : wish.offUntil,
});

export async function move(ctx: TxContext, id: string, plan: PlannedTime, tooling: Tooling): Promise<ToolResult> {
  const schedule = await findWhich(ctx, id, { tool: 'schedule_edit', input: { which: id } });
  if ('ok' in schedule) return schedule;
  if (isOfHook(schedule)) return quoteRows(failed('INVALID_INPUT', texts.hookHasNoTime), [schedule]);
  return change(ctx, schedule, moveTime(schedule, plan), tooling);
}

async function change(
  ctx: Pick<Placing, 'tx' | 'when'>,
  before: PersonSchedule,
  next: Wish,
  { wakeAt, acknowledgements }: Pick<Tooling, 'wakeAt' | 'acknowledgements'>,
): Promise<ToolResult> {
  const { tx, when } = ctx;
  const wish = planAround(next, before, when.now);
  if ('ok' in wish) return quoteRows(wish, [before]);
  await store.saveSchedule(tx, before.id, wish);
  await settleAsking(acknowledgements, tx, before.id, wish);
  const { nextAt, rule, zone } = wish;
  if (nextAt) tx.afterCommit(() => wakeAt(nextAt));
  const after = { ...before, ...wish, version: before.version + 1 };
  const plan = nextAt && { plannedAt: nextAt, rule, zone };
  const isPausedNow = wish.offUntil !== undefined && wish.offUntil !== before.offUntil;
  return done(isPausedNow ? texts.offUntil(wish, when) : texts.changed(before, wish, plan, when), {
    undo: scheduleUndo.callFor(after, before),
    subject: wish.title,
    id: after.id,
    tainted: after.tainted,
  });
}

export const deleteTool = ({ acknowledgements }: Pick<Tooling, 'acknowledgements'>) =>
  dataTool({
    name: 'schedule_delete',
    group: 'unshown',
    dialogue: { thing: 'schedule' },
    policy: { deletes: () => 1 },
    description: 'Deletes a schedule.',
    effect: 'write',
    record: { redact: privately('which') },
    form: { own: ['seen'] },
    input: z.object({ which, seen: seenField }),

    async run(input, ctx) {
      const wanted = { tool: 'schedule_delete', input, mark: scheduleMark };
      const schedule = await findWhich(ctx, input.which, wanted);
      if ('ok' in schedule) return schedule;
      const again = askIfChanged(wanted, { ...schedule, text: schedule.title, mark: scheduleMark(schedule) });
      if (again) return quoteRows(again, [schedule]);
      await buryTellings(ctx, [toldBy(schedule)]);
      await store.saveSchedule(ctx.tx, schedule.id, { ...schedule, state: 'deleted', nextAt: undefined });
      // Nothing of it waits for Seen any more; gathered findings are dropped at their time, unless this is taken back.
      await acknowledgements.endAsking(ctx.tx, sourcesOf(schedule.id));
      const after = { ...schedule, state: 'deleted' as const, version: schedule.version + 1 };
      return quoteRows(
        done(texts.deleted(schedule.title), {
          undo: scheduleUndo.callFor(after, schedule),
          subject: schedule.title,
          id: schedule.id,
        }),
        [schedule],
      );
    },
  });

/** As it is when switched: on, it goes on from `now`, and what fell due while it was off is dropped. Undefined: it is over. */
export function switchSchedule(schedule: PersonSchedule, on: boolean, now: Instant): PersonSchedule | undefined {
  const off = { ...schedule, offUntil: undefined };
  if (isOfHook(schedule)) return { ...off, state: on ? 'on' : 'off' };
  const nextAt = schedule.rule === undefined ? schedule.nextAt : nextOf(schedule.rule, now);
  if (on && (nextAt === undefined || nextAt <= now)) return undefined;
  return { ...off, state: on ? 'on' : 'off', nextAt };
}

/** Off until a date that is said in words; it goes on by itself with the first occurrence after it. */
export async function pauseOwn(
  ctx: TxContext,
  schedule: PersonSchedule,
  until: string,
  tooling: Pick<Tooling, 'wakeAt' | 'acknowledgements'>,
): Promise<ToolResult> {
  const pause = await planFields.read({ off_until: until }, ctx);
  if ('ok' in pause) return { ...pause, field: 'until' };
  return quoteRows(await change(ctx, schedule, { ...schedule, ...pause }, tooling), [schedule]);
}

export async function switchOwn(
  ctx: TxContext,
  schedule: PersonSchedule,
  on: boolean,
  { wakeAt, acknowledgements }: Pick<Tooling, 'wakeAt' | 'acknowledgements'>,
): Promise<ToolResult> {
  const { tx, clock } = ctx;
  const next = switchSchedule(schedule, on, clock.now());
  if (!next) return quoteRows(failed('PAST', texts.isOver(schedule.title)), [schedule]);
  await store.saveSchedule(tx, schedule.id, next);
  await settleAsking(acknowledgements, tx, schedule.id, next);
  const { nextAt } = next;
  if (on && nextAt) tx.afterCommit(() => wakeAt(nextAt));
  const after = { ...schedule, version: schedule.version + 1 };
  const undo = scheduleUndo.callFor(after, schedule);
  return quoteRows(done(texts.switched(schedule.title, on), { undo, subject: schedule.title, id: schedule.id }), [
    schedule,
  ]);
}

type RunDeps = Pick<SkillDeps, 'speech' | 'work'>;

export async function runOwn({ tx, clock }: TxContext, schedule: PersonSchedule, deps: RunDeps) {
  if (!(await beginNow(tx, schedule, deps, clock.now())))
    return quoteRows(failed('INVALID_INPUT', texts.waitsForHook(schedule.title)), [schedule]);
  return quoteRows(done(texts.begun(schedule.title), { subject: schedule.title, id: schedule.id }), [schedule]);
}

/** False, and nothing begins, where it waits for a hook: there is nothing to look at. */
export async function beginNow(
  tx: Transaction,
  schedule: PersonSchedule,
  deps: RunDeps,
  now: Instant,
): Promise<boolean> {
  if (isOfHook(schedule)) return false;
  const key = `schedule:${schedule.id}:by-hand:${now.toISOString()}`;
  if (schedule.watch) {
    await planRuns(deps.work, tx, schedule, [{ key, at: now }], now);
    return true;
  }
  const address = (await addressesOf(tx, [schedule])).get(schedule.id);
  const turnIds = await deps.speech.turns.begin(tx, [
    {
      key,
      conversationId: schedule.conversationId,
      ...turnTold(address),
      // Its own person has asked for it now.
      notBefore: otherQuietEnd(address, now),
      personId: schedule.personId,
      origin: 'schedule',
      text: schedule.prompt ?? schedule.title,
      planned: schedule.run && commandRun(schedule.run),
      tainted: schedule.tainted,
      by: store.PLANNER,
    },
  ]);
  const turn = turnIds.get(key);
  if (turn !== undefined) await store.insertRuns(tx, [turnRun(schedule, { key, at: now, turn }, now)]);
  return true;
}

const NAMING = {
  nouns: ['schedule', 'task'],
  texts: [({ title, prompt, run }: PersonSchedule) => `${title} ${prompt ?? ''} ${run ?? ''}`],
};

export const schedulesNamed = (
  all: readonly PersonSchedule[],
  which: string,
  shownIds: readonly string[] = [],
): PersonSchedule[] => namedAmong(all, which, NAMING, shownIds);

/** A mark of what a card shows of a schedule. */
export const scheduleMark = ({ title, prompt, run }: PersonSchedule): string => markOf(title, prompt, run);

/** Ids by the numbers that the person sees: where no list of schedules stands on the screen, those that "/schedules" would show. */
export function numberedAs(all: readonly PersonSchedule[], list: ShownList): readonly string[] {
  const isThere = list.ids.some((id) => all.some((each) => each.id === id));
  return list.isLast && !isThere ? all.map(({ id }) => id) : list.ids;
}

async function findWhich(
  ctx: TxContext,
  which: string,
  wanted: MarkedCall<PersonSchedule>,
): Promise<PersonSchedule | Failed> {
  const list = await store.lists.shownIds(ctx.tx, ctx.person.id, ctx.conversationId);
  const all = await store.listSchedules(ctx.tx, ctx.person.id);
  const matches = schedulesNamed(all, which, numberedAs(all, list));
  const isUnsure = isNumber(which) && !list.isLast;
  const schedule = onlyOne(matches, wanted, { question: texts.which, none: texts.notFound(which), isUnsure });
  if ('ok' in schedule) return schedule;
  const { tool, input, mark } = wanted;
  const yes = { tool, input: { ...input, which: schedule.id, ...(mark && { seen: mark(schedule) }) } };
  const unnamed = askIfUnnamed(ctx, { text: schedule.title, yes });
  return unnamed ? quoteRows(unnamed, [schedule]) : schedule;
}
