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
  filesNamed,
  isNumber,
  type MarkedCall,
  namedAmong,
  onlyOne,
  privately,
  quoteRows,
  seenField,
  type ToolResult,
  type TxContext,
  undoChoice,
} from '../../agent/index.ts';
import { omitUndefined } from '../../base/json.ts';
import type { FileRef } from '../../delivery/index.ts';
import { changeResult, createInput, readSteps } from './create.ts';
import * as store from './store.ts';
import { BLOCKS, LONGEST, MOST_FILES, MOST_STEPS, type Step, type Task, type Wish } from './task.ts';
import { finishedNotice, line, texts, whole } from './texts.ts';
import { choicesOf, isWord, nextRun, type Tooling, taskMark, timeOf } from './tooling.ts';
import { taskUndo, toldBy } from './undo.ts';

const which = z.string().max(200).default('').describe('Its id, its number in the list, or words of it.');

/** Stores the change and gives the task as it is then. A word of the person's counts its resumptions anew. */
async function change(ctx: TxContext, task: Task, wish: Partial<Wish>): Promise<Task> {
  const after = { ...task, ...wish, tainted: task.tainted || ctx.tainted, version: task.version + 1 };
  await store.saveTask(ctx.tx, task.id, { ...after, resumed: isWord(ctx) ? 0 : task.resumed }, ctx.clock.now());
  return after;
}

export const statusTool = (tooling: Tooling) =>
  dataTool({
    name: 'task_status',
    group: 'tasks',
    dialogue: {
      thing: 'task',
      listNamed: async ({ db, personId }) =>
        (await store.listOpen(db, personId)).map(({ id, title }) => ({ id, text: title, mark: taskMark({ title }) })),
    },
    description: 'Shows a task with its steps and what came of them, or without `which` all unfinished ones.',
    effect: 'write',
    flow: { shows: true },
    record: { redact: privately('which') },
    form: { listsAll: true },
    input: z.object({ which }),
    run: (input, ctx) => (input.which === '' ? listTasks(ctx, tooling) : showTask(input.which, ctx, tooling)),
  });

async function listTasks(ctx: TxContext, tooling: Tooling): Promise<ToolResult> {
  const open = await store.lockOpen(ctx.tx, ctx.person.id);
  const [only] = open;
  if (!only) return done(texts.none);
  const isTainted = open.some(({ tainted }) => tainted);
  if (open.length === 1) {
    return done(whole(only, ctx.when), { choices: choicesOf(only, tooling), ...(isTainted && { tainted: true }) });
  }
  const { person, conversationId, clock } = ctx;
  const ids = open.map(({ id }) => id);
  store.lists.remember(ctx.tx, { personId: person.id, conversationId, ids, now: clock.now() });
  const lines = open.map((task, index) => `${index + 1}. ${line(task, ctx.when)}`);
  const choices = open
    .slice(0, 5)
    .map(({ id, title }) => ({ label: title, tool: 'task_status', input: { which: id } }));
  return done([texts.yours, ...lines].join('\n'), { choices, ...(isTainted && { tainted: true }) });
}

async function showTask(words: string, ctx: TxContext, tooling: Tooling): Promise<ToolResult> {
  const isPlanned = ctx.request.origin === 'schedule';
  const task = await findWhich(ctx, words, { tool: 'task_status', input: { which: words } });
  if ('ok' in task) {
    // A turn that a task has begun finds it over: nobody needs to hear of that.
    return isPlanned && ctx.request.byName ? done(texts.over, { silent: true }) : task;
  }
  const step = task.steps[task.step];
  if (isPlanned && ctx.request.byName && (task.state !== 'active' || step?.by !== 'assistant')) {
    return done(texts.over, { silent: true });
  }
  if (isWord(ctx) && task.resumed > 0) await store.forgetResumes(ctx.tx, task.id, task.nextAt);
  // Its files stay as long as it is worked on.
  await filesOf(ctx, task.steps);
  return done(whole(task, ctx.when), {
    subject: task.title,
    id: task.id,
    material: texts.howTo(task, isPlanned),
    choices: isPlanned ? [] : choicesOf(task, tooling),
    ...(task.tainted && { tainted: true }),
  });
}

async function filesOf({ tx, person, conversationId, clock }: TxContext, steps: readonly Step[]): Promise<FileRef[]> {
  const names = [...new Set(steps.flatMap(({ files = [] }) => files))];
  if (names.length === 0) return [];
  const storedFiles = await filesNamed(tx, { personId: person.id, conversationId }, names, clock.now());
  return storedFiles.map(({ name, type, size, hash }) => ({ name, type, size, hash }));
}

export const advanceInput = z.object({
  which,
  step: z.int().optional().describe('The number of the step that is done.'),
  result: z.string().optional().describe('What came of it, in a sentence or two.'),
  files: z.array(z.string().max(255)).max(MOST_FILES).optional().describe('Names of files that belong to it.'),
});

export const advanceTool = (tooling: Tooling) =>
  dataTool({
    name: 'task_advance',
    group: 'unshown',
    policy: { mayRepeat: true },
    dialogue: { thing: 'task' },
    description: 'Says that the next step of a task is done; tells the one after it.',
    effect: 'write',
    record: { redact: privately('which', 'result', 'files') },
    input: advanceInput,

    async run(input, ctx) {
      const task = await findWhich(ctx, input.which, { tool: 'task_advance', input });
      if ('ok' in task) return task;
      if (input.step !== undefined && input.step !== task.step + 1) return failed('CHANGED', texts.notTheStep(task));
      if ((input.result?.length ?? 0) > LONGEST.result) return failed('TOO_LONG', texts.tooLong('result'));
      return advance(ctx, task, input, tooling);
    },
  });

async function advance(
  ctx: TxContext,
  task: Task,
  { result, files }: { result?: string | undefined; files?: readonly string[] | undefined },
  tooling: Tooling,
): Promise<ToolResult> {
  const outcome = omitUndefined({
    result: result?.trim() ? result.trim() : undefined,
    files: files?.length ? files : undefined,
  });
  const steps = task.steps.map((step, index) => (index === task.step ? { ...step, ...outcome } : step));
  const isLast = task.step + 1 >= steps.length;
  const state = isLast ? ('done' as const) : ('active' as const);
  const nextAt = isLast ? undefined : nextLook({ ...task, step: task.step + 1 }, ctx, tooling);
  const wish = { steps, step: task.step + 1, state, blockType: undefined, blockReason: undefined, nextAt };
  const after = await change(ctx, task, wish);
  if (!isLast) return changeResult(after, task, texts.advanced(after, ctx.when), ctx, tooling);
  const undo = taskUndo.callFor(after, task);
  return done(finishedNotice(after), {
    undo,
    subject: after.title,
    id: after.id,
    files: await filesOf(ctx, after.steps),
    choices: [undoChoice(undo)],
    ...(after.tainted && { tainted: true }),
  });
}

/** When an active task is taken up: now where the step is coda's, but for what is planned, or worked on, already. */
function nextLook({ steps, step, state, isRunning, rule, nextAt, resumed }: Task, ctx: TxContext, tooling: Tooling) {
  if (isRunning) return state === 'blocked' ? undefined : nextAt;
  const isOurs = steps[step]?.by === 'assistant' && tooling.hasModel;
  // Once the person has done what was brought up, coda does not wait until it would have been brought up again.
  const isAnswered = isOurs && rule === undefined && resumed > 0;
  if (nextAt && !isAnswered && (rule !== undefined || state === 'active')) return nextAt;
  return isOurs ? nextRun(ctx, tooling) : undefined;
}

export const blockTool = (tooling: Tooling) =>
  dataTool({
    name: 'task_block',
    group: 'unshown',
    form: { times: ['until'] },
    dialogue: { thing: 'task', asks: { NO_REASON: 'reason', NO_TIME: 'until' } },
    description: 'Says that a task cannot go on now, and why.',
    effect: 'write',
    record: { redact: privately('which', 'reason') },
    input: z.object({
      which,
      type: z.enum(BLOCKS),
      reason: z.string(),
      until: z.string().max(200).optional().describe('When to look again, in plain words ("tomorrow at 9").'),
    }),

    async run(input, ctx) {
      const reason = input.reason.trim();
      if (reason === '') return failed('NO_REASON', texts.noReason, {});
      if (reason.length > LONGEST.reason) return failed('TOO_LONG', texts.tooLong('reason'));
      const task = await findWhich(ctx, input.which, { tool: 'task_block', input });
      if ('ok' in task) return task;
      const until = input.until?.trim();
      if (!until && input.type === 'waiting_for_time') return failed('NO_TIME', texts.noUntil);
      const again = { tool: 'task_block', input: { ...input, which: task.id }, field: 'until' };
      const plan = until ? timeOf(until, ctx, tooling, again) : undefined;
      if (plan && 'ok' in plan) return plan;
      const nextAt = plan?.plannedAt ?? (task.rule === undefined ? undefined : task.nextAt);
      const after = await change(ctx, task, { state: 'blocked', blockType: input.type, blockReason: reason, nextAt });
      return changeResult(after, task, texts.blocked(after, ctx.when), ctx, tooling);
    },
  });

export const resumeTool = (tooling: Tooling) =>
  dataTool({
    name: 'task_resume',
    dialogue: { thing: 'task' },
    callers: 'buttons',
    description: 'Goes on with a task.',
    effect: 'write',
    record: { redact: privately('which') },
    input: z.object({ which }),

    async run(input, ctx) {
      const task = await findWhich(ctx, input.which, { tool: 'task_resume', input });
      if ('ok' in task) return task;
      const isOurs = task.steps[task.step]?.by === 'assistant' && tooling.hasModel && !task.isRunning;
      const nextAt = isOurs ? nextRun(ctx, tooling) : task.rule === undefined ? undefined : task.nextAt;
      const after = await change(ctx, task, { state: 'active', blockType: undefined, blockReason: undefined, nextAt });
      return changeResult(after, task, texts.goesOn(after, tooling.hasModel), ctx, tooling);
    },
  });

export const laterTool = (tooling: Tooling) =>
  dataTool({
    name: 'task_later',
    form: { times: ['when'] },
    dialogue: { thing: 'task', asks: { NO_TIME: 'when' } },
    callers: 'buttons',
    description: 'Puts a task off.',
    effect: 'write',
    record: { redact: privately('which') },
    input: z.object({ which, when: createInput.shape.when.unwrap() }),

    async run(input, ctx) {
      const task = await findWhich(ctx, input.which, { tool: 'task_later', input });
      if ('ok' in task) return task;
      if (input.when.trim() === '') return failed('NO_TIME', texts.noLater);
      const again = { tool: 'task_later', input: { which: task.id }, field: 'when' };
      const plan = timeOf(input.when, ctx, tooling, again);
      if ('ok' in plan) return plan;
      const after = await change(ctx, task, { nextAt: plan.plannedAt, rule: plan.rule ?? task.rule });
      return changeResult(after, task, texts.later(after, plan.plannedAt, ctx.when), ctx, tooling);
    },
  });

const NAMING = {
  nouns: ['task'],
  texts: [({ title }: Task) => title, ({ title, steps }: Task) => [title, ...steps.map(({ text }) => text)].join(' ')],
};

async function findWhich(ctx: TxContext, which: string, wanted: MarkedCall<Task>): Promise<Task | Failed> {
  const list = await store.lists.shownIds(ctx.tx, ctx.person.id, ctx.conversationId);
  const open = await store.lockOpen(ctx.tx, ctx.person.id);
  const matches = namedAmong(open, which, NAMING, list.ids);
  const isUnlisted = list.ids.length === 0 && open.length > 1;
  const isUnsure = isNumber(which) && (!list.isLast || isUnlisted);
  const task = onlyOne(matches, wanted, { question: texts.which, none: texts.notFound(which), isUnsure });
  if ('ok' in task) return task;
  const { tool, input, mark } = wanted;
  const yes = { tool, input: { ...input, which: task.id, ...(mark && { seen: mark(task) }) } };
  const unnamed = askIfUnnamed(ctx, { text: task.title, yes });
  return unnamed ? quoteRows(unnamed, [task]) : task;
}

export const editTool = (tooling: Tooling) =>
  dataTool({
    name: 'task_edit',
    group: 'unshown',
    form: { times: ['when'] },
    dialogue: { thing: 'task' },
    description: 'Changes the title of a task, the steps that are left, or when it is taken up.',
    effect: 'write',
    record: { redact: privately('which', 'title', 'steps') },
    input: createInput.pick({ title: true, steps: true, when: true }).partial().extend({ which }),

    async run(input, ctx) {
      const task = await findWhich(ctx, input.which, { tool: 'task_edit', input });
      if ('ok' in task) return task;
      const wish: Partial<Wish> = {};
      const title = input.title?.trim();
      if (title && title.length > LONGEST.title) return failed('TOO_LONG', texts.tooLong('title'));
      if (title) wish.title = title;
      if (input.steps && input.steps.length > 0) {
        const remaining = readSteps(input.steps, task.steps[task.step]?.by ?? 'assistant');
        if ('ok' in remaining) return remaining;
        const steps = [...task.steps.slice(0, task.step), ...remaining];
        if (steps.length > MOST_STEPS) return failed('TOO_MANY_STEPS', texts.tooManySteps(steps.length).message);
        wish.steps = steps;
      }
      if (input.when?.trim()) {
        const again = { tool: 'task_edit', input: { ...input, which: task.id }, field: 'when' };
        const plan = timeOf(input.when, ctx, tooling, again);
        if ('ok' in plan) return plan;
        Object.assign(wish, { nextAt: plan.plannedAt, rule: plan.rule, zone: plan.zone });
      }
      const after = await change(ctx, task, wish);
      return changeResult(after, task, texts.changed(after, ctx.when), ctx, tooling);
    },
  });

export const cancelTool = dataTool({
  name: 'task_cancel',
  group: 'unshown',
  dialogue: { thing: 'task' },
  policy: { deletes: () => 1 },
  description: 'Gives a task up.',
  effect: 'write',
  record: { redact: privately('which') },
  form: { own: ['seen'] },
  input: z.object({ which, seen: seenField }),

  async run(input, ctx) {
    const wanted = { tool: 'task_cancel', input, mark: taskMark };
    const task = await findWhich(ctx, input.which, wanted);
    if ('ok' in task) return task;
    const again = askIfChanged(wanted, { ...task, text: task.title, mark: taskMark(task) });
    if (again) return quoteRows(again, [task]);
    await buryTellings(ctx, [toldBy(task)]);
    const after = await change(ctx, task, { state: 'cancelled', nextAt: undefined });
    const undo = taskUndo.callFor(after, task);
    return done(texts.cancelled(task.title), {
      undo,
      tainted: after.tainted,
      subject: task.title,
      id: task.id,
      choices: [undoChoice(undo)],
    });
  },
});

/** Models are shown it for all that changes a task. */
export const taskChange = changeTool({
  name: 'task_change',
  group: 'tasks',
  description: 'Moves a task on, or changes it.',
  which: 'Its id, its number in the list, or words of it.',
  says: 'advance: its next step is done. wait: it cannot go on now. edit: other title, steps or time. cancel: give it up.',
  fields: {
    text: z.string().optional().describe('advance: what came of the step. wait: what it waits for. edit: the title.'),
    step: z.int().optional().describe('advance: the number of the step.'),
    steps: z.array(z.string()).optional().describe('edit: the steps that are left, in order.'),
    when: z.string().max(200).optional().describe("wait, edit: when to take it up, in the person's own words."),
    files: z.array(z.string()).optional().describe('advance: names of files that belong to it.'),
  },
  verbs: {
    advance: {
      tool: 'task_advance',
      act: 'finish',
      takes: ['text', 'files', 'step'],
      input: ({ text, files, step }) => ({
        ...omitUndefined({ result: text || undefined, files, step }),
      }),
    },
    wait: {
      tool: 'task_block',
      act: 'later',
      takes: ['text', 'when'],
      input: ({ text, when }) =>
        text
          ? { type: when ? 'waiting_for_time' : 'waiting_for_person', reason: text, ...(when && { until: when }) }
          : undefined,
      needs: '`text`: what it waits for',
    },
    edit: {
      tool: 'task_edit',
      act: 'replace',
      takes: ['text', 'steps', 'when'],
      input: ({ text, steps, when }) => ({
        ...omitUndefined({ title: text || undefined, steps, when: when || undefined }),
      }),
    },
    cancel: { tool: 'task_cancel', act: 'remove', takes: [], input: () => ({}) },
  },
});
