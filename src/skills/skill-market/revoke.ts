/** Skills that their catalog has revoked: they rest, and their people are told once. */
import { type SkillSnapshot, skillTrust } from '../../agent-skills/index.ts';
import type { Instant } from '../../base/clock.ts';
import type { SkillPorts } from '../../chat/index.ts';
import { conversations, type Outbox, type Outgoing } from '../../delivery/index.ts';
import type { Queryable, Transaction } from '../../storage/index.ts';
import { pinFolder } from '../../trust/index.ts';
import { type Catalog, revocationOf } from './catalog.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

export interface RevokingDeps {
  outbox: Outbox;
  listRunners: SkillPorts['listRunners'];
}

/**
 * Has the skills of a catalog that are `there` rest, or work again, as it says now, and tells people of each change.
 * Returns whether anything has changed: it holds once the skills are read again.
 */
export async function applyRevocations(
  tx: Transaction,
  { outbox, listRunners }: RevokingDeps,
  { location, catalog, there }: { location: string; catalog: Catalog; there: ReadonlySet<string> },
  now: Instant,
): Promise<boolean> {
  const all = await store.installs(tx, location);
  const gone = all.flatMap(({ name }) => (there.has(name) ? [] : [name]));
  if (gone.length > 0) await store.removeInstalls(tx, gone);
  let isChanged = false;
  for (const { name, sha256 } of all.filter((install) => there.has(install.name))) {
    const reason = revocationOf(catalog, { id: name, sha256 })?.reason;
    if (!(await store.setRevoked(tx, { name, reason }, now))) continue;
    await outbox.addAll(tx, await noticesOf(tx, listRunners, { name, reason, catalog, now }));
    isChanged = true;
  }
  return isChanged;
}

async function noticesOf(
  tx: Transaction,
  listRunners: RevokingDeps['listRunners'],
  { name, reason, catalog, now }: { name: string; reason: string | undefined; catalog: Catalog; now: Instant },
): Promise<Outgoing[]> {
  const owners = await conversations.ownersDirect(tx);
  const known = new Set(owners.map(({ personId }) => personId));
  const users: { personId: string; conversationId: string }[] = [];
  for (const personId of new Set([...(await store.listAskers(tx, name)), ...(await listRunners(tx, name))])) {
    const conversationId = known.has(personId) ? undefined : await conversations.direct(tx, personId);
    if (conversationId !== undefined) users.push({ personId, conversationId });
  }
  const said = (text: string) => (each: { personId: string; conversationId: string }) => {
    const key = `skill-${reason === undefined ? 'restored' : 'revoked'}:${name}:${now.toISOString()}:${each.personId}`;
    return { key, ...each, card: { kind: 'notice' as const, text }, tainted: true };
  };
  const words = (isOwner: boolean) =>
    reason === undefined
      ? texts.restoredNotice(name, catalog.name)
      : texts.revokedNotice(name, catalog.name, reason, isOwner);
  return [...owners.map(said(words(true))), ...users.map(said(words(false)))];
}

/** Why skills rest, by name: those whose files are the ones that were revoked. Awaits files. */
export async function restingIn(db: Queryable, { skills }: SkillSnapshot): Promise<Map<string, string>> {
  const resting = new Map<string, string>();
  for (const { name, pin, revoked_reason: reason } of await store.installs(db)) {
    const skill = reason === null ? undefined : skills.get(name);
    const folder = skill?.source.kind === 'installed' ? skillTrust.folderOf(skill) : undefined;
    if (!folder || reason === null) continue;
    const now = await pinFolder(folder.directory, folder.declared);
    // Other files are another skill: these wait for an owner by themselves.
    if (now.ok && now.hash === pin) resting.set(name, reason);
  }
  return resting;
}
