/** Inbox, lanes, outbox, and the port of chat platforms. */
export * as activity from './activity/store.ts';
export type * from './adapter.ts';
export { isSaid } from './adapter.ts';
export { CLOCK_MARGIN_MS, type History, LookBack, MOST_PLACES, type ReadFrom } from './backfill.ts';
export * as buttons from './buttons/store.ts';
export { ChannelQueues, retryDelay } from './channel-queues.ts';
export { FENCED } from './closing/store.ts';
export type * from './content.ts';
export * as conversations from './conversations/store.ts';
export { commitHints as deliveryHints, deadJobSource } from './dead-letters/reports.ts';
export {
  type DeadLetters,
  deletionRules as outboxDeletionRules,
  fileReferences as outboxFiles,
  mergeRules as outboxMergeRules,
  retentionRules as outboxRetentionRules,
} from './dead-letters/store.ts';
export { Delivery, type DeliveryOptions, type Receiver } from './delivery.ts';
export type { End, ExtraWrites } from './endings.ts';
export { type Upload, type UploadLimits, uploadBatches, uploadOf } from './files/take-files.ts';
export { isWordless } from './files/texts.ts';
export type { HeardVoice, HearVoice } from './files/voice-messages.ts';
export type { PlannedTurn, Turns, TypedTurn } from './inbox/planned.ts';
export type { MovedPerson } from './inbox/sender-directory.ts';
export {
  deletionRules as inboxDeletionRules,
  depth as inboxDepth,
  type FinalState,
  fileReferences as inboxFiles,
  haltRules as inboxHaltRules,
  laneRules,
  mergeRules as inboxMergeRules,
  type RateLimit,
  retentionRules as inboxRetentionRules,
} from './inbox/store.ts';
export * from './item.ts';
export type { ContextReading, ItemContexts } from './items/store.ts';
export { type Notice, type NoticeOutcome, type NotifyDeps, notify, notifyJob } from './notify/index.ts';
export { deletionRules as noticeDeletionRules, mergeRules as noticeMergeRules } from './notify/store.ts';
export type { Draft } from './outbox/draft.ts';
export { type CallFact, factsOf, inBlock, isAllFacts, isLong } from './outbox/parts.ts';
export { adopt, earliestEnded, takeEnded } from './planned/store.ts';
export {
  deletionRules as postponedDeletionRules,
  retentionRules as postponedRetentionRules,
} from './postponed/store.ts';
export { MOST_OBSERVED } from './quoted/index.ts';
export type { Requests } from './requests/index.ts';
export {
  deletionRules as requestDeletionRules,
  mergeRules as requestMergeRules,
  retentionRules as requestRetentionRules,
  table as requestTable,
} from './requests/store.ts';
export type { Target, TargetAddress, TargetKind } from './targets/store.ts';
export * as targets from './targets/store.ts';
export { closeText, shownWhileGrowing } from './text/growing.ts';
export { cut, inOneFile, Order, type Piece, shownIn } from './text/split.ts';
export {
  type Align,
  addressOfLink,
  applyChanges,
  type Block,
  blocksOf,
  type Change,
  drawTable,
  type Inline,
  inlineOf,
  nodesOf,
  placeOfNode,
} from './text/tree.ts';
export { Typing } from './typing.ts';
export { countUnread, endUnread, isMessageUnread, markRead, moveUnreadHome, takeUnpushed } from './unread/store.ts';
