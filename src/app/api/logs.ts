/** The log of this data folder: its last lines, and what is written from now on as a stream. */
import { createReadStream, type FSWatcher, statSync, watch } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import { LOG_FILE } from '../../base/log.ts';
import { type AnyRoute, route } from '../../chat/index.ts';
import type { ReadingParts } from './reader.ts';

const TAG = 'system';
/** Bytes at the end of the log that are looked through. */
const LOOKED_THROUGH = 1_000_000;
const HEARTBEAT_MS = 15_000;

const filter = {
  level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
    .default('info')
    .describe('This one and those above.'),
  q: z.string().min(1).max(200).optional().describe('Only lines with these words.'),
};

const line = z.object({
  at: z.string().nullable(),
  level: z.string().nullable(),
  says: z.string(),
  more: z.string().describe('Further fields as JSON.'),
});

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

interface LineFilter {
  level: string;
  q?: string | undefined;
}

export function logRoutes(parts: ReadingParts): AnyRoute[] {
  const path = join(parts.config.dataDir, LOG_FILE);
  return [linesRoute(path), followRoute(path, parts.config.dataDir, parts.world.clock)];
}

function linesRoute(path: string): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/system/logs',
    scope: 'admin',
    tag: TAG,
    summary: 'The last lines of the log, the newest last.',
    query: z.strictObject({ ...filter, limit: z.coerce.number().int().min(1).max(1_000).default(200) }),
    answers: {
      200: {
        description: 'Lines; none where coda does not write a log into its data folder.',
        schema: z.object({ lines: z.array(line) }),
      },
    },
    examples: [{ summary: 'The last', status: 200 }],
    async answerRequest({ query }) {
      const lines = (await readEnd(path)).flatMap((text) => lineIn(text, query) ?? []);
      return { body: { json: { lines: lines.slice(-query.limit) } } };
    },
  });
}

async function readEnd(path: string): Promise<string[]> {
  const about = await stat(path).catch(() => undefined);
  if (!about) return [];
  const from = Math.max(0, about.size - LOOKED_THROUGH);
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(about.size - from);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    const lines = bytes.toString('utf8', 0, bytesRead).split('\n');
    // The first one may have begun before.
    return from > 0 ? lines.slice(1) : lines;
  } finally {
    await file.close();
  }
}

/** The line as it is shown; undefined where it is not wanted, or is none. Pure. */
function lineIn(text: string, { level, q }: LineFilter): z.output<typeof line> | undefined {
  if (text.trim() === '') return undefined;
  if (q !== undefined && !text.toLowerCase().includes(q.toLowerCase())) return undefined;
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { at: null, level: null, says: text, more: '{}' };
  }
  const { time, level: own, msg, ...more } = fields;
  if (typeof own === 'string' && LEVELS.indexOf(own) < LEVELS.indexOf(level)) return undefined;
  return {
    at: typeof time === 'string' ? time : null,
    level: typeof own === 'string' ? own : null,
    says: typeof msg === 'string' ? msg : '',
    more: JSON.stringify(more),
  };
}

function followRoute(path: string, folder: string, clock: Clock): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/system/logs/events',
    scope: 'admin',
    tag: TAG,
    summary: 'What is written into the log from now on, as events "line".',
    query: z.strictObject(filter),
    answers: { 200: { description: 'Events line.', type: 'text/event-stream' } },
    answerRequest({ query, signal }) {
      return { body: { events: follow({ path, folder, clock, signal }, query) } };
    },
  });
}

interface LogFile {
  path: string;
  folder: string;
  clock: Clock;
  signal: AbortSignal;
}

/** The system tells of changes; a file that is new is read from its beginning. */
async function* follow({ path, folder, clock, signal }: LogFile, wanted: LineFilter): AsyncGenerator<string> {
  const statOfLog = () => statSync(path, { throwIfNoEntry: false }) ?? { ino: 0, size: 0 };
  let { ino: current, size: at } = statOfLog();
  // The bytes behind the last line break: a line, or a sign of it, may be written in two pieces.
  let rest: Buffer = Buffer.alloc(0);
  let wake = () => {};
  const stirred = () => wake();
  const watcher: FSWatcher = watch(folder, (_, name) => {
    if (name === null || name === LOG_FILE) stirred();
  });
  signal.addEventListener('abort', stirred);
  try {
    yield ': ready\n\n';
    while (!signal.aborted) {
      const { ino, size } = statOfLog();
      if (ino !== current || size < at) [current, at, rest] = [ino, 0, Buffer.alloc(0)];
      if (size > at) {
        const bytes = Buffer.concat([rest, await readBetween(path, at, size)]);
        at = size;
        const linesEnd = bytes.lastIndexOf('\n') + 1;
        rest = bytes.subarray(linesEnd);
        const lines = bytes.toString('utf8', 0, linesEnd).split('\n');
        const entries = lines.flatMap((each) => lineIn(each, wanted) ?? []);
        if (entries.length > 0) yield entries.map((each) => `event: line\ndata: ${JSON.stringify(each)}\n\n`).join('');
        continue;
      }
      const isStirred = await new Promise<boolean>((resolve) => {
        const cancel = clock.at(new Date(clock.now().getTime() + HEARTBEAT_MS), () => resolve(false));
        wake = () => {
          cancel();
          resolve(true);
        };
        if (signal.aborted) wake();
      });
      if (!isStirred) yield ': heartbeat\n\n';
    }
  } finally {
    watcher.close();
    signal.removeEventListener('abort', stirred);
  }
}

async function readBetween(path: string, from: number, to: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of createReadStream(path, { start: from, end: to - 1 })) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
