/** The log of what was done: appended with what it tells of, sealed in batches by a hash chain. */
export { Audit, type AuditReport, appendAct, recordAct, verify } from './audit.ts';
export {
  type AuditAction,
  type AuditEntry,
  type AuditOrigin,
  type AuditRow,
  type AuditStatus,
  detailOf,
  rowOf,
  STATUSES,
} from './entry.ts';
export {
  type AuditFilter,
  type AuditRecord,
  append,
  auditWriting,
  deletionRules as auditDeletionRules,
  type ExportedEntry,
  findEntries,
  lastConfigChange,
  mergeRules as auditMergeRules,
  retentionRule as auditRetentionRule,
  type SealedBatch,
  type ToolStats,
  toolStats,
} from './store.ts';
