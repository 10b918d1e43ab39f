/** Whether a skill may be used as its files are now. */

import type { Instant } from '../../../base/clock.ts';
import type { Queryable, Transaction } from '../../../storage/index.ts';
import { auditSkill } from '../audit/audit.ts';
import type { Finding } from '../audit/finding.ts';
import { type AgentSkill, isTrusted } from '../skill.ts';
import { describeChange, type Pin, type Pinned, pinSkill } from './pin.ts';
import { approvePin, type KnownPin, type PinState, pinOf, type SkillId } from './store.ts';

/** A skill as it was looked at: what may be used of it, or why an owner has to look first. */
export type Trust =
  /** Trusted by its source: shipped or configured. */
  | { kind: 'own' }
  /** Its files are those that were pinned. */
  | { kind: 'known'; files: Pinned['files'] }
  /** It was never used before. `block`: why it must not be, without an owner. */
  | { kind: 'first'; pin: Pin; state: PinState; block: string[] }
  /** An owner has to approve it; `reasons` are sentences without a full stop. */
  | { kind: 'changed' | 'blocked'; reasons: string[] }
  | { kind: 'unpinnable'; message: string };

type Reader = Pick<Queryable, 'query'>;

/** Looks at the files of `skill` and at what was decided about it. */
export async function lookAt(db: Reader, skill: AgentSkill, signal?: AbortSignal): Promise<Trust> {
  if (isTrusted(skill.source) || skill.directory === undefined) return { kind: 'own' };
  const pin = await pinSkill(skill.directory, skill, signal);
  if (!pin.ok) return { kind: 'unpinnable', message: pin.message };
  const known = await pinOf(db, idOf(skill));
  if (known) return judged(known, pin);
  const block = await blockedBy(skill, signal);
  return { kind: 'first', pin, state: block.length > 0 ? 'blocked' : 'pinned', block };
}

function judged({ state, pinned }: KnownPin, pin: Pin): Trust {
  if (pinned.hash !== pin.hash) return { kind: 'changed', reasons: describeChange(pinned, pin) };
  if (state === 'blocked') return { kind: 'blocked', reasons: [] };
  return { kind: 'known', files: pin.files };
}

export function idOf({ name, source }: AgentSkill): SkillId {
  return { name, source: source.kind };
}

/** Why a skill is not used before an owner has looked at it. */
async function blockedBy(skill: AgentSkill, signal?: AbortSignal): Promise<string[]> {
  return [
    ...(await heavyFindings(skill.directory as string, signal)),
    ...(skill.forbiddenToolsUnreadable ? ['it gives up tools in a form that nobody can read'] : []),
  ];
}

/** What in a folder nobody should use unseen. */
export async function heavyFindings(directory: string, signal?: AbortSignal): Promise<string[]> {
  const { findings, blocked } = await auditSkill(directory, signal);
  return blocked ? findings.filter(({ level }) => level === 'block').map(sentenceOf) : [];
}

function sentenceOf({ file, line, why }: Finding): string {
  return `${file}${line > 0 ? `:${line}` : ''}: ${why.replace(/\.$/, '')}`;
}

/** What an owner is shown before approving a skill. */
export interface Inquest {
  id: SkillId;
  pin: Pin;
  /** Undefined: it was never used. */
  before: KnownPin | undefined;
  /** What it may do, or newly may. Sentences without a full stop. */
  changes: string[];
  findings: Finding[];
  forbiddenToolsUnreadable: boolean;
}

/** All that there is to know of a skill that needs an approval; a string says why it can have none. */
export async function inquire(db: Reader, skill: AgentSkill, signal?: AbortSignal): Promise<Inquest | string> {
  if (skill.directory === undefined) return 'It stands in the configuration and needs no approval.';
  const pin = await pinSkill(skill.directory, skill, signal);
  if (!pin.ok) return pin.message;
  const before = await pinOf(db, idOf(skill));
  const { findings } = await auditSkill(skill.directory, signal);
  const { forbiddenToolsUnreadable } = skill;
  const changes = describeChange(before?.state === 'blocked' ? undefined : before?.pinned, pin);
  return { id: idOf(skill), pin, before, changes, findings, forbiddenToolsUnreadable };
}

/** The files of a skill as they were hashed for an approval, and what was decided about them by then. */
export interface Looked {
  pin: Pin;
  before: KnownPin | undefined;
}

/**
 * Hashes the files of `skill`: undefined when they are not those with `hash`. Not for the inside of a transaction, which
 * would hold the database for as long as the folder is large.
 */
export async function lookForApproval(db: Reader, skill: AgentSkill, hash: string): Promise<Looked | undefined> {
  const pin = skill.directory === undefined ? undefined : await pinSkill(skill.directory, skill);
  return pin?.ok && pin.hash === hash ? { pin, before: await pinOf(db, idOf(skill)) } : undefined;
}

/** Approves the files that were looked at; false when others were decided about since. */
export async function approveLooked(
  tx: Transaction,
  skill: AgentSkill,
  { pin, before }: Looked,
  by: { personId: string | undefined; now: Instant },
): Promise<boolean> {
  const hash = (await pinOf(tx, idOf(skill)))?.pinned.hash;
  if (hash !== before?.pinned.hash && hash !== pin.hash) return false;
  await approvePin(tx, idOf(skill), pin, by);
  return true;
}
