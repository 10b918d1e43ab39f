import type { TxContext } from '../../agent/index.ts';
import type { AgendaSection, AgendaSpan } from '../../chat/index.ts';
import * as store from './store.ts';
import type { Task } from './task.ts';
import { line, texts } from './texts.ts';

const MOST = 20;

/** A briefing: what is unfinished. A review: what was finished in the week, and what is not. */
export async function agenda({ tx, person, when }: TxContext, { kind, from }: AgendaSpan): Promise<AgendaSection[]> {
  const section = (title: string, tasks: readonly Task[], words: (task: Task) => string): AgendaSection => ({
    title,
    lines: tasks.slice(0, MOST).map(words),
    tainted: tasks.some(({ tainted }) => tainted),
  });
  const open = section(texts.agenda.open, await store.open(tx, person.id), (task) => line(task, when));
  if (kind === 'day') return [open];
  return [section(texts.agenda.done, await store.ended(tx, person.id, from, MOST), ({ title }) => title), open];
}
