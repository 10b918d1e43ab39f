import { z } from 'zod';
import { act, collection, cursorNumber, type OwnReader, pageOf, repeatWords, type Timeless } from '../../chat/index.ts';
import { createInput } from './create.ts';
import * as store from './store.ts';
import { BLOCKS, LONGEST, MOST_STEPS, type Task } from './task.ts';
import { advanceInput } from './work.ts';

const { title, steps, when } = createInput.shape;
const advanced = advanceInput.shape;

/** The tool's fields with their bounds: a chat says in words what is too long, a program is refused at once. */
const fields = {
  title: title.trim().min(1).max(LONGEST.title),
  steps: z
    .array(steps.element.trim().min(1).max(LONGEST.step))
    .min(1)
    .max(MOST_STEPS)
    .describe('In order. "you: …" is a step that only the person can do, "coda: …" one of coda.'),
  when: when.unwrap().min(1).describe('As said in chat: "tomorrow at 9", "every Monday".'),
};

export const own = collection({
  name: 'tasks',
  one: 'task',
  reads: 'task_status',
  hit: ({ title, state }) => [title, state],
  item: z.object({
    id: z.string(),
    title: z.string(),
    state: z.enum(['active', 'blocked', 'done', 'cancelled']),
    step: z.int().describe('Number of steps that are done.'),
    steps: z.array(
      z.object({
        text: z.string(),
        by: z.enum(['assistant', 'person']),
        specialist: z.string().nullable(),
        result: z.string().nullable(),
      }),
    ),
    blocked: z.object({ type: z.enum(BLOCKS).nullable(), reason: z.string() }).nullable(),
    next_at: z.iso.datetime().nullable().describe('When it is taken up.'),
    rule: z.string().nullable().describe('RFC 5545.'),
    zone: z.string(),
    running: z.boolean(),
    tainted: z.boolean().describe('Text that is not its person’s own went into it.'),
  }),
  query: z.strictObject({ status: z.enum(['open', 'done']).default('open') }),
  async list(db, { personId, after, limit }, { status }) {
    const rows = await store.listMadeBefore(db, { personId, status, seq: cursorNumber(after), limit: limit + 1 });
    return pageOf(
      rows,
      limit,
      ({ seq }) => String(seq),
      ({ task }) => toRecord(task),
    );
  },
  async find(db, personId, id) {
    const task = await store.findById(db, personId, id);
    return task && toRecord(task);
  },
  create: {
    body: z.strictObject({
      ...fields,
      when: fields.when.optional(),
      by: createInput.shape.by.unwrap().default('person'),
    }),
    call: (body) => ({ tool: 'task_create', input: body }),
    example: { title: 'the party', steps: ['send the invitations', 'order the cake'] },
  },
  change: {
    body: z
      .strictObject(fields)
      .partial()
      .refine((changes) => Object.keys(changes).length > 0, { error: 'expected what is to be changed' }),
    call: (which, body) => ({ tool: 'task_edit', input: { which, ...body } }),
    example: { title: "Ben's party" },
  },
  remove: (which) => ({ tool: 'task_cancel', input: { which } }),
  acts: [
    act({
      name: 'done',
      summary: 'Says that the next step of a task is done.',
      body: z.strictObject({
        step: advanced.step.unwrap().min(1).max(MOST_STEPS).optional().describe('Refused if it is not the next one.'),
        result: advanced.result.unwrap().max(LONGEST.result).optional(),
      }),
      call: (which, body) => ({ tool: 'task_advance', input: { which, ...body } }),
      example: { result: 'sent to twelve people' },
    }),
    act({
      name: 'resume',
      summary: 'Goes on with a task.',
      body: z.strictObject({}),
      call: (which) => ({ tool: 'task_resume', input: { which } }),
      example: {},
    }),
    act({
      name: 'later',
      summary: 'Puts a task off.',
      body: z.strictObject({ when: fields.when }),
      call: (which, body) => ({ tool: 'task_later', input: { which, ...body } }),
      example: { when: 'tomorrow at 9' },
    }),
  ],
});

function toRecord(task: Task) {
  const { id, title: named, state, step, blockType, blockReason, nextAt, rule, zone, isRunning, tainted } = task;
  const hasBlock = blockType !== undefined || blockReason !== undefined;
  return {
    id,
    state,
    step,
    zone,
    tainted,
    title: named,
    running: isRunning,
    steps: task.steps.map(({ text, by, specialist, result }) => ({
      text,
      by,
      specialist: specialist ?? null,
      result: result ?? null,
    })),
    blocked: hasBlock ? { type: blockType ?? null, reason: blockReason ?? '' } : null,
    next_at: nextAt?.toISOString() ?? null,
    rule: rule ?? null,
  };
}

export async function openTasks(reader: OwnReader): Promise<Timeless> {
  const open = await store.listOpen(reader.db, reader.personId);
  const tasks = open.map(({ id, title: named, steps: all, step, state, blockReason, nextAt, rule, zone }) => ({
    id,
    title: named,
    done: step,
    steps: all.length,
    next: all[step]?.text,
    isYours: all[step]?.by === 'person',
    state: state === 'blocked' ? ('blocked' as const) : ('active' as const),
    blocked: blockReason,
    nextAt,
    ...(rule !== undefined && { repeats: repeatWords(rule, zone, reader) }),
  }));
  return { tasks };
}
