import { Calendar, costOfAll } from '../../agent/index.ts';
import type { Figure, Page, PageReader, PageRow } from '../../chat/index.ts';
import { activity } from '../../delivery/index.ts';
import { defaultZone } from '../settings.ts';
import type { DashboardParts } from './parts.ts';
import { placeCell } from './place.ts';

const MOST = 50;

/** Running work. */
export function nowPage(parts: DashboardParts): Page {
  return {
    path: '/',
    title: 'Now',
    scope: 'admin',
    isLive: true,
    async load(reader) {
      const [busy, figures] = await Promise.all([activity.busy(reader.db, MOST), figuresOf(parts, reader)]);
      const rows = busy.map(
        (each): PageRow => ({
          id: each.id,
          cells: [placeCell(each, reader.personId), each.asker ?? '', { at: each.since }],
        }),
      );
      return [
        {
          kind: 'figures',
          title: 'At a glance',
          items: [{ label: 'Being answered', value: `${busy.length}` }, ...figures],
        },
        { kind: 'table', title: 'At work', columns: ['Where', 'For', 'Since'], rows, none: 'Nothing runs.' },
        {
          kind: 'table',
          title: 'Platforms',
          columns: ['Platform', 'State'],
          rows: platforms(parts),
          none: 'No chat platform is configured.',
        },
      ];
    },
  };
}

async function figuresOf({ config, delivery, jobs, approvals }: DashboardParts, reader: PageReader): Promise<Figure[]> {
  const { db, now } = reader;
  const today = new Calendar(defaultZone(config)).day(now);
  const [queued, { dead = 0, ...open }, waiting, { total: deadJobs }, { price, calls }] = await Promise.all([
    activity.queued(db),
    delivery.outbox.open(),
    approvals.list(),
    jobs.dead(1),
    costOfAll(db, today, today),
  ]);
  const unsent = Object.values(open).reduce((sum, count) => sum + count, 0);
  const asked = waiting.length;
  const bad = (count: number) => (count > 0 ? { tone: 'bad' as const } : {});
  return [
    { label: 'Waiting', value: `${queued}` },
    { label: 'Approvals', value: `${asked}`, path: '/approvals', ...(asked > 0 && { tone: 'warn' }) },
    { label: 'To be sent', value: `${unsent}` },
    { label: 'Undelivered', value: `${dead}`, path: '/undelivered', ...bad(dead) },
    { label: 'Dead jobs', value: `${deadJobs}`, path: '/doctor', ...bad(deadJobs) },
    { label: 'Model calls today', value: `${calls}`, path: '/costs' },
    { label: 'Spent today', value: `${price.toFixed(2)} ${config.models?.currency ?? 'USD'}`, path: '/costs' },
  ];
}

function platforms({ platforms: all }: DashboardParts): PageRow[] {
  return all().map(({ name, away }) => ({
    id: name,
    cells: [name, away === undefined ? { text: 'is heard', tone: 'good' } : { text: away, tone: 'bad' }],
  }));
}
