import { failed, type TxContext } from '../../agent/index.ts';
import type { AgendaSection, AgendaSpan, Command } from '../../chat/index.ts';
import * as store from './store.ts';
import type { Task } from './task.ts';
import { line, texts } from './texts.ts';

export function commands(): Command[] {
  return [
    {
      name: 'tasks',
      topic: 'By itself',
      summary: 'Show your tasks, or one of them with its steps.',
      overtakes: true,
      usage: '[which]',
      options: [{ name: 'which', description: 'Its number, its id or words of it; nothing to see all' }],
      private: true,
      run: async (rest) => ({ tool: 'task_status', input: { which: rest.slice(0, 200) } }),
    },
    {
      name: 'task',
      topic: 'By itself',
      summary: 'Keep a task with steps.',
      usage: '<title: step; step; …>',
      options: [
        { name: 'title', description: 'What it is', required: true },
        { name: 'steps', description: 'Separated by semicolons; "coda: …" is one for me', required: true },
      ],
      writes: () => ({}),
      async run(rest) {
        const read = readTask(rest);
        if (read) return { tool: 'task_create', input: { ...read, by: 'person' } };
        const what = rest.trim() === '' ? texts.noTitle : texts.noSteps;
        return failed('NO_STEPS', what.message, { remedy: texts.noTitle.remedy });
      },
    },
  ];
}

/** "plan the party: find a date; write the invitations": the title stands before the colon. Pure. */
function readTask(words: string): { title: string; steps: string[] } | undefined {
  const text = words.trim();
  const end = text.search(/[:\n]/);
  const title = text.slice(0, Math.max(end, 0)).trim();
  const steps = text
    .slice(end + 1)
    .split(/[;\n]/)
    .map((step) => step.trim().replace(/[.]$/, ''))
    .filter(Boolean);
  return title === '' || steps.length === 0 ? undefined : { title, steps };
}

const MOST = 20;

export async function agenda({ tx, person, when }: TxContext, { kind, from }: AgendaSpan): Promise<AgendaSection[]> {
  const section = (title: string, tasks: readonly Task[], words: (task: Task) => string): AgendaSection => ({
    title,
    lines: tasks.slice(0, MOST).map(words),
    tainted: tasks.some(({ tainted }) => tainted),
  });
  const open = section(texts.agenda.open, await store.lockOpen(tx, person.id), (task) => line(task, when));
  if (kind === 'day') return [open];
  return [section(texts.agenda.done, await store.listDone(tx, person.id, from, MOST), ({ title }) => title), open];
}
