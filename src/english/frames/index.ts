/** All that can be asked for without a model, by capability: the order of the docs and of `help`. */
import type { Frame } from '../matcher.ts';
import { files } from './files.ts';
import { lists } from './lists.ts';
import { memory } from './memory.ts';
import { notes } from './notes.ts';
import { reminders, timers } from './reminders.ts';
import { schedules } from './schedules.ts';
import { talk } from './talk.ts';
import { tasks } from './tasks.ts';
import { time } from './time.ts';

export interface Capability {
  title: string;
  frames: readonly Frame[];
}

export const capabilities: readonly Capability[] = [
  { title: 'Reminders', frames: reminders },
  { title: 'Timers and alarms', frames: timers },
  { title: 'Notes', frames: notes },
  { title: 'Lists', frames: lists },
  { title: 'Memory', frames: memory },
  { title: 'Files that you send', frames: files },
  { title: 'Schedules and the briefing', frames: schedules },
  { title: 'Tasks', frames: tasks },
  { title: 'Time, dates, quiet hours, weather', frames: time },
  { title: 'Sums, help and the rest', frames: talk },
];

export const frames: readonly Frame[] = capabilities.flatMap((capability) => capability.frames);
