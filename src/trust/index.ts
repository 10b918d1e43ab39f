/** Trust in folders with instructions that strangers may have written: pins, approvals, a static scan. */

export { auditFolder } from './audit/audit.ts';
export { isScript, type Pin, type PinnedFolder, pinFolder, pinReport } from './pin.ts';
export {
  approvePin,
  blockedOf,
  blockPin,
  deletionRules as pinDeletionRules,
  type FolderId,
  mergeRules as pinMergeRules,
  pinnedNames,
  pinOf,
} from './store.ts';
export * as trustTexts from './texts.ts';
export {
  approveLooked,
  decidedOf,
  type Folder,
  type FolderDecision,
  type Inquest,
  type InspectedFolder,
  inquire,
  judge,
  keepFirst,
  lookForApproval,
  type Verdict,
} from './trust.ts';
