/** The turn: a model with tools answers a message, and everything it does is stored as it happens. */
export { Agent } from './agent.ts';
export {
  Approvals,
  approvalSource,
  approvalsAtHome,
  commitHints as agentHints,
  DECIDE,
  DETAILS,
  type DecisionOutcome,
  decideTool,
  detailsTool,
  type ListedApproval,
} from './approvals/index.ts';
export { countWaiting as waitingApprovals } from './approvals/store.ts';
export { contentsOf, filesNamed, type StoredFile } from './artifacts/store.ts';
export {
  addPictures,
  attachedTo,
  contextTools,
  identity,
  lookAt,
  MessageIndex,
  NOTHING as nothingAttached,
  pastPictures,
  type RecalledContext,
  readRecalled,
  Scaler,
  type Sections,
  type ShowFile,
  searchPast,
  taintingTools,
  tokensIn,
} from './context/index.ts';
export { countersOf } from './counters.ts';
export type { Dialogue, OpenQuestion, Topic } from './dialogue/dialogue.ts';
export type { Example, HeardMessage, Interpretation, Interpreter, InterpreterSource } from './dialogue/interpreter.ts';
export { note as noteDialogue } from './dialogue/store.ts';
export { dropTool } from './dialogue/tools.ts';
export { buryTellings, type ForgottenThing, forgottenAmong } from './forgotten/store.ts';
export { Inference } from './inference/inference.ts';
export { type LightAnswer, type LightAsked, type LightModels, readForm } from './inference/light.ts';
export {
  type KeptBlocks,
  type Model,
  ModelError,
  type ModelEvent,
  type ModelMessage,
  type ModelRequest,
  type ModelUsage,
  NoModel,
} from './inference/model.ts';
export { numberedLists, type ShownList } from './lists/store.ts';
export { askWindow, checkProvider, type ProviderHealth } from './models/check.ts';
export type { Tiers } from './models/index.ts';
export { type Models, openModels, openPrices, type Tier } from './models/index.ts';
export { gapsTold } from './models/prices.ts';
export type { QuirkTold } from './models/quirks.ts';
export { money } from './texts.ts';
export { confirmedTool } from './tools/calls.ts';
export { askIfUnnamed } from './tools/chosen.ts';
export type { CritiqueRules } from './tools/critique.ts';
export { capabilitiesOf } from './tools/forbidden.ts';
export { Guard } from './tools/guard.ts';
export { orNull } from './tools/model-input.ts';
export { keptTools, moreTools, offerTools, toolSearch } from './tools/offer.ts';
export { carriedBy, policyOf, refusedHere } from './tools/policy.ts';
export * from './tools/resolve.ts';
export * from './tools/tool.ts';
export { type LiveTools, Toolbox } from './tools/toolbox.ts';
export { changeTool } from './tools/verbs.ts';
export { type MessageTrace, type TurnTrace, traceMessage, traceTurns } from './trace/index.ts';
export type { SpawnOptions } from './turn/nested.ts';
export type { TurnOver } from './turn/options.ts';
export { closeOrphan } from './turn/record/store.ts';
export {
  ContextReader,
  contextOf,
  deletionRules as agentDeletionRules,
  endTemporary,
  fileReferences as agentFiles,
  forgetConversation,
  type ItemContext,
  listTemporary,
  mergeRules as agentMergeRules,
  newEpoch,
  type OpenButton,
  retentionRules as agentRetentionRules,
} from './turn/store.ts';
export { UNDO_ACT, undoActTool, undoAllTool, undoTool } from './undo/index.ts';
export {
  Calendar,
  type Cost,
  type CostLine,
  costByDay,
  costByModel,
  costByPerson,
  costOfConversation,
  costOfPerson,
  repairsSince,
} from './usage/index.ts';
export {
  type AnswerVersion,
  type AskedLast,
  addVersion,
  askedLast,
  countVersions,
  holdLane,
  IS_LEFT_OUT,
  IS_SHELVED,
  isVersion,
  listVersions,
  MOST_VERSIONS,
  showVersion,
} from './versions/store.ts';
