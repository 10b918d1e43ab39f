/** `coda schedules`: what runs by itself. */
import type { ListedSchedule } from '../jobs/index.ts';
import { ask, instantsFor } from './ask.ts';
import type { Flags } from './flags.ts';

interface Shown {
  /** Instants as text: they come as JSON. */
  tasks: (Pick<ListedSchedule, 'name' | 'enabled' | 'failures' | 'lastError'> & {
    nextAt?: string;
    lastEndedAt?: string;
  })[];
  planned: { id: string; title: string; person: string; state: string; nextAt: string | null }[];
}

export async function schedulesList(flags: Flags, io: NodeJS.Process): Promise<number> {
  // As it would come from a running coda.
  const { tasks, planned } = JSON.parse(JSON.stringify(await ask(flags, io, 'schedules', {}))) as Shown;
  if (flags.json) io.stdout.write(`${JSON.stringify({ tasks, planned }, null, 2)}\n`);
  else {
    const at = instantsFor(flags, io);
    const next = (instant: string | null | undefined) => (instant ? `next ${at(instant)}` : 'not again');
    for (const { name, enabled, nextAt, lastEndedAt, lastError, failures } of tasks) {
      const last =
        lastEndedAt === undefined
          ? 'has not run'
          : `${lastError === undefined ? 'went well' : 'failed'} ${at(lastEndedAt)}`;
      io.stdout.write(
        `${name}: ${enabled ? next(nextAt) : 'off'}; ${last}${failures > 0 ? `; ${failures} in a row` : ''}\n`,
      );
    }
    for (const { id, title, person, state, nextAt } of planned) {
      io.stdout.write(`${id}  ${title}  of ${person}: ${state === 'on' ? next(nextAt) : 'off'}\n`);
    }
  }
  return 0;
}

/** `coda schedules on|off|run <name>`. */
export function schedulesAct(verb: 'on' | 'off' | 'run') {
  return async (flags: Flags, io: NodeJS.Process): Promise<number> => {
    const [named = ''] = flags.args;
    if (verb === 'run') await ask(flags, io, 'schedules-run', { named });
    else await ask(flags, io, 'schedules-switch', { named, on: verb === 'on' });
    io.stdout.write(verb === 'run' ? `${named} runs now, or as soon as coda runs.\n` : `${named} is ${verb}.\n`);
    return 0;
  };
}
