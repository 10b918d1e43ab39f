/** The turn: a model with tools answers a message, and everything it does is stored as it happens. */
export { Agent } from './agent.ts';
export { approvalSource, approvalsAtHome, DECIDE, decideTool } from './approvals/index.ts';
export { Approvals, type Decided, type ListedApproval } from './approvals/programs.ts';
export { waiting as waitingApprovals } from './approvals/store.ts';
export { contentsOf } from './artifacts/contents.ts';
export { filesNamed, type StoredFile } from './artifacts/store.ts';
export { confirmedTool } from './calls.ts';
export { capabilitiesOf } from './capability.ts';
export {
  attachedTo,
  contextTools,
  identity,
  illustrated,
  lookAt,
  NOTHING as nothingAttached,
  type Recalled,
  readRecalled,
  Said,
  Scaler,
  type Sections,
  taintingTools,
  tokensIn,
} from './context/index.ts';
export { countersOf } from './counters.ts';
export type { CritiqueRules } from './critique.ts';
export type { Dialogue, OpenQuestion, Topic } from './dialogue/dialogue.ts';
export { note as noteDialogue } from './dialogue/store.ts';
export { dropTool } from './dialogue/tools.ts';
export { Guard } from './guard.ts';
export { Inference } from './inference.ts';
export type { Example, Heard, Interpretation, Interpreter, InterpreterSource } from './interpreter.ts';
export type { LightAnswer, LightAsked, LightModels } from './light.ts';
export { numberedLists } from './lists/store.ts';
export {
  type Kept,
  type Model,
  ModelError,
  type ModelEvent,
  type ModelMessage,
  type ModelRequest,
  type ModelUsage,
  NoModel,
} from './model.ts';
export { checkProvider, type ProviderHealth } from './models/check.ts';
export { type Models, openModels, openPrices, type Tier } from './models/index.ts';
export type { PriceGaps } from './models/prices.ts';
export type { QuirkTold } from './models/quirks.ts';
export type { Tiers } from './models/tiers.ts';
export type { SpawnOptions } from './nested.ts';
export { policyOf, refusedHere } from './policy.ts';
export * from './resolve.ts';
export {
  closing,
  contextOf,
  deletionRules as agentDeletionRules,
  fileReferences as agentFiles,
  type ItemContext,
  itemContext,
  mergeRules as agentMergeRules,
  newEpoch,
  type OpenButton,
  retentionRules as agentRetentionRules,
} from './store.ts';
export { money } from './texts.ts';
export * from './tool.ts';
export { type LiveTools, Toolbox } from './toolbox.ts';
export { type MessageTrace, type TurnTrace, traceMessage, traceTurns } from './trace/index.ts';
export type { TurnOver } from './turn-listeners.ts';
export { undoAllTool, undoTool } from './undo/index.ts';
export {
  Calendar,
  type Cost,
  type CostLine,
  costByDay,
  costByModel,
  costByPerson,
  costOfAll,
  costOfConversation,
  costOfPerson,
  repairsSince,
} from './usage/index.ts';
