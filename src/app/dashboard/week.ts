import { Calendar } from '../../agent/index.ts';
import type { Page, PageDay, PageReader } from '../../chat/index.ts';
import { addDays, beginningOf, dayAt, formatClock } from '../../time/index.ts';
import type { DashboardParts } from './parts.ts';

const DAYS = 7;
const MOST_A_DAY = 50;

type Entry = { at: Date; text: string; of: string };

/** Each skill's plans for the person, and system tasks, day by day. */
export function weekPage(parts: DashboardParts): Page {
  return {
    path: '/week',
    title: 'Week',
    scope: 'data',
    async load(reader) {
      const to = beginningOf(addDays(dayAt(reader.now, reader.zone), DAYS), reader.zone);
      const entries: Entry[] = [];
      for (const { skill, deps } of parts.skills) {
        const planned = (await skill.upcoming?.(deps, reader, to)) ?? [];
        entries.push(...planned.map((each) => ({ ...each, of: skill.words?.keeps ?? skill.name })));
      }
      entries.push(...(await ownTasks(parts, reader, to)));
      return [{ kind: 'week', title: 'The next seven days', days: daysOf(entries, reader) }];
    },
  };
}

async function ownTasks({ schedules }: DashboardParts, { db }: PageReader, to: Date): Promise<Entry[]> {
  const tasks = await schedules.list(db);
  return tasks.flatMap(({ name, nextAt }) =>
    nextAt && nextAt < to ? { at: nextAt, text: name, of: 'coda itself' } : [],
  );
}

/** By the days of the reader's own zone. */
function daysOf(entries: readonly Entry[], reader: PageReader): PageDay[] {
  const { zone, now } = reader;
  const calendar = new Calendar(zone);
  const words = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });
  const sorted = [...entries].sort((one, other) => one.at.getTime() - other.at.getTime());
  return Array.from({ length: DAYS }, (_, index) => {
    const day = addDays(calendar.day(now), index);
    const due = sorted.filter(({ at }) => (index === 0 && at < now) || calendar.day(at) === day);
    const shown = due.slice(0, MOST_A_DAY).map(({ at, text, of }) => ({ time: formatClock(at, reader), text, of }));
    return { label: words.format(new Date(day)), isToday: index === 0, entries: shown };
  });
}
