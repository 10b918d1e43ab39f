/** Schedules as models are shown them: few fields, and for a watch the line that a person types. */
import { z } from 'zod';
import { type Call, changeTool, type Failed, failed, type ShortForm } from '../../agent/index.ts';
import { omitUndefined } from '../../base/json.ts';
import { splitFlags } from '../../base/text.ts';
import { commandRun } from './schedule.ts';
import { texts } from './texts.ts';
import { changesIn, FLAGS, inputOf, isFault, sourceIn } from './watch/flags.ts';
import { WATCH_TOOL } from './watch/rule.ts';

/** True if a schedule can run a skill of this name without a model. */
interface Runnable {
  runnable(name: string): boolean;
}

const createShape = z.object({
  when: z.string().optional().describe("The person's words; in plain English where they speak another language."),
  what: z
    .string()
    .max(8_000)
    .describe('What to do; "run NAME": a skill; "page https://… --below 40 --after Price": a watch.'),
});

/** A call with `what`: a prompt, a skill to run, or a line that names something to look at. */
export const createShort = (tooling: Runnable): ShortForm => ({
  input: createShape,
  takes: (input) => input.what !== undefined,
  call: (input) => callOfLine(input as z.output<typeof createShape>, tooling),
});

const RUN = /^\/?run\s+(\S+)\s*([\s\S]*)$/i;

function callOfLine({ when, what }: z.output<typeof createShape>, tooling: Runnable): Call | Failed {
  const split = splitFlags(what);
  const watch = wholeSource(split.words) ?? scriptIn(split.words, tooling);
  if (watch) {
    const rest = inputOf(split);
    if (isFault(rest)) return failed('INVALID_INPUT', texts.wrongFlag(rest, FLAGS));
    const time = when?.trim() || watch.when;
    return { tool: WATCH_TOOL, input: { ...rest, source: watch.source, ...(time && { when: time }) } };
  }
  const [, name = '', more = ''] = RUN.exec(what.trim()) ?? [];
  // "run a search for flights" is work in words: behind a name there is more only where a skill has it.
  const isRun = name !== '' && (more === '' || tooling.runnable(name.replace(/^\//, '')));
  const action = isRun ? { run: [name, more].filter(Boolean).join(' ') } : { prompt: what };
  return { tool: 'schedule_create', input: { ...(when && { when }), ...action } };
}

const PLACE_ALONE =
  /^(?:page|feed|hook|file)\s+\S+$|^calendar\s+\S+(?:\s+\d{1,4}(?:\s+minutes?(?:\s+before)?)?)?$|^mcp\s/i;

/** A line that names something to look at and says nothing else: words around it make it work to do. */
const wholeSource = (words: string) => (PLACE_ALONE.test(words.trim()) ? sourceIn(words) : undefined);

/** A script of a skill by its place: `run house/disk`. */
function scriptIn(words: string, { runnable }: Runnable) {
  const [, script = '', rest = ''] = RUN.exec(words.trim()) ?? [];
  if (!script.includes('/') || runnable(commandRun(`/${script}`).slice(1))) return undefined;
  return { when: '', source: { kind: 'script', script, args: rest.split(/\s+/).filter(Boolean) } };
}

export const scheduleChange = changeTool({
  name: 'schedule_change',
  group: 'schedules',
  description: 'Moves, alters, pauses, runs or ends a schedule.',
  which: 'Its id, its number in the list, words of it; for owners also the name of a task of yours.',
  says: 'move: another time. edit: other work, or flags of what it watches. pause, resume. run: now. delete: end it.',
  fields: {
    when: z.string().optional().describe("move: the new time; pause: off until then; in the person's own words."),
    what: z.string().optional().describe('edit: what to do, or flags: "--above 95 --digest 18:00 --tell #home".'),
  },
  verbs: {
    move: {
      tool: 'schedule_edit',
      act: 'later',
      takes: ['when'],
      input: ({ when }) => (when ? { when } : undefined),
      needs: '`when`: the new time',
    },
    edit: {
      tool: 'schedule_edit',
      act: 'replace',
      takes: ['what', 'when'],
      input: ({ what = '', when }) => {
        const changed = what === '' ? undefined : changedBy(what);
        return changed && { ...changed, ...(when && { when }) };
      },
      needs: '`what`: flags alone, or what to do in words',
    },
    pause: {
      tool: 'scheduler_toggle',
      act: 'pause',
      as: 'name',
      takes: ['when'],
      input: ({ when }) => ({ on: false, ...omitUndefined({ until: when }) }),
    },
    resume: { tool: 'scheduler_toggle', act: 'resume', as: 'name', takes: [], input: () => ({ on: true }) },
    run: { tool: 'scheduler_run_now', act: 'run', as: 'name', takes: [], input: () => ({}) },
    delete: { tool: 'schedule_delete', act: 'remove', takes: [], input: () => ({}) },
  },
});

/** Flags that cannot be read stay words, and are work to do; undefined: flags that can, among words. */
function changedBy(what: string): Record<string, unknown> | undefined {
  const { words, flags } = splitFlags(what);
  const read = flags.size > 0 ? changesIn(what) : { flag: '' };
  if (!isFault(read)) return words.trim() === '' ? read : undefined;
  const name = RUN.exec(what.trim());
  return name ? { run: what.trim().replace(/^\/?run\s+/i, '') } : { prompt: what };
}
