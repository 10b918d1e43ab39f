import type { ListedSchedule } from '../../jobs/index.ts';
import { formatClock, formatLongDay, type WhenContext } from '../../time/index.ts';

/** What coda does by itself, one line each, in the reader's zone. */
export function tasks(list: readonly ListedSchedule[], { zone }: WhenContext): string {
  if (list.length === 0) return 'I do nothing by myself.';
  return list.map((task) => `- \`${task.name}\`: ${task.enabled ? next(task, zone) : 'off'}`).join('\n');
}

const next = ({ nextAt }: ListedSchedule, zone: string) =>
  nextAt ? `next on ${formatLongDay(nextAt, zone)} at ${formatClock(nextAt, zone)}` : 'not again';

export const noTask = (name: string, near: string | undefined) =>
  name === '' ? howToSwitch() : `I know no task \`${name}\`.${near ? ` Did you mean \`${near}\`?` : ''}`;

export const howToSwitch = () =>
  'Say `/tasks on NAME`, `/tasks off NAME` or `/tasks run NAME`; `/tasks` shows the names.';

export const begun = (name: string) => `\`${name}\` runs now.`;

export const switched = (name: string, on: boolean) =>
  on ? `\`${name}\` is on.` : `\`${name}\` is off until \`/tasks on ${name}\`.`;
