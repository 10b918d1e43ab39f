/** Streams that end when whoever reads them may not any more: signed out, revoked, expired, no owner any longer. */
import type { Clock } from '../../base/clock.ts';

/** Milliseconds for which a reader that was asked about is trusted: as long as a token is. */
const TRUSTED_MS = 5_000;
/** Milliseconds after which a stream in which nothing happens is asked about: signs of life tell nobody anything. */
const IDLE_MS = 60_000;

/** `events` until `stands` says no; asked before anything is told, at most every five seconds. */
export async function* whileStanding(
  events: AsyncIterable<string>,
  clock: Clock,
  stands: () => Promise<boolean>,
): AsyncGenerator<string> {
  let asked = clock.now().getTime();
  for await (const event of events) {
    const now = clock.now().getTime();
    if (now - asked >= (event.startsWith(':') ? IDLE_MS : TRUSTED_MS)) {
      if (!(await stands())) return;
      asked = now;
    }
    yield event;
  }
}
