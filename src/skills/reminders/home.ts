import type { HomeReader, HomeSection } from '../../chat/index.ts';
import { isOpen } from './reminder.ts';
import * as store from './store.ts';
import { agendaLine, texts } from './texts.ts';

const MOST = 10;

/** The reminders that are open or come next, each to be done or put off at once. */
export async function home({ db, person, ...reader }: HomeReader): Promise<HomeSection[]> {
  const pending = await store.page(db, { personId: person.id, status: 'pending', limit: MOST, offset: 0 });
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
