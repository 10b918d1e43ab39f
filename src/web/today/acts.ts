/** Acts on what Today shows: each at once, with its undo, and back with a sentence where it was refused. */
import { api, ask } from '../api/client.ts';
import type { paths } from '../api/types.ts';
import { change, tellChange } from '../app/change.ts';
import type { LoadState } from '../app/load.ts';

export type Today = paths['/v1/today']['get']['responses'][200]['content']['application/json'];
export type TodayEntry = Today['overdue'][number];

const withoutEntry =
  ({ id, at }: TodayEntry) =>
  (today: Today): Today => {
    const others = (entries: readonly TodayEntry[]) => entries.filter((each) => each.id !== id || each.at !== at);
    return {
      ...today,
      overdue: others(today.overdue),
      days: today.days.map((day) => ({ ...day, entries: others(day.entries) })),
    };
  };

export function completeEntry(loaded: LoadState<Today>, entry: TodayEntry): void {
  const params = { path: { id: entry.id ?? '' } };
  void change(
    loaded,
    () => ask(api.POST('/v1/reminders/{id}/done', { params, body: { ahead: true } })),
    withoutEntry(entry),
  );
}

/** `to`: words such as `1 hour`, or an instant. */
export function putOff(loaded: LoadState<Today>, entry: TodayEntry, to: { when: string } | { at: string }): void {
  const params = { path: { id: entry.id ?? '' } };
  const body = 'at' in to ? { when: 'tomorrow', at: to.at } : to;
  void change(loaded, () => ask(api.POST('/v1/reminders/{id}/snooze', { params, body })));
}

export function deleteEntry(loaded: LoadState<Today>, entry: TodayEntry): void {
  const params = { path: { id: entry.id ?? '' } };
  void change(
    loaded,
    () =>
      entry.kind === 'schedules'
        ? ask(api.DELETE('/v1/schedules/{id}', { params }))
        : ask(api.DELETE('/v1/reminders/{id}', { params })),
    withoutEntry(entry),
  );
}

/** Throws a refusal. */
export function moveEntry(
  loaded: LoadState<Today>,
  entry: TodayEntry,
  changes: { text?: string; when?: string },
): Promise<void> {
  const params = { path: { id: entry.id ?? '' } };
  return tellChange(loaded.reload, ask(api.PATCH('/v1/reminders/{id}', { params, body: changes })));
}

export function switchSchedule(loaded: LoadState<Today>, { id }: TodayEntry, on: boolean): void {
  void change(loaded, () => ask(api.PATCH('/v1/schedules/{id}', { params: { path: { id: id ?? '' } }, body: { on } })));
}

type Day = Today['days'][number];

/** A day with what repeats daily apart. */
export interface ShownDay extends Day {
  daily: TodayEntry[];
}

/** Days of the week on which it comes, so that it is daily. */
const DAILY = 5;
/** Times on one day, so that it is one line of it. */
const OFTEN = 3;

/**
 * Takes what comes day after day out of a coming day, and what comes again and again within any day: it would hide what is special
 * about the day. Today keeps what is to be done today.
 */
export function withoutDaily(day: Day, days: readonly Day[]): ShownDay {
  const isToday = day === days[0];
  const on = (entry: TodayEntry, { entries }: Day) => entries.filter(({ id }) => id === entry.id).length;
  const isDaily = (entry: TodayEntry) =>
    entry.id !== null &&
    (on(entry, day) >= OFTEN || (!isToday && days.filter((each) => on(entry, each) > 0).length >= DAILY));
  return {
    ...day,
    entries: day.entries.filter((entry) => !isDaily(entry)),
    daily: day.entries.filter(isDaily),
  };
}
