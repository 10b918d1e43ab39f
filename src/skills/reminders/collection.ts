import { z } from 'zod';
import { act, collection, cursorNumber, pageOf } from '../../chat/index.ts';
import { LONGEST_TEXT } from './create.ts';
import { delivery } from './fields/fields.ts';
import type { Reminder } from './reminder.ts';
import * as store from './store.ts';

const when = z.string().min(1).max(200).describe('As said in chat: "tomorrow at 9", "every weekday at 8".');

export const own = collection({
  name: 'reminders',
  one: 'reminder',
  reads: 'reminder_list',
  hit: ({ text, next_at }) => [text, next_at ?? ''],
  item: z.object({
    id: z.string(),
    text: z.string(),
    status: z.enum(['pending', 'completed']),
    next_at: z.iso.datetime().nullable().describe('When it speaks next.'),
    rule: z.string().nullable().describe('Of a series: RFC 5545.'),
    zone: z.string(),
    ...delivery.shown,
    tainted: z.boolean().describe('Text that is not its person’s own went into it.'),
    created_at: z.iso.datetime(),
  }),
  query: z.strictObject({ status: z.enum(['pending', 'completed', 'all']).default('pending') }),
  async list(db, { personId, after, limit }, { status }) {
    const rows = await store.listMadeBefore(db, { personId, status, seq: cursorNumber(after), limit: limit + 1 });
    return pageOf(
      rows,
      limit,
      ({ seq }) => String(seq),
      ({ reminder }) => toRecord(reminder),
    );
  },
  async find(db, personId, id) {
    const [reminder] = await store.findByIds(db, personId, [id]);
    return reminder && reminder.state !== 'deleted' ? toRecord(reminder) : undefined;
  },
  form: delivery.form,
  create: {
    body: z.strictObject({ text: z.string().trim().min(1).max(LONGEST_TEXT), when, ...delivery.inputs }),
    call: (body) => ({ tool: 'reminder_create', input: body }),
    example: { text: 'call the dentist', when: 'tomorrow at 9' },
  },
  change: {
    body: z
      .strictObject({
        text: z.string().trim().min(1).max(LONGEST_TEXT).optional(),
        when: when.optional(),
        ...delivery.inputs,
        status: z.literal('completed').optional().describe('It is done; of a series what spoke last.'),
      })
      .refine(({ status, ...rest }) => (status === undefined) !== (Object.keys(rest).length === 0), {
        error: 'expected either a status or what is to be changed',
      }),
    call: (which, { status, ...changes }) =>
      status
        ? { tool: 'reminder_complete', input: { which } }
        : // Whoever names the reminder by its id means all of it.
          { tool: 'reminder_edit', input: { which, ...changes, ...(changes.when && { series: true }) } },
    example: { when: 'tomorrow at 10' },
  },
  remove: (which) => ({ tool: 'reminder_delete', input: { which } }),
  acts: [
    act({
      name: 'snooze',
      summary: 'Puts a reminder off; a series keeps its own times beside it.',
      body: z.strictObject({
        when: when.default('10 minutes').describe('As said in chat: "1 hour", "tonight", "until tomorrow".'),
        at: z.iso.datetime().optional().describe('Instead of words: the instant.'),
      }),
      call: (which, { when: until, at }) =>
        at === undefined
          ? { tool: 'reminder_snooze', input: { which, when: until } }
          : { tool: 'reminder_choose', input: { act: 'snooze', which, at, zone: 'UTC' } },
      example: { when: 'until tomorrow at 9' },
    }),
    act({
      name: 'done',
      summary: 'Marks a reminder as done; of a series the occurrence that spoke last, and the series goes on.',
      body: z.strictObject({
        ahead: z.boolean().default(true).describe('Of a series that has not spoken yet: the next occurrence is done.'),
      }),
      call: (which, { ahead }) => ({ tool: 'reminder_complete', input: { which, ahead } }),
    }),
  ],
});

function toRecord(reminder: Reminder) {
  const { id, text, state, nextAt, rule, zone, tainted, createdAt } = reminder;
  return {
    ...delivery.show(reminder),
    id,
    text,
    zone,
    tainted,
    status: state === 'completed' ? ('completed' as const) : ('pending' as const),
    next_at: nextAt?.toISOString() ?? null,
    rule: rule ?? null,
    created_at: createdAt.toISOString(),
  };
}
