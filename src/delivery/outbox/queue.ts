/** In which order parts are sent that one process has in hand. */
import { isAnswer } from '../parts.ts';
import type { Row, SendResult } from './store/index.ts';

/** A part that was tried so often holds up no other message any longer. */
const LATE_AFTER = 3;

/** The parts of one message that are sent together. */
export type Message = readonly [Row, ...Row[]];

/**
 * The queue of a message, whose parts are sent one after another: answers of a conversation; messages that coda begins,
 * so that an answer never delays a reminder; late ones, of which none waits for another.
 */
export function queueOf(message: Message): string {
  const [{ conversationId, grp }] = message;
  return `${conversationId} ${isLate(message) ? 'late' : isAnswer(grp) ? 'answers' : 'others'}`;
}

/** A part of it was tried in vain for long, or may have arrived already. */
export function isLate(message: Message): boolean {
  return message.some(({ unknownAt, attempts }) => unknownAt !== undefined || attempts >= LATE_AFTER);
}

/** True if what follows a part can be sent. */
export function isThrough({ state }: SendResult): boolean {
  return state === 'sent' || state === 'dead' || state === 'dropped';
}

/**
 * The result of a part that was not tried: it waits as `before` does, the part before it. An unknown state stays
 * unknown.
 */
export function untried({ id, unknownAt }: Row, before: Omit<SendResult, 'id'>): SendResult {
  const { nextAt, error, conversationId } = before;
  const state = before.state === 'held' ? 'held' : unknownAt ? 'unknown' : 'pending';
  return {
    id,
    state,
    untried: true,
    ...(nextAt && { nextAt }),
    ...(unknownAt && { unknownAt }),
    ...(error !== undefined && { error }),
    ...(conversationId !== undefined && { conversationId }),
  };
}
