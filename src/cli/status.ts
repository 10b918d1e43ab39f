import { z } from 'zod';
import type { Json } from '../base/json.ts';
import { listOf, plural } from '../base/text.ts';
import { callDaemon, noDaemon } from './daemon.ts';
import { dataDir, type StatusFlags } from './flags.ts';

/** `coda status`: what the running daemon says of itself, or what it has counted. */
export async function status(flags: StatusFlags, io: NodeJS.Process): Promise<number> {
  const folder = dataDir(flags, io);
  const answer = await callDaemon(folder, flags.metrics ? 'metrics' : 'status');
  if (answer === undefined) throw noDaemon(folder);
  if (typeof answer === 'string') io.stdout.write(answer);
  else io.stdout.write(flags.json ? `${JSON.stringify(answer, null, 2)}\n` : `${inWords(answer).join('\n')}\n`);
  return 0;
}

/** Of the daemon's answer what is told in words; a daemon of another version may leave some of it out. */
const counts = z.record(z.string(), z.number()).catch({});
const told = z.object({
  version: z.string().catch('?'),
  pid: z.number().catch(0),
  uptime_s: z.number().catch(0),
  memory_mb: z.number().catch(0),
  data: z.string().catch('?'),
  engine: z.string().catch('?'),
  adapters: z.array(z.string()).catch([]),
  away: z.record(z.string(), z.string()).catch({}),
  running: z.number().catch(0),
  outbox: counts,
  jobs: counts,
  models: z.json().optional(),
});

function inWords(answer: Json): string[] {
  const { version, pid, uptime_s, memory_mb, data, engine, adapters, away, running, outbox, jobs, models } =
    told.parse(answer);
  const { dead = 0, sent_again: again = 0, ...open } = outbox;
  const unsent = Object.values(open).reduce((sum, count) => sum + count, 0);
  const heard = adapters.filter((name) => away[name] === undefined);
  return [
    `coda ${version} has been running for ${lasting(uptime_s)} (process ${pid}, ${memory_mb} MB).`,
    `Its data are in ${data} (${engine}).`,
    `It hears ${heard.length > 0 ? listOf(heard) : 'nobody'}.`,
    ...Object.entries(away).map(([name, says]) => `${name} is away: ${says}`),
    `${plural(running, 'answer is', 'answers are')} under way, ${plural(unsent, 'message waits', 'messages wait')} to be sent.`,
    ...(again > 0 ? [`${plural(again, 'message was', 'messages were')} looked for in vain and sent again.`] : []),
    ...(dead > 0 ? [`${plural(dead, 'message', 'messages')} could not be delivered: coda outbox`] : []),
    ...((jobs.dead ?? 0) > 0
      ? [`${plural(jobs.dead ?? 0, 'job has', 'jobs have')} failed for good: coda jobs dead`]
      : []),
    ...(models === undefined ? ['No model is configured.'] : ['Models:', ...lines(models as Json, '  ')]),
  ];
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

function lasting(seconds: number): string {
  const [unit, length] = UNITS.find(([, each]) => seconds >= each) ?? ['second', 1];
  return plural(Math.floor(seconds / length), unit);
}

/** One line a value, the groups indented. */
function lines(value: Json, indent: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${indent}${plain(value)}`];
  return Object.entries(value).flatMap(([key, item]) => {
    const name = `${indent}${key.replaceAll('_', ' ')}`;
    const grouped = typeof item === 'object' && item !== null && Object.keys(item).length > 0 && !Array.isArray(item);
    return grouped ? [name, ...lines(item, `${indent}  `)] : [`${name}: ${plain(item)}`];
  });
}

function plain(value: Json): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(plain).join(', ');
  if (typeof value === 'object' && value !== null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
