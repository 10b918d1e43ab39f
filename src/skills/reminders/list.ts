import { z } from 'zod';
import { dataTool, done, failed, type ToolResult, type TxContext } from '../../agent/index.ts';
import { omitUndefined } from '../../base/json.ts';
import { shorten } from '../../base/text.ts';
import {
  type AgendaSection,
  type AgendaSpan,
  type HomeReader,
  type HomeSection,
  type OwnReader,
  repeatWords,
  type Upcoming,
} from '../../chat/index.ts';
import type { Choice } from '../../delivery/index.ts';
import type { Queryable } from '../../storage/index.ts';
import { formatInstant, occurrences, type Reader } from '../../time/index.ts';
import { dayFilter } from './days.ts';
import { MOST_PENDING } from './limits.ts';
import { isOpen, type Reminder } from './reminder.ts';
import { pendingOf, reminderMark } from './resolve.ts';
import * as store from './store.ts';
import { agendaLine, line, texts } from './texts.ts';

const HOME_MOST = 10;

export async function home({ db, person, ...reader }: HomeReader): Promise<HomeSection[]> {
  const pending = await store.readPage(db, { personId: person.id, status: 'pending', limit: HOME_MOST, offset: 0 });
  const items = pending.map((reminder) => ({
    text: `${isOpen(reminder) ? '⏰ ' : ''}${agendaLine(reminder, reader)}`,
    actions: [
      { label: texts.home.done, command: `/done ${reminder.id}` },
      { label: texts.home.hour, command: `/snooze 1 hour\n${reminder.id}` },
      { label: texts.home.tomorrow, command: `/snooze until tomorrow at 9\n${reminder.id}` },
    ],
  }));
  return [{ title: texts.home.title, items, none: texts.home.none }];
}

const UPCOMING_MOST = 200;
const MOST_OF_ONE = 50;

export async function upcomingReminders(reader: OwnReader, to: Date): Promise<Upcoming[]> {
  const { db, personId } = reader;
  const pending = await store.readPage(db, { personId, status: 'pending', limit: UPCOMING_MOST, offset: 0 });
  return pending
    .flatMap((reminder) => upcomingOf(reminder, reader, to))
    .sort((a, b) => a.at.getTime() - b.at.getTime())
    .slice(0, UPCOMING_MOST);
}

function upcomingOf(reminder: Reminder, reader: Reader, to: Date): Upcoming[] {
  const { id, text, rule, zone, urgent, lastOccurrence, snoozedUntil, nagged } = reminder;
  const own = {
    kind: 'reminders',
    isDue: true as const,
    id,
    text,
    ...omitUndefined({
      repeats: rule === undefined ? undefined : repeatWords(rule, zone, reader),
      urgent: urgent ? (true as const) : undefined,
    }),
  };
  const open = isOpen(reminder) && lastOccurrence ? [{ ...own, at: lastOccurrence, isOpen: true as const }] : [];
  // A repetition of what is open is nothing new.
  const times = timesOf(reminder, to).filter((at) => !(nagged > 0 && at.getTime() === snoozedUntil?.getTime()));
  const isPutOff = (at: Date) => at.getTime() === snoozedUntil?.getTime();
  return [...open, ...times.map((at) => ({ ...own, at, ...(isPutOff(at) && { isPutOff: true as const }) }))];
}

function timesOf({ nextAt, plannedAt, rule }: Reminder, to: Date): Date[] {
  const times = nextAt && nextAt < to ? [nextAt] : [];
  if (rule === undefined || !plannedAt) return times;
  if (nextAt && plannedAt > nextAt && plannedAt < to) times.push(plannedAt);
  for (const at of occurrences(rule, { after: plannedAt })) {
    if (at >= to || times.length === MOST_OF_ONE) break;
    times.push(at);
  }
  return times;
}

const PAGE = 10;

const listInput = z.object({
  status: z.enum(['pending', 'completed', 'all']).default('pending').describe('Default: pending.'),
  page: z.int().min(1).max(10_000).default(1),
  day: z.string().max(100).optional().describe('Due then: "Friday", "this week".'),
});

type ListInput = z.output<typeof listInput>;

export const listTool = dataTool({
  name: 'reminder_list',
  group: 'always',
  form: { times: ['day'], shows: ['status', 'day'] },
  dialogue: {
    thing: 'reminder',
    async listNamed({ db, personId, reader }) {
      const pending = await store.readPage(db, { personId, status: 'pending', limit: MOST_PENDING, offset: 0 });
      return pending.map((reminder) => {
        const { id, text, nextAt, lastOccurrence } = reminder;
        const at = nextAt ?? lastOccurrence;
        const label = at ? `${shorten(text, 40)} (${formatInstant(at, reader)})` : text;
        return { id, text, label, mark: reminderMark(reminder) };
      });
    },
  },
  description: 'Lists reminders.',
  effect: 'read',
  input: listInput,

  async run(input, ctx) {
    const { tx, person } = ctx;
    if (input.day?.trim()) return listDay(ctx, input.day.trim(), input);
    const { status, page } = input;
    const total = await store.countReminders(tx, person.id, status);
    if (total === 0) return done(texts.none(status, undefined));
    const pages = Math.ceil(total / PAGE);
    if (page > pages) return failed('NO_PAGE', texts.noPage(page, pages));
    const reminders = await store.readPage(tx, { personId: person.id, status, limit: PAGE, offset: (page - 1) * PAGE });
    return show(ctx, reminders, { heading: texts.heading(status, total, undefined), page, pages, input });
  },
});

async function listDay(ctx: TxContext, words: string, input: ListInput): Promise<ToolResult> {
  const onDay = dayFilter(words, ctx);
  if (!onDay) return failed('NOT_A_DATE', texts.badDay(words));
  const all = await pendingOf(ctx);
  const matches = all.filter((reminder) => onDay(reminder) !== undefined);
  if (matches.length === 0) return done(texts.none('pending', words));
  const pages = Math.ceil(matches.length / PAGE);
  if (input.page > pages) return failed('NO_PAGE', texts.noPage(input.page, pages));
  const reminders = matches.slice((input.page - 1) * PAGE, input.page * PAGE);
  return show(ctx, reminders, {
    heading: texts.heading('pending', matches.length, words),
    page: input.page,
    pages,
    input,
  });
}

interface ShownPage {
  heading: string;
  page: number;
  pages: number;
  input: ListInput;
}

async function show(ctx: TxContext, reminders: readonly Reminder[], { heading, page, pages, input }: ShownPage) {
  const { tx, person, conversationId, clock } = ctx;
  const now = clock.now();
  const start = (page - 1) * PAGE;
  // Numbers go on from page to page, so the ids of earlier pages keep their places.
  const earlier = page === 1 ? [] : (await store.lists.shownIds(tx, person.id, conversationId)).ids.slice(0, start);
  const ids = [...earlier, ...Array(Math.max(0, start - earlier.length)).fill(''), ...reminders.map(({ id }) => id)];
  store.lists.remember(tx, { personId: person.id, conversationId, ids, now });
  const lines = reminders.map((reminder, index) => `${start + index + 1}. ${line(reminder, ctx.when)}`);
  const turn = (label: string, to: number): Choice => ({ label, tool: 'reminder_list', input: { ...input, page: to } });
  const choices = [...(page > 1 ? [turn('Back', page - 1)] : []), ...(page < pages ? [turn('More', page + 1)] : [])];
  // Markdown reads a list that begins with 11 as part of the paragraph before it.
  const head = page > 1 ? [heading, ''] : [heading];
  const foot = pages > 1 ? ['', texts.more(page, pages)] : [];
  const times = reminders.flatMap((reminder) => instantOf(reminder)?.toISOString() ?? []);
  return done([...head, ...lines, ...foot].join('\n'), {
    ...omitUndefined({
      choices: choices.length > 0 ? choices : undefined,
      // Platforms print times line by line: all are sent, or none.
      times: times.length === reminders.length ? times : undefined,
    }),
    tainted: reminders.some((reminder) => reminder.tainted),
  });
}

function instantOf({ state, completedAt, snoozedUntil, nextAt, lastOccurrence }: Reminder): Date | undefined {
  return state === 'completed' ? completedAt : (snoozedUntil ?? nextAt ?? lastOccurrence);
}

export async function soonest(tx: Queryable, personId: string, reader: Reader): Promise<string[]> {
  const reminders = await store.readPage(tx, { personId, status: 'pending', limit: 5, offset: 0 });
  return reminders.map((reminder) => {
    const at = reminder.nextAt ?? reminder.lastOccurrence;
    const text = reminder.tainted ? '[from elsewhere; reminder_list shows it]' : reminder.text.slice(0, 200);
    return `${reminder.id}: ${text} (${at ? formatInstant(at, reader) : 'no time'})`;
  });
}

const MOST = 20;

/** A briefing: what is due until the end of the day. A review: what was done, what is open, what is coming. */
export async function agenda(
  { tx, person, when }: TxContext,
  { kind, from, to }: AgendaSpan,
): Promise<AgendaSection[]> {
  const pending = await store.readPage(tx, { personId: person.id, status: 'pending', limit: MOST_PENDING, offset: 0 });
  const open = pending.filter(isOpen);
  const coming = pending.filter(({ nextAt }) => nextAt && nextAt < to);
  const section = (title: string, reminders: typeof pending): AgendaSection => ({
    title,
    lines: reminders.slice(0, MOST).map((reminder) => agendaLine(reminder, when)),
    tainted: reminders.some(({ tainted }) => tainted),
  });
  const still = section(texts.agenda.open, open);
  if (kind === 'day')
    return [
      still,
      section(
        texts.agenda.today,
        coming.filter((one) => !open.includes(one)),
      ),
    ];
  const completed = await store.readPage(tx, { personId: person.id, status: 'completed', limit: MOST, offset: 0 });
  const done = completed.filter(({ completedAt }) => completedAt && completedAt >= from);
  return [section(texts.agenda.done, done), still, section(texts.agenda.coming, coming)];
}
