import type { TxContext } from '../../agent/index.ts';
import type { AgendaSection, AgendaSpan } from '../../chat/index.ts';
import { isOpen } from './reminder.ts';
import * as store from './store.ts';
import { agendaLine, texts } from './texts.ts';

const ALL = 500;
const MOST = 20;

/** A briefing: what is due until the end of the day. A review: what was done, what is open, what is coming. */
export async function agenda(
  { tx, person, when }: TxContext,
  { kind, from, to }: AgendaSpan,
): Promise<AgendaSection[]> {
  const pending = await store.page(tx, { personId: person.id, status: 'pending', limit: ALL, offset: 0 });
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
  const completed = await store.page(tx, { personId: person.id, status: 'completed', limit: MOST, offset: 0 });
  const done = completed.filter(({ completedAt }) => completedAt && completedAt >= from);
  return [section(texts.agenda.done, done), still, section(texts.agenda.coming, coming)];
}
