export { type AccessRules, type Claim, outranks, roleOf } from './access.ts';
export { type DeletionRule, type ErasedCounts, erase, tableOf } from './deletion.ts';
export {
  type AccessPolicies,
  Gate,
  type InlinePolicies,
  may,
  type PolicyFile,
  type PolicyProblem,
  type RoleHolder,
  readPolicies,
  type Thing,
} from './gate.ts';
export {
  add as addInvitation,
  deletionRules as invitationDeletionRules,
  findOpen as findInvitation,
  list as listInvitations,
  mergeRules as invitationMergeRules,
  type OpenInvitation,
  remove as removeInvitation,
  retentionRules as invitationRetentionRules,
  spend as spendInvitation,
} from './invitations/store.ts';
export * as links from './links/store.ts';
export { deletionRules as linkDeletionRules, mergeRules as personMergeRules } from './links/store.ts';
export type { MergedRows, MergeRule } from './merge.ts';
export * as pairing from './pairing/store.ts';
export {
  deletionRules as pairingDeletionRules,
  type ListedPerson,
  mergeRules as pairingMergeRules,
  strangerRule,
} from './pairing/store.ts';
export {
  addChallenge,
  addPasskey,
  deletionRules as passkeyDeletionRules,
  hasPasskeys,
  type KnownPasskey,
  type ListedPasskey,
  listPasskeys,
  MOST_PASSKEYS,
  markCopied,
  mergeRules as passkeyMergeRules,
  passkeyOf,
  removePasskey,
  removePasskeys,
  renamePasskey,
  spendChallenge,
  usePasskey,
} from './passkeys/store.ts';
export {
  type Household,
  type Person,
  QUIET_COLUMNS,
  type QuietColumns,
  type QuietHours,
  quietOf,
  quietUntil,
  type Role,
  readerFor,
} from './person.ts';
export * as sessions from './sessions/store.ts';
export {
  deletionRules as sessionDeletionRules,
  mergeRules as sessionMergeRules,
  retentionRules as sessionRetentionRules,
} from './sessions/store.ts';
export {
  addFirstCode,
  deletionRules as passwordDeletionRules,
  hasOwner,
  hasResident,
  lockClaims,
  mergeRules as passwordMergeRules,
  namePerson,
  openFirstCodes,
  PASSWORD_LENGTH,
  type PasswordRow,
  passwordOf,
  passwordOfPerson,
  removePasswords,
  roleToSignIn,
  setPassword,
  spendFirstCodes,
} from './sign-in/store.ts';
export {
  accountOn,
  adoptLocale,
  deletionRules as personDeletionRules,
  emptyTable,
  exportOf,
  findPerson,
  followZone,
  haltRules as personHaltRules,
  hashOfCode,
  isErased,
  lockPerson,
  type MetPerson,
  meet,
  meetById,
  type NewIdentity,
  newCode,
  openZoneChanges,
  type PersonRow,
  personById,
  resolvePeople,
  resolvePerson,
  rolesOfAccount,
  setLocale,
  setQuiet,
  settleZoneChange,
  setZone,
  toPerson,
  type ZoneChange,
} from './store.ts';
export {
  add as addToken,
  deletionRules as tokenDeletionRules,
  holderOf as tokenHolder,
  isNamed as isTokenNamed,
  type ListedToken,
  list as listTokens,
  mergeRules as tokenMergeRules,
  revoke as revokeTokens,
} from './tokens/store.ts';
