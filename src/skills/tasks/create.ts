import { z } from 'zod';
import {
  dataTool,
  done,
  type Failed,
  failed,
  privately,
  type ToolResult,
  type TxContext,
  undoChoice,
} from '../../agent/index.ts';
import { shortId } from '../../base/ids.ts';
import { omitUndefined } from '../../base/json.ts';
import * as store from './store.ts';
import { isOpen, LONGEST, MOST_STEPS, readStep, type Step, type Task } from './task.ts';
import { texts } from './texts.ts';
import { choicesOf, nextRun, type Tooling, timeOf } from './tooling.ts';
import { taskUndo } from './undo.ts';

export function readSteps(words: readonly string[], by: Step['by']): Step[] | Failed {
  const steps = words.filter((each) => each.trim() !== '');
  if (steps.length === 0) return failed('NO_STEPS', texts.noSteps);
  if (steps.length > MOST_STEPS) {
    const { message, remedy } = texts.tooManySteps(steps.length);
    return failed('TOO_MANY_STEPS', message, { remedy });
  }
  if (steps.some(({ length }) => length > LONGEST.step)) return failed('TOO_LONG', texts.tooLong('step'));
  return steps.map((each) => readStep(each, by));
}

export const createInput = z.object({
  title: z.string(),
  steps: z.array(z.string()).describe('In order. "you: …" is a step that only the person can do.'),
  when: z
    .string()
    .max(200)
    .optional()
    .describe('The person\'s own words, or plain English, for when it is taken up ("tomorrow at 9", "every Monday").'),
  by: z.enum(['assistant', 'person']).describe('Whose work steps are that do not say so.').default('assistant'),
});

type CreateInput = z.output<typeof createInput>;

export const createTool = (tooling: Tooling) =>
  dataTool({
    name: 'task_create',
    group: 'tasks',
    form: { times: ['when'] },
    dialogue: { thing: 'task' },
    description:
      'Keeps a piece of work that takes days: a title and ordered steps. You take it up again by yourself at `when`, or ' +
      'right after this turn. Not for what needs one answer now, or only words said later.',
    effect: 'write',
    flow: { impersonal: true },
    record: { redact: privately('title', 'steps') },
    input: createInput,
    run: (input, ctx) => create(input, ctx, tooling),
  });

async function create(input: CreateInput, ctx: TxContext, tooling: Tooling): Promise<ToolResult> {
  const { tx, person, conversationId, clock, when, tainted } = ctx;
  const title = input.title.trim();
  if (title === '') return failed('NO_TITLE', texts.noTitle);
  if (title.length > LONGEST.title) return failed('TOO_LONG', texts.tooLong('title'));
  const steps = readSteps(input.steps, input.by);
  if ('ok' in steps) return steps;
  const plan = input.when?.trim()
    ? timeOf(input.when, ctx, tooling, { tool: 'task_create', input: { ...input }, field: 'when' })
    : undefined;
  if (plan && 'ok' in plan) return plan;
  const isOurs = steps[0]?.by === 'assistant' && tooling.hasModel;
  const nextAt = plan ? plan.plannedAt : isOurs ? nextRun(ctx, tooling) : undefined;
  const task = {
    id: shortId(),
    personId: person.id,
    conversationId,
    title,
    steps,
    rule: plan?.rule,
    zone: plan?.zone ?? when.zone,
    nextAt,
    tainted,
  };
  const row = await store.insertTask(tx, task, tooling.most, clock.now());
  if (!row) {
    const { message, remedy } = texts.tooMany(tooling.most);
    return failed('TOO_MANY', message, { remedy });
  }
  return changeResult(row, undefined, texts.created(row, ctx.when), ctx, tooling);
}

export function changeResult(
  after: Task,
  before: Task | undefined,
  text: string,
  ctx: TxContext,
  tooling: Tooling,
): ToolResult {
  const { nextAt } = after;
  if (nextAt) ctx.tx.afterCommit(() => tooling.wakeAt(nextAt));
  const undo = taskUndo.callFor(after, before);
  return done(text, {
    undo,
    subject: after.title,
    id: after.id,
    choices: [...(isOpen(after) ? choicesOf(after, tooling) : []), undoChoice(undo)],
    ...omitUndefined({ times: nextAt ? [nextAt.toISOString()] : undefined, tainted: after.tainted ? true : undefined }),
  });
}
