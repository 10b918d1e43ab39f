import { type CallContext, type Failed, failed } from '../../agent/index.ts';
import { listInside } from '../../base/folders/list.ts';
import { didYouMean } from '../../base/text.ts';
import { conversations } from '../../delivery/index.ts';
import type { Queryable, Transaction } from '../../storage/index.ts';
import { keepFirst } from '../../trust/index.ts';
import type { RunContext, View } from '../live/host.ts';
import { readBody } from '../read/file.ts';
import { type AgentSkill, inOrder, isTrusted, reasonOf } from '../skill.ts';
import { noteUse, offIn } from '../store.ts';
import * as texts from '../texts.ts';
import { isFor } from './prompt.ts';
import { lookAt, pinIdOf, type Trust } from './trusted.ts';

export interface ReadSkill {
  skill: AgentSkill;
  trust: Trust;
  body: string;
  files: string[];
}

export interface ReadySkill {
  ok: true;
  skill: AgentSkill;
  /** Dependencies first, the skill itself last. */
  all: ReadSkill[];
  /** Names of skills that it depends on and that are not there. */
  missing: string[];
  tainted: boolean;
}

/** Not a stranger's words: shipped, in the configuration, or exactly the files that an owner has approved. */
const isTheirs = ({ skill, trust }: ReadSkill): boolean =>
  isTrusted(skill.source) || (trust.kind === 'known' && trust.isApproved);

/** Awaited work before the transaction. Nothing is written. */
export async function makeReady(
  db: Queryable,
  view: View,
  name: string,
  ctx: RunContext & Pick<CallContext, 'signal'>,
): Promise<ReadySkill | Failed> {
  const namedSkill = find(view, name, ctx);
  if ('ok' in namedSkill) return namedSkill;
  const order = inOrder(view.snapshot, namedSkill);
  const draft = order.skills.find((one) => view.decisions.drafts.has(one.name));
  if (draft) return failed('DRAFT', texts.isDraft(draft.name));
  const revoked = order.skills.find((one) => view.decisions.resting.has(one.name));
  if (revoked) return failed('REVOKED', texts.rests(revoked.name, view.decisions.resting.get(revoked.name) ?? ''));
  if (order.cycle) return failed('CYCLE', texts.cycle(order.cycle));
  const all: ReadSkill[] = [];
  for (const one of order.skills) {
    const read = await readOne(db, await view.files.forRun(db, one, ctx), ctx.signal);
    if ('ok' in read) return read;
    all.push(read);
  }
  const skill = all.at(-1)?.skill ?? namedSkill;
  const tainted = all.some((one) => !isTheirs(one));
  return { ok: true, skill, all, missing: order.missing, tainted };
}

function find(
  { snapshot, decisions, skillsByAgent }: View,
  name: string,
  { request, turn }: Pick<CallContext, 'request' | 'turn'>,
): AgentSkill | Failed {
  const skill = snapshot.skills.get(name);
  const usable = request.byName
    ? skill?.userInvocable
    : skill?.modelInvocable && isFor(skill, turn.agent, skillsByAgent);
  if (!skill || !usable) {
    const invalid = snapshot.invalid.find((each) => each.name === name || each.directory?.endsWith(`/${name}`));
    if (invalid) return failed('UNREADABLE', texts.invalid(name, reasonOf(invalid)));
    const near = didYouMean(name, [...snapshot.skills.keys()]);
    return failed('NOT_FOUND', texts.noSkill(name, near));
  }
  const deprecated = request.byName ? undefined : decisions.deprecated.get(name);
  return deprecated ? failed('DEPRECATED', texts.deprecatedNotice(deprecated)) : skill;
}

async function readOne(db: Queryable, skill: AgentSkill, signal: AbortSignal): Promise<ReadSkill | Failed> {
  const body = readBody(skill);
  if (typeof body !== 'string') return failed('UNREADABLE', texts.unreadable(skill.name, body.message));
  // Looked at after it was read: what was swapped in between is not what was pinned.
  const trust = await lookAt(db, skill, signal);
  const files = skill.directory === undefined ? [] : await filesOf(skill.directory, signal);
  return refusedBy(skill, trust) ?? { skill, trust, body, files };
}

async function filesOf(directory: string, signal: AbortSignal): Promise<string[]> {
  const { files } = await listInside(directory, { gitignore: true, signal });
  return files.map(({ path }) => path).filter((path) => !/^(?:skill\.md|\.gitignore)$/i.test(path));
}

/** Why a skill may not be used, with what an owner has to do. What is seen for the first time may still be blocked. */
function refusedBy({ name }: AgentSkill, trust: Trust): Failed | undefined {
  if (trust.kind === 'unpinnable')
    return trust.isPassing
      ? failed('TIMEOUT', texts.looksTooLong(name))
      : failed('UNTRUSTED', texts.unpinnable(name, trust.message));
  if (trust.kind === 'changed') return failed('NEEDS_APPROVAL', texts.changedNotice(name, trust.reasons));
  if (trust.kind === 'blocked') return failed('NEEDS_APPROVAL', texts.blockedNotice(name, trust.reasons));
  return undefined;
}

/**
 * Decides in `tx` whether the skills may be used, and keeps what is seen for the first time. A block is kept even though
 * the call fails. `decided` is called after the commit when something was.
 */
export async function admit(
  tx: Transaction,
  { skill, all }: ReadySkill,
  ctx: RunContext & { view: Pick<View, 'files'>; denied: ReadonlySet<string> },
  decided: () => void,
): Promise<Failed | undefined> {
  const { settings } = await conversations.stateOf(tx, ctx.conversationId);
  const off = offIn(settings, ctx.denied);
  const isOff = all.find((one) => off.has(one.skill.name));
  if (isOff) return failed('OFF', texts.isOff(isOff.skill.name));
  const now = ctx.clock.now();
  for (const { skill: one, trust } of all) {
    if (trust.kind !== 'first') continue;
    const outcome = await keepFirst(tx, pinIdOf(one), trust, now);
    if (outcome === 'usable') continue;
    if (outcome === 'changed') return failed('NEEDS_APPROVAL', texts.changedNotice(one.name, []));
    tx.afterCommit(decided);
    return failed('NEEDS_APPROVAL', texts.blockedNotice(one.name, trust.suspicions));
  }
  const names = all.map((one) => one.skill.name).filter((name) => name !== skill.name);
  await noteUse(tx, ctx.conversationId, [...names, skill.name], now);
  for (const one of all) await ctx.view.files.noteRun(tx, one.skill, ctx);
  return undefined;
}
