/** `GET /v1/today`: what is due, what comes, tasks, lists, and what was said by itself, in the words of the person's clock. */
import { z } from 'zod';
import {
  type AllSkills,
  type AnyRoute,
  type CallerReader,
  type OpenTask,
  type OwnReader,
  route,
  type Skill,
  type SkillDeps,
  type Upcoming,
} from '../../chat/index.ts';
import { activity } from '../../delivery/index.ts';
import { addDays, beginningOf, dayAt, formatClock } from '../../time/index.ts';

/** A person's week, made of what all skills keep for them. */
export const today: Skill = { name: 'today', views: { routes: (deps, all) => [todayRoute(deps, all)] } };

const DAYS = 7;
const MOST_A_DAY = 50;
const MOST_SAID = 20;
/** Characters of what was said by itself: all of it stands in its conversation. */
const LONGEST_SAID = 4_000;

const entry = z.object({
  kind: z.string().describe('The collection under /v1 that has it; other: nothing can be done with it here.'),
  id: z.string().nullable(),
  text: z.string(),
  at: z.iso.datetime(),
  day: z.iso.date().describe("In the person's zone."),
  time: z.string().describe("By the person's clock: 18:00."),
  repeats: z.string().nullable().describe('Of a series, in words: every weekday at 09:00.'),
  put_off: z.boolean(),
  urgent: z.boolean(),
});

const task = z.object({
  id: z.string(),
  title: z.string(),
  done: z.int(),
  steps: z.int(),
  next: z.string().nullable().describe('The step that is next.'),
  yours: z.boolean().describe("The next step is the person's own."),
  state: z.enum(['active', 'blocked']),
  blocked: z.string().nullable().describe('Why it cannot go on.'),
  next_at: z.iso.datetime().nullable(),
  repeats: z.string().nullable(),
});

const shape = z.object({
  now: z.iso.datetime(),
  zone: z.string(),
  today: z.iso.date(),
  overdue: z.array(entry).describe('What has spoken and waits to be done.'),
  days: z
    .array(
      z.object({ day: z.iso.date(), entries: z.array(entry), more: z.int().describe('Entries that are left out.') }),
    )
    .describe('Today and the six days after it; each time of a series.'),
  tasks: z.array(task),
  lists: z.array(z.object({ id: z.string().describe('Of the note.'), name: z.string(), items: z.array(z.string()) })),
  said: z
    .array(z.object({ id: z.string(), at: z.iso.datetime(), time: z.string(), adapter: z.string(), text: z.string() }))
    .describe('What the person was told today by itself: briefings, schedules, notices.'),
  own: z
    .array(z.object({ name: z.string(), at: z.iso.datetime(), day: z.iso.date(), time: z.string() }))
    .nullable()
    .describe('What coda does by itself, for owners; null for everybody else.'),
});

type Today = z.output<typeof shape>;
type Entry = z.output<typeof entry>;

const todayRoute = (deps: SkillDeps, all: AllSkills): AnyRoute =>
  route({
    method: 'GET',
    path: '/v1/today',
    scope: 'data',
    tag: 'today',
    summary: "What is due and what comes in seven days, for the token's person.",
    answers: { 200: { description: 'Today, and the week.', schema: shape } },
    examples: [{ summary: 'Today', status: 200 }],
    async answerRequest(request) {
      return { body: { json: await todayOf(all, deps.work.schedules, await deps.people.readCaller(request)) } };
    },
  });

async function todayOf(
  all: AllSkills,
  schedules: SkillDeps['work']['schedules'],
  reader: CallerReader,
): Promise<Today> {
  const { now, zone, db, personId, isOwner } = reader;
  const today = dayAt(now, zone);
  const days = Array.from({ length: DAYS }, (_, index) => addDays(today, index));
  const end = beginningOf(addDays(today, DAYS), zone);
  const [upcoming, timeless, messages, own] = await Promise.all([
    all.listUpcoming(reader, end),
    all.listTimeless(reader),
    activity.saidByItself(db, personId, beginningOf(today, zone), MOST_SAID),
    isOwner ? schedules.list(db) : undefined,
  ]);
  const open = upcoming.filter(({ isOpen }) => isOpen);
  const coming = upcoming.filter(({ isOpen }) => !isOpen).map((each) => entryOf(each, reader));
  return {
    now: now.toISOString(),
    zone,
    today,
    overdue: open.map((each) => entryOf(each, reader)),
    // A reminder that should have spoken and has not yet is due today.
    days: days.map((day) =>
      dayOf(
        day,
        coming.filter((each) => (each.day < today ? today : each.day) === day),
      ),
    ),
    tasks: timeless.flatMap(({ tasks = [] }) => tasks.map(taskOf)),
    lists: timeless.flatMap(({ lists = [] }) => lists.map((list) => ({ ...list, items: [...list.items] }))),
    said: messages.map(({ id, at, adapter, text }) => ({
      id,
      adapter,
      at: at.toISOString(),
      time: formatClock(at, reader),
      text: text.slice(0, LONGEST_SAID),
    })),
    own:
      own?.flatMap(({ name, nextAt }) =>
        nextAt && nextAt < end
          ? { name, at: nextAt.toISOString(), day: dayAt(nextAt, zone), time: formatClock(nextAt, reader) }
          : [],
      ) ?? null,
  };
}

function dayOf(day: string, entries: readonly Entry[]): Today['days'][number] {
  return { day, entries: entries.slice(0, MOST_A_DAY), more: Math.max(0, entries.length - MOST_A_DAY) };
}

function entryOf(
  { kind = 'other' as never, id, text, at, repeats, isPutOff, urgent }: Upcoming,
  reader: OwnReader,
): Entry {
  return {
    kind,
    id: id ?? null,
    text,
    at: at.toISOString(),
    day: dayAt(at, reader.zone),
    time: formatClock(at, reader),
    repeats: repeats ?? null,
    put_off: isPutOff === true,
    urgent: urgent === true,
  };
}

function taskOf({
  id,
  title,
  done,
  steps,
  next,
  isYours,
  state,
  blocked,
  nextAt,
  repeats,
}: OpenTask): z.output<typeof task> {
  return {
    id,
    title,
    done,
    steps,
    next: next ?? null,
    yours: isYours,
    state,
    blocked: blocked ?? null,
    next_at: nextAt?.toISOString() ?? null,
    repeats: repeats ?? null,
  };
}
