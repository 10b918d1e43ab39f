import { z } from 'zod';
import { type MessageTrace, traceMessage } from '../../agent/index.ts';
import { CodaError } from '../../base/errors.ts';
import { operation, type Wire } from '../../chat/operation.ts';
import type { OperationParts } from './parts.ts';

const way = operation({
  name: 'trace',
  example: 'coda trace 018f2c1e-8a52-7cc4-9d2e-3f6a1b2c4d5e',
  input: z.object({
    id: z
      .string()
      .optional()
      .describe('the trace of a log line, or the id of a message, a turn or a part; the last message when left out'),
  }),
  args: ['id'],
  json: 'indented',
  run: async ({ app }: OperationParts, { id }) => (await traceMessage(app.database, id)) ?? null,
  show(messageTrace, { id }, { at }) {
    if (messageTrace) return `${traceLines(messageTrace, at).join('\n')}\n`;
    if (id === undefined) return { always: 'Nobody has sent a message yet.\n' };
    throw new CodaError('INPUT_INVALID', {
      message: `No message is known as ${id}.`,
      remedy:
        'Give the trace of a log line, the platform’s id of a message, or the id of a turn or of a part of the outbox.',
    });
  },
});

export const trace = [way];

function traceLines({ id, state, totalMs, events }: Wire<MessageTrace>, on: (instant: string) => string): string[] {
  const first = Date.parse(events[0]?.at ?? '');
  const lines = events.map(({ at, where, what, tookMs, depth }) => {
    const after = `+${Date.parse(at) - first} ms`;
    const duration = tookMs === undefined ? '' : `  (${Math.round(tookMs)} ms)`;
    return `${after.padStart(12)}  ${where.padEnd(8)}  ${'  '.repeat(depth)}${what}${duration}`;
  });
  const total = totalMs === undefined ? '' : `, ${totalMs} ms from sent to seen`;
  return [`${id}: ${state}${total}`, events[0] ? on(events[0].at) : '', ...lines];
}

/** For "coda doctor", which looks also where no daemon runs and none can be put together. */
const checks = operation({
  name: 'doctor',
  input: z.object({}),
  run: ({ app }: OperationParts) => app.checks.run(),
});

export const looking = [checks];
