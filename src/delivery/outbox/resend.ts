/** What to do about a part that may be on the platform already. */
import type { Instant } from '../../base/clock.ts';
import type { ChatAdapter, Part, Receipt, SendOutcome } from '../adapter.ts';

/** A send that has not answered by then is `unknown`; shorter than the time after which a process is taken over. */
export const SEND_DEADLINE_MS = 10_000;
/** From then on a resend must look first: platforms remember a key for minutes at best, and a clock may be off. */
const LOOK_AFTER_MS = 15_000;

/** Whether a resend could be a second copy: the platform has forgotten the key, or never knew it. */
export function mustLook(adapter: ChatAdapter, unknownAt: Instant, now: Instant): boolean {
  const elapsed = now.getTime() - unknownAt.getTime();
  // A clock that was set back says nothing about how long it has been.
  return elapsed < 0 || elapsed >= Math.min(LOOK_AFTER_MS, adapter.promises.deduplicatesForMs);
}

/**
 * Takes a draft's message away. Where none can be found, but a key is known again for as long as this send may take,
 * sending it again tells where it is.
 */
export async function takeAway(
  adapter: ChatAdapter,
  part: Part,
  { receipt, unknownAt, now }: { receipt: Receipt | undefined; unknownAt: Instant | undefined; now: Instant },
  signal: AbortSignal,
): Promise<SendOutcome> {
  if (receipt) return adapter.delete(receipt, part.place, signal);
  const { canFind, deduplicatesForMs } = adapter.promises;
  const elapsed = unknownAt ? now.getTime() - unknownAt.getTime() : -1;
  if (canFind || elapsed < 0 || elapsed + SEND_DEADLINE_MS >= deduplicatesForMs) {
    return { kind: 'sent', receipt: { id: '' } };
  }
  const sent = await adapter.send({ ...part, resend: false }, signal);
  return sent.kind === 'sent' ? adapter.delete(sent.receipt, part.place, signal) : sent;
}
