import { z } from 'zod';
import {
  askIfUnnamed,
  type CallContext,
  dataTool,
  done,
  type Failed,
  failed,
  isNumber,
  type ToolResult,
  type TxContext,
} from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import { didYouMean, shorten } from '../../base/text.ts';
import type { HomeReader, HomeSection, SkillDeps, SkillPorts } from '../../chat/index.ts';
import { targets } from '../../delivery/index.ts';
import type { ListedSchedule } from '../../jobs/index.ts';
import { type Queryable, readerOf, type Transaction } from '../../storage/index.ts';
import { numberedAs, pauseOwn, runOwn, scheduleMark, schedulesNamed, switchOwn } from './change.ts';
import type { PersonSchedule } from './schedule.ts';
import * as store from './store.ts';
import { sourcesOf } from './tell.ts';
import { line, taskLine, texts } from './texts.ts';
import { readUntil } from './watch/fields.ts';

export type Deps = Pick<SkillDeps, 'work' | 'speech' | 'database'> & {
  acknowledgements: SkillPorts['acknowledgements'];
  /** Tasks whose being on or off is set in the configuration. */
  configured: ReadonlySet<string>;
};

/** Coda's own tasks stand by names of their own: they are shown beside a person's schedules, or where they are asked for. */
async function showSchedules(
  { work: { schedules } }: Pick<Deps, 'work'>,
  all: boolean,
  ctx: TxContext,
): Promise<ToolResult> {
  const { tx, person, when } = ctx;
  const own = await store.listSchedules(tx, person.id);
  const isOwner = person.role === 'owner';
  if (isOwner && own.length === 0 && !all) return done(`${texts.none}\n${texts.ownElsewhere}`);
  const tasks = isOwner ? await schedules.list(tx) : [];
  const lines = await linesOf(own, ctx);
  const parts = [
    own.length === 0 ? texts.none : [texts.yours, ...lines].join('\n'),
    ...(tasks.length > 0 ? [[texts.own, ...tasks.map((task) => taskLine(task, when))].join('\n')] : []),
  ];
  return done(parts.join('\n\n'), { tainted: own.some(({ tainted }) => tainted) });
}

const COST_MS = 30 * 86_400_000;

/** Numbered: the numbers are for the list as it was shown. */
async function linesOf(own: readonly PersonSchedule[], ctx: TxContext): Promise<string[]> {
  const { tx, person, conversationId, when } = ctx;
  const ids = own.map(({ id }) => id);
  if (ids.length > 0) store.lists.remember(tx, { personId: person.id, conversationId, ids, now: when.now });
  const costs = await store.costsSince(tx, ids, new Date(when.now.getTime() - COST_MS));
  const isTold = own.some(({ targetId, telling }) => targetId !== undefined || telling?.escalate);
  const names = new Map(isTold ? (await targets.listOf(tx, person.id)).map(({ id, name }) => [id, name]) : []);
  return own.map((schedule, index) => {
    const thenIn = names.get(schedule.telling?.escalate?.target ?? '');
    const extras = { cost: costs.get(schedule.id), toldIn: names.get(schedule.targetId ?? ''), thenIn };
    return `${index + 1}. ${line(schedule, when, extras)}`;
  });
}

export const listTool = dataTool({
  name: 'schedule_list',
  group: 'schedules',
  dialogue: {
    thing: 'schedule',
    listNamed: async ({ db, personId }) =>
      (await store.listSchedules(db, personId)).map((one) => ({
        id: one.id,
        text: one.prompt ?? one.title,
        mark: scheduleMark(one),
      })),
  },
  description: 'Lists what the person has planned to be done by you, numbered.',
  effect: 'read',
  form: {
    short: {
      input: z.object({ all: z.boolean().optional().describe('Also what runs by itself, with results and failures.') }),
      takes: (input) => input.all !== undefined,
      call: (input) => ({ tool: (input as { all?: boolean }).all ? 'scheduler_list' : 'schedule_list', input: {} }),
    },
  },
  input: z.object({}),

  async run(_, ctx) {
    const own = await store.listSchedules(ctx.tx, ctx.person.id);
    if (own.length === 0) return done(texts.none);
    const lines = await linesOf(own, ctx);
    return done([texts.yours, ...lines].join('\n'), { tainted: own.some(({ tainted }) => tainted) });
  },
});

const name = z.string().min(1).max(200).describe("A schedule's id, number or words, or (owners) the name of a task.");

const until = z.string().min(1).max(200).describe('Off until then: "tomorrow", "in a week", "4 December".');

export function systemTools(deps: Deps) {
  return [
    dataTool({
      name: 'scheduler_list',
      group: 'unshown',
      dialogue: { thing: 'schedule' },
      description:
        'Shows what runs by itself: state, next run, last result, duration, failures. Owners see your own tasks too.',
      effect: 'read',
      input: z.object({ all: z.boolean().optional().describe('With your own tasks, also where nothing is planned.') }),
      run: ({ all = false }, ctx) => showSchedules(deps, all, ctx),
    }),
    dataTool({
      name: 'scheduler_toggle',
      group: 'unshown',
      dialogue: { thing: 'schedule' },
      description: 'Switches a schedule, or one of your own tasks, on or off.',
      effect: 'write',
      policy: {
        confirm: true,
        async binds(input, ctx) {
          const entry = await switchable(deps, input, { ...ctx, tx: readerOf(deps.database) });
          return 'ok' in entry ? entry : undefined;
        },
      },
      display: { asks: ({ on, until: off }) => [texts.asksToSwitch(on, off !== undefined)] },
      form: { times: ['until'] },
      input: z.object({ name, on: z.boolean(), until: until.optional() }),
      run: (input, ctx) => toggle(deps, input, ctx),
    }),
    dataTool({
      name: 'scheduler_run_now',
      group: 'unshown',
      dialogue: { thing: 'schedule' },
      description: 'Runs a schedule, or one of your own tasks, now.',
      effect: 'write',
      flow: { shows: true },
      input: z.object({ name }),
      run: (input, ctx) => runNow(deps, input, ctx),
    }),
    switchTool(deps),
    stopTool(deps),
  ];
}

/** Tool of plain English: a person's own schedule is switched at once, with an undo; about system tasks it asks. */
const switchTool = (deps: Deps) =>
  dataTool({
    name: 'schedule_switch',
    dialogue: { thing: 'schedule' },
    description: 'Switches a schedule on or off.',
    effect: 'write',
    callers: 'buttons',
    policy: { thingsIn: () => [{ kind: 'tool', name: 'scheduler_toggle', skill: 'scheduler' }] },
    input: z.object({ name, on: z.boolean() }),

    async run(input, ctx) {
      const entry = await meantBy(deps, input.name, ctx);
      if ('ok' in entry) return entry;
      if ('own' in entry) return switchOwn(ctx, entry.own, input.on, { ...deps, ...deps.work });
      return failed('AMBIGUOUS', texts.reallySwitch(entry.task.name, input.on), {
        choices: [{ label: texts.switchIt(input.on), tool: 'scheduler_toggle', input }],
      });
    },
  });

type MeantSchedule = { task: ListedSchedule } | { own: PersonSchedule };

type ReadingContext = CallContext & { tx: Queryable };

async function meantBy(
  { work: { schedules } }: Deps,
  name: string,
  { tx, person, conversationId }: ReadingContext,
): Promise<MeantSchedule | Failed> {
  const tasks = person.role === 'owner' ? await schedules.list(tx) : [];
  const task = tasks.find((each) => each.name === name.trim());
  if (task) return { task };
  const own = await store.listSchedules(tx, person.id);
  const list = await store.lists.shownIds(tx, person.id, conversationId);
  const [only, ...others] = schedulesNamed(own, name, numberedAs(own, list));
  // The number of another list that was shown since.
  if (only && isNumber(name) && !list.isLast)
    return failed('AMBIGUOUS', texts.which, { remedy: texts.notFound(name).remedy });
  if (only && others.length === 0) return { own: only };
  const near = didYouMean(name, [...tasks.map((each) => each.name), ...own.map(({ title }) => title)]);
  return failed('NOT_FOUND', texts.noTask(name, near));
}

interface Switching {
  name: string;
  on: boolean;
  until?: string | undefined;
}

/** The schedule that the call would switch, or why it would not. */
async function switchable(
  deps: Deps,
  { name, on, until }: Switching,
  ctx: ReadingContext,
): Promise<MeantSchedule | Failed> {
  if (on && until !== undefined) return failed('INVALID_INPUT', texts.onHasNoDate, { field: 'until' });
  const entry = await meantBy(deps, name, ctx);
  const isConfigured = 'task' in entry && deps.configured.has(entry.task.name);
  return isConfigured ? failed('CONFIGURED', texts.configured(entry.task.name)) : entry;
}

async function toggle(deps: Deps, { name, on, until }: Switching, ctx: TxContext): Promise<ToolResult> {
  const entry = await switchable(deps, { name, on, until }, ctx);
  if ('ok' in entry) return entry;
  const tooling = { ...deps, ...deps.work };
  if ('own' in entry)
    return until === undefined ? switchOwn(ctx, entry.own, on, tooling) : pauseOwn(ctx, entry.own, until, tooling);
  return toggleTask(deps, entry.task, { on, until }, ctx);
}

async function toggleTask(
  deps: Deps,
  task: ListedSchedule,
  { on, until }: Omit<Switching, 'name'>,
  { tx, when }: TxContext,
): Promise<ToolResult> {
  const offUntil = until === undefined ? undefined : readUntil(until, { when });
  if (offUntil && 'ok' in offUntil) return { ...offUntil, field: 'until' };
  const isDone = await switchTask(deps, task, { on, offUntil }, tx);
  if (!isDone) return failed('CONFIGURED', texts.configured(task.name));
  return done(
    offUntil ? texts.offUntil({ title: task.name, offUntil, nextAt: undefined }, when) : texts.switched(task.name, on),
  );
}

/** Switches one of coda's own tasks. False where the configuration says whether it is on. */
export async function switchTask(
  deps: Deps,
  task: ListedSchedule,
  { on, offUntil }: { on: boolean; offUntil?: Instant | undefined },
  tx: Transaction,
): Promise<boolean> {
  if (deps.configured.has(task.name)) return false;
  await deps.work.schedules.toggle(tx, task.name, on || offUntil !== undefined, offUntil);
  if (!on) await deps.work.jobs.cancel(tx, task.kind, byHand(task.name));
  return true;
}

/** Has one of coda's own tasks done now; asked for twice before it runs, it is done once. */
export async function runTask(deps: Deps, task: ListedSchedule, tx: Transaction, now: Instant): Promise<void> {
  const { kind, payload, name: schedule } = task;
  const taskPayload = { ...(payload as Record<string, never>), schedule };
  await deps.work.jobs.enqueue(tx, { kind, payload: taskPayload }, { at: now, key: byHand(schedule) });
}

async function runNow(deps: Deps, { name }: { name: string }, ctx: TxContext): Promise<ToolResult> {
  const entry = await meantBy(deps, name, ctx);
  if ('ok' in entry) return entry;
  const text = 'own' in entry ? entry.own.title : entry.task.name;
  const yes = { tool: 'scheduler_run_now', input: { name: 'own' in entry ? entry.own.id : name } };
  const unnamed = askIfUnnamed(ctx, { text, yes });
  if (unnamed) return unnamed;
  if ('own' in entry) return runOwn(ctx, entry.own, deps);
  await runTask(deps, entry.task, ctx.tx, ctx.clock.now());
  return done(texts.begun(entry.task.name));
}

const byHand = (name: string): string => `by hand:${name}`;

/** The button under the notice of failures: an owner may switch off what is another's. */
const stopTool = (deps: Deps) =>
  dataTool({
    name: 'schedule_stop',
    dialogue: { thing: 'schedule' },
    description: 'Switches off what fails again and again.',
    effect: 'write',
    callers: 'buttons',
    input: z.object({ id: z.string().optional(), task: z.string().optional() }),

    async run({ id, task }, ctx) {
      if (task !== undefined) return toggle(deps, { name: task, on: false }, ctx);
      const schedule = id === undefined ? undefined : await store.findOfAnybody(ctx.tx, id);
      const isTheirs = schedule && (schedule.personId === ctx.person.id || ctx.person.role === 'owner');
      const isThere = schedule?.state === 'on' || schedule?.state === 'off';
      if (!isTheirs || !isThere) return failed('NOT_FOUND', texts.notFound('').message);
      await store.saveSchedule(ctx.tx, schedule.id, { ...schedule, state: 'off', offUntil: undefined });
      await deps.acknowledgements.endAsking(ctx.tx, sourcesOf(schedule.id));
      return done(texts.switched(schedule.id, false));
    },
  });

/** Ends a turn that a schedule has begun without a word. */
export const nothingTool = dataTool({
  name: 'nothing_to_tell',
  group: 'planned',
  callers: 'main-agent',
  description: 'Ends what a schedule has begun without a message, where there is nothing worth telling.',
  effect: 'read',
  flow: { impersonal: true },
  input: z.object({}),
  run: async (_, { request: { origin } }) =>
    origin === 'schedule' ? done(texts.nothing, { silent: true }) : failed('NOT_HERE', texts.notPlanned),
});

const AT_HOME = 10;

export async function home({ db, person, ...reader }: HomeReader): Promise<HomeSection[]> {
  const planned = await store.listSchedules(db, person.id);
  const items = planned.slice(0, AT_HOME).map((schedule) => ({
    text: shorten(line(schedule, reader).replaceAll('`', ''), 300),
    actions: [
      schedule.state === 'off'
        ? { label: texts.home.on, command: `/schedules on ${schedule.id}` }
        : { label: texts.home.off, command: `/schedules off ${schedule.id}` },
    ],
  }));
  return [{ title: texts.home.title, items }];
}
