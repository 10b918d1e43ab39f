/** The order in which a process sends the parts that it owns. Pure. */
import { isAnswer } from './parts.ts';
import type { Row, SendResult } from './store.ts';

const LATE_AFTER = 3;

export type Message = readonly [Row, ...Row[]];

/**
 * The queue of a message, whose parts are sent one after another: answers of a conversation; messages that coda begins,
 * so that an answer never delays a reminder; late ones, of which none waits for another.
 */
export function queueOf(message: Message): string {
  const [{ conversationId }] = message;
  if (isInOrder(message)) return answersOf(conversationId);
  return `${conversationId} ${isLate(message) ? 'late' : 'others'}`;
}

export const answersOf = (conversationId: string): string => `${conversationId} answers`;

export function isLate(message: Message): boolean {
  return message.some(({ unknownAt, attempts }) => unknownAt !== undefined || attempts >= LATE_AFTER);
}

/** True for answers, of which a later one is not sent beside an earlier one of the same conversation. */
export const isInOrder = (message: Message): boolean => !isLate(message) && isAnswer(message[0].grp);

export function unblocksNext({ state }: SendResult): boolean {
  return state === 'sent' || state === 'dead' || state === 'dropped';
}
