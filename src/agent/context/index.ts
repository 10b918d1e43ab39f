/** The request to a model: a stable beginning, the moving part, and the conversation, within the model's limits. */
export { type Compacting, compact, isDue } from './compact.ts';
export { type Attached, attachedTo, illustrated, NOTHING } from './files.ts';
export { clockLine, identity } from './identity.ts';
export { lookAt, Scaler } from './pictures/index.ts';
export {
  type Filled,
  type Limits,
  type Plan,
  type PlanInput,
  planRequest,
  type Sections,
} from './plan.ts';
export { quotedFrames, rememberedQuotes } from './quoted.ts';
export { contextTools, shortened } from './results.ts';
export { Said } from './said/index.ts';
export { fittingTools } from './small.ts';
export {
  addSummary,
  type HistoryEntry,
  type Recalled,
  readBetween,
  readRecalled,
  recall,
  taintingTools,
} from './store.ts';
export { tokensIn, toolTokens } from './tokens.ts';
