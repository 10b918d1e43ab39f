/** Answers that come piece by piece: as fast as they are read, and only for as long as they may be. */

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';

/** Milliseconds for which a reader that was asked about is trusted: as long as a token is. */
const TRUSTED_MS = 5_000;
/** Milliseconds after which a stream in which nothing happens is asked about: signs of life tell nobody anything. */
const IDLE_MS = 60_000;

/**
 * `events` until `mayRead` says no: the reader has signed out, or the token was revoked or has expired. It is asked before
 * anything is told, at most every five seconds.
 */
export async function* whileAllowed(
  events: AsyncIterable<string>,
  clock: Clock,
  mayRead: () => Promise<boolean>,
): AsyncGenerator<string> {
  let asked = clock.now().getTime();
  for await (const event of events) {
    const now = clock.now().getTime();
    if (now - asked >= (event.startsWith(':') ? IDLE_MS : TRUSTED_MS)) {
      if (!(await mayRead())) return;
      asked = now;
    }
    yield event;
  }
}

/** Writes the pieces at the pace of whoever reads. Their source is closed when nobody reads any more, or only the head was asked for. */
export async function writePieces(outgoing: ServerResponse, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  if (outgoing.req.method === 'HEAD') {
    outgoing.end();
    await pieces[Symbol.asyncIterator]().return?.();
    return;
  }
  for await (const piece of pieces) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(piece)) await whenDrained(outgoing);
  }
  outgoing.end();
}

/** Resolves when the reader has caught up, or is gone. */
async function whenDrained(outgoing: ServerResponse): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  try {
    await Promise.race([once(outgoing, 'drain', { signal }), once(outgoing, 'close', { signal })]);
  } finally {
    // Takes the other listener off: a long answer waits thousands of times.
    over.abort();
  }
}
