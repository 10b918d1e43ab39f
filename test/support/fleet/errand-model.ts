/** Tasks of five steps, one of which two specialists do side by side: what their model says. */
import type { ModelRequest } from '../../../src/agent/index.ts';

export const STEPS = 5;
/** The step that two specialists do, side by side. */
export const HANDED = 3;
export const SPECIALISTS = ['home', 'planner'] as const;

type Said = { calls: { name: string; input: Record<string, unknown> }[] } | { text: string };

/** What is said next, where the request is about an errand: it follows from the request alone. */
export function errandSays({ system, messages }: ModelRequest): Said | undefined {
  const from = messages.findLastIndex(({ role }) => role === 'user');
  const said = messages[from]?.text ?? '';
  const results = messages.slice(from + 1).flatMap((each) => (each.role === 'tool' ? [each.text] : []));
  const made = messages.slice(from + 1).flatMap((each) => (each.role === 'assistant' ? (each.calls ?? []) : []));
  const last = results.at(-1) ?? '';
  const [, specialist] = /^You are “([a-z]+)”/.exec(system) ?? [];
  if (specialist) return results.length === 0 ? save(`${said}.${specialist}`) : { text: `did ${said}` };
  const [, wanted] = /^errand (\w+)$/.exec(said) ?? [];
  if (wanted) return results.length === 0 ? begin(wanted) : { text: `began ${wanted}` };
  const [, title = '', number = ''] = /Task “(\w+)”, step (\d)/.exec(said) ?? [];
  if (title === '') return undefined;
  if (made.some(({ name }) => name === 'task_advance')) return { text: /Finished/.test(last) ? `end ${title}` : 'on' };
  const isDone = made.some(({ name }) => name !== 'task_status');
  if (isDone)
    return { calls: [{ name: 'task_advance', input: { which: title, step: Number(number), result: 'done' } }] };
  return Number(number) === HANDED ? spawn(`${title}.${number}`) : save(`${title}.${number}`);
}

const save = (text: string): Said => ({ calls: [{ name: 'note_save', input: { text } }] });

function begin(title: string): Said {
  const steps = Array.from({ length: STEPS }, (_, index) => `part ${index + 1}`);
  return { calls: [{ name: 'task_create', input: { title, steps } }] };
}

function spawn(task: string): Said {
  return {
    calls: SPECIALISTS.map((specialist) => ({ name: 'specialist_spawn', input: { specialist, task } })),
  };
}
