/** Calendars: what stands in a file, and when that is. One reader, for files that are sent and for addresses that are looked at. */
import { z } from 'zod';
import { FairQueue } from '../base/async.ts';
import { Child, ChildFault, sendBytes } from '../base/child/index.ts';
import type { Log } from '../base/log.ts';
import { type Calendar, calendarItem } from './calendar/entries.ts';

/** Appointments of a calendar that are read; more are no calendar of a person. */
const MOST_ENTRIES = 20_000;
const WITHIN_MS = 30_000;
const IDLE_MS = 60_000;
const LARGEST_LINE = 8 * 1024 * 1024;

const batch = z.strictObject({
  items: z.array(calendarItem),
  isDone: z.boolean().optional(),
  fault: z.string().optional(),
});

/** `kind`: it is no calendar; else its reader was lost, or took too long. */
export type CalendarFault = 'kind' | 'broken' | 'slow' | 'long';

export interface CalendarReader {
  /** Reads bytes in a process of its own, which ends when idle. Rejects with the signal's reason alone. */
  read(bytes: Uint8Array, signal: AbortSignal): Promise<Calendar | CalendarFault>;
  close(): Promise<void>;
}

export function openCalendarReader(log: Log): CalendarReader {
  const child = new Child({
    name: 'calendar reader',
    program: new URL('./file-reader-worker.js', import.meta.url),
    idleMs: IDLE_MS,
    patienceMs: WITHIN_MS,
    mostRequests: 4,
    largestBytes: LARGEST_LINE,
    log,
  });
  const queue = new FairQueue(1);
  return {
    read: (bytes, signal) => queue.run('', () => readWith(child, bytes, signal)),
    close: () => child.close(),
  };
}

async function readWith(child: Child, bytes: Uint8Array, signal: AbortSignal): Promise<Calendar | CalendarFault> {
  const calendar: Calendar = { entries: [], zones: [], zone: '', isCancelled: false, isCut: false };
  try {
    await sendBytes(child, Buffer.from(bytes), signal);
    for (;;) {
      const { items, isDone, fault } = await child.ask({ do: 'entries' }, batch, signal);
      for (const item of items) {
        if ('entry' in item) calendar.entries.push(item.entry);
        else if ('zone' in item) calendar.zones.push(item.zone);
        else Object.assign(calendar, item.calendar);
      }
      if (calendar.entries.length > MOST_ENTRIES) return 'long';
      if (fault !== undefined) return fault === 'kind' ? 'kind' : 'broken';
      if (isDone) return calendar;
    }
  } catch (error) {
    if (!(error instanceof ChildFault)) throw error;
    return 'slow';
  }
}
