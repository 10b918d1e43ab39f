/** What is heard and what is said: inbox, lanes, outbox, and the port of chat platforms. */
export type * from './adapter.ts';
export type * from './content.ts';
export { Delivery, type DeliveryOptions, type Receiver } from './delivery.ts';
export type { Also, End } from './end.ts';
export {
  erasures as inboxErasures,
  type FinalState,
  fileReferences as inboxFiles,
  moves as inboxMoves,
  prunings as inboxPrunings,
} from './inbox/store.ts';
export * from './item.ts';
export { deadJobSource } from './letters/dead-jobs.ts';
export {
  type DeadLetters,
  erasures as outboxErasures,
  fileReferences as outboxFiles,
  moves as outboxMoves,
  prunings as outboxPrunings,
} from './letters/store.ts';
export type { Draft } from './outbox/draft.ts';
export type * from './outgoing.ts';
