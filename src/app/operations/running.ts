import { z } from 'zod';
import { CodaError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { listOf, plural } from '../../base/text.ts';
import { operation } from '../../chat/operation.ts';
import type { OperationParts } from './parts.ts';

export const wellness = operation({
  name: 'health',
  example: 'coda health && echo well',
  input: z.object({}),
  needs: 'daemon',
  run: async ({ app }: OperationParts) => ({
    ok: await app.healthy(),
    away: app.listAway(),
    deadJobs: (await app.jobs.dead(1).catch(() => ({ total: 0 }))).total,
  }),
  // A daemon of another version may leave some of it out.
  show({ ok, away = [], deadJobs = 0 }) {
    if (!ok) {
      throw new CodaError('STORAGE_UNREACHABLE', {
        message: 'coda runs, but its database does not answer.',
        remedy: 'See what "coda doctor" says.',
      });
    }
    const [first] = away;
    if (first) {
      const message = `coda runs, but ${away.map(({ platform, says }) => `${platform} is away: ${says}`).join('; ')}.`;
      throw new CodaError('PLATFORM_AWAY', { message, remedy: first.remedy });
    }
    // Starting it again would not mend them, so that this is no failure.
    const jobs = deadJobs === 0 ? '' : ` ${plural(deadJobs, 'background job')} failed too often: see "coda jobs".`;
    return `coda is well.${jobs}\n`;
  },
});

export const health = [wellness];

const state = operation({
  name: 'status',
  example: 'coda status --json',
  input: z.object({ metrics: z.boolean().optional().describe('what it has counted, as Prometheus reads it') }),
  json: 'indented',
  needs: 'daemon',
  async run({ app, config, world }: OperationParts, { metrics }): Promise<Json> {
    if (metrics) return world.metrics.text();
    return {
      pid: process.pid,
      uptime_s: Math.round(process.uptime()),
      data: config.dataDir,
      memory_mb: Math.round(process.memoryUsage.rss() / 1_000_000),
      ...((await app.status()) as { [key: string]: Json }),
    };
  },
  show: (answer) => (typeof answer === 'string' ? { always: answer } : `${inWords(answer).join('\n')}\n`),
});

export const status = [state];

/** Fields of the daemon's answer that are told in words; a daemon of another version may leave some out. */
const counts = z.record(z.string(), z.number()).catch({});
const shape = z.object({
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
  browser_sessions: z.number().catch(0),
  models: z.json().optional(),
});

function inWords(answer: unknown): string[] {
  const { version, pid, uptime_s, memory_mb, data, engine, adapters, away, running, outbox, jobs, models, ...more } =
    shape.parse(answer);
  const { dead = 0, sent_again: again = 0, ...open } = outbox;
  const unsent = Object.values(open).reduce((sum, count) => sum + count, 0);
  const liveAdapters = adapters.filter((name) => away[name] === undefined);
  return [
    `coda ${version} has been running for ${lengthText(uptime_s)} (process ${pid}, ${memory_mb} MB).`,
    `Its data are in ${data} (${engine}).`,
    `It hears ${liveAdapters.length > 0 ? listOf(liveAdapters) : 'nobody'}.`,
    ...Object.entries(away).map(([name, says]) => `${name} is away: ${says}`),
    `${plural(running, 'answer is', 'answers are')} under way, ${plural(unsent, 'message waits', 'messages wait')} to be sent.`,
    ...(more.browser_sessions > 0
      ? [`${plural(more.browser_sessions, 'browser session is', 'browser sessions are')} open.`]
      : []),
    ...(again > 0 ? [`${plural(again, 'message was', 'messages were')} looked for in vain and sent again.`] : []),
    ...(dead > 0 ? [`${plural(dead, 'message', 'messages')} could not be delivered: coda outbox`] : []),
    ...((jobs.dead ?? 0) > 0 ? [`${plural(jobs.dead ?? 0, 'job has', 'jobs have')} failed for good: coda jobs`] : []),
    ...(models === undefined ? ['No model is configured.'] : ['Models:', ...lines(models as Json, '  ')]),
  ];
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

function lengthText(seconds: number): string {
  const [unit, length] = UNITS.find(([, each]) => seconds >= each) ?? ['second', 1];
  return plural(Math.floor(seconds / length), unit);
}

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
