/** `coda trace`: one message's whole way, without a word of what anybody wrote. */

import type { MessageTrace } from '../agent/index.ts';
import { CodaError } from '../base/errors.ts';
import { ask, instantsFor } from './ask.ts';
import type { Flags } from './flags.ts';

export async function trace(flags: Flags, io: NodeJS.Process): Promise<number> {
  const [id] = flags.args;
  const found = (await ask(flags, io, 'trace', id === undefined ? {} : { id })) as MessageTrace | null;
  if (!found && id === undefined) {
    io.stdout.write('Nobody has sent a message yet.\n');
    return 0;
  }
  if (!found) {
    throw new CodaError('INPUT_INVALID', {
      message: `No message is known as ${id}.`,
      remedy:
        'Give the trace of a log line, the platform’s id of a message, or the id of a turn or of a part of the outbox.',
    });
  }
  io.stdout.write(
    flags.json ? `${JSON.stringify(found, null, 2)}\n` : `${traceLines(found, instantsFor(flags, io)).join('\n')}\n`,
  );
  return 0;
}

/** One line an event: how long after the first, where, what, and what it took. */
function traceLines({ id, state, totalMs, events }: MessageTrace, on: (instant: string) => string): string[] {
  const first = Date.parse(events[0]?.at ?? '');
  const lines = events.map(({ at, where, what, tookMs, depth }) => {
    const after = `+${Date.parse(at) - first} ms`;
    const took = tookMs === undefined ? '' : `  (${Math.round(tookMs)} ms)`;
    return `${after.padStart(12)}  ${where.padEnd(8)}  ${'  '.repeat(depth)}${what}${took}`;
  });
  const total = totalMs === undefined ? '' : `, ${totalMs} ms from sent to seen`;
  return [`${id}: ${state}${total}`, events[0] ? on(events[0].at) : '', ...lines];
}
