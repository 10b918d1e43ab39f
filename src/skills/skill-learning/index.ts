/** Skills from experience: signs in what was done, a draft that was tried, and a person's yes. */

import { z } from 'zod';
import { type AnyTool, dataTool, done, type Failed, failed, type TxContext, undoChoice } from '../../agent/index.ts';
import type { LiveSkills } from '../../agent-skills/index.ts';
import { groupBy } from '../../base/async.ts';
import { DAY_MS } from '../../base/clock.ts';
import type { Command, Skill, SkillDeps } from '../../chat/index.ts';
import { conversations, type Outgoing } from '../../delivery/index.ts';
import { applyRule } from '../../jobs/index.ts';
import { lockPerson } from '../../people/index.ts';
import { type Improvement, improvementConfig, nightly } from '../../proposals/index.ts';
import { type Queryable, readerOf, type Transaction } from '../../storage/index.ts';
import { choicesFor, KEEP, NEVER, offerCard, SHOW, TAKE_BACK, takeBackChoice, WAKE } from './offer.ts';
import { DRAFT_JOB, draftJob, isDueFor } from './propose.ts';
import { type LearnedDeps, type PlacedSkill, skillShelf } from './shelf.ts';
import {
  correctedIn,
  endedWell,
  meantSignal,
  type PlayedTurn,
  playedTurn,
  type SkillMeant,
  signalsIn,
  type TakenBack,
} from './signals.ts';
import * as store from './store.ts';
import { mergeRules } from './store.ts';
import * as texts from './texts.ts';

type Optional = Improvement | undefined;

/** Present in every coda, so that what it has stored goes with its person; without its block it does nothing. */
export function skillLearning(skills: LiveSkills, standardAuto: LearnedDeps['standardAuto']): Skill<Optional> {
  const on = <T>({ config, ...deps }: SkillDeps<Optional>, parts: (own: LearnedDeps) => T[]): T[] =>
    config?.enabled ? parts({ ...deps, config, shelf: skillShelf({ skills, ...deps }), standardAuto }) : [];
  return {
    name: 'learned',
    config: improvementConfig,
    tools: (deps) => on(deps, learnedTools),
    commands: (deps) => on(deps, () => [learnedCommand]),
    work: {
      jobs: (deps) => on(deps, (own) => [...nightlyScan.jobs(own), draftJob(own)]),
      ownSchedules: (deps) => on(deps, nightlyScan.schedules),
    },
    data: {
      tables: ['learned_signals', 'learned_uses', 'learned_proposals'],
      mergeRules,
    },
  };
}

export const LEARN_TASK = 'improvement.learn';

/** Nights that may have been missed. */
const LOOKED_AT_MS = 3 * DAY_MS;
const SETTLED_MS = 15 * 60_000;
const KEPT_DAYS = 90;
const SIGNALS_DAYS = 31;

const nightlyScan = nightly<LearnedDeps>({
  task: LEARN_TASK,
  does: 'makes skills of corrections and of turns that went well',
  cron: () => '40 3 * * *',
  alone: true,
  run: scanAll,
});

async function scanAll(deps: LearnedDeps, signal: AbortSignal): Promise<void> {
  const { database, world } = deps;
  const { small: models } = deps.models;
  if (!models.available) return;
  const now = world.clock.now();
  const ago = (days: number) => new Date(now.getTime() - days * DAY_MS);
  await applyRule(database, store.signalRule, ago(SIGNALS_DAYS), signal);
  for (const rule of store.retentionRules) await applyRule(database, rule, ago(KEPT_DAYS), signal);
  const reader = readerOf(database);
  const since = new Date(now.getTime() - LOOKED_AT_MS);
  const names = [...new Set((await store.keptProposals(reader)).map(({ name }) => name))];
  for (const personId of await store.learners(reader, since, deps.standardAuto)) {
    signal.throwIfAborted();
    await scan(deps, personId, names);
  }
  await reviewKept(deps, signal);
}

async function scan(deps: LearnedDeps, personId: string, keptNames: readonly string[]): Promise<void> {
  const { database, world } = deps;
  const { jobs } = deps.work;
  const [now, reader] = [world.clock.now(), readerOf(database)];
  const from = new Date(now.getTime() - LOOKED_AT_MS);
  const turns = await store.turnsOf(reader, personId, { from, to: new Date(now.getTime() - SETTLED_MS) });
  const taken = await store.takenBackBy(reader, personId, from);
  const meant = await store.meantBy(reader, personId, from);
  const byConversation = [...groupBy(turns.map(playedTurn), ({ conversationId }) => conversationId).values()];
  const signals = [...byConversation.flatMap((each) => signalsIn(each, taken)), ...meant.map(meantSignal)];
  const uses = await usesIn(deps, { personId, keptNames, byConversation, taken, meant });
  await database.tx('learned.scan', async (tx) => {
    if (!(await lockPerson(tx, personId))) return;
    if (signals.length > 0) await store.addSignals(tx, personId, signals, now);
    await store.noteUses(tx, uses);
    if (!(await isDueFor(tx, personId, now))) return;
    await jobs.enqueue(tx, { kind: DRAFT_JOB, payload: { personId } }, { at: now, key: personId, maxAttempts: 3 });
  });
}

interface SeenTurns {
  personId: string;
  keptNames: readonly string[];
  byConversation: readonly (readonly PlayedTurn[])[];
  taken: readonly TakenBack[];
  meant: readonly SkillMeant[];
}

async function usesIn({ database, shelf }: LearnedDeps, seen: SeenTurns): Promise<store.Use[]> {
  const { personId, keptNames, byConversation, taken, meant } = seen;
  if (keptNames.length === 0) return [];
  const turns = byConversation.flat();
  const said = await store.saidTo(
    readerOf(database),
    turns.map(({ id }) => id),
  );
  const corrected = new Set(byConversation.flatMap((each) => [...correctedIn(each, taken)]));
  const back = new Set(taken.map(({ undo, conversationId }) => `${conversationId} ${undo}`));
  const uses: store.Use[] = [];
  for (const turn of turns) {
    const fitting = new Set(await shelf.fitting(said.get(turn.id) ?? ''));
    for (const skill of keptNames) {
      const loaded = turn.skills.includes(skill);
      if (!loaded && !fitting.has(skill)) continue;
      const isWrong = meant.some((each) => each.got === skill && each.turnId === turn.id);
      uses.push({
        turnId: turn.id,
        skill,
        personId,
        loaded,
        at: turn.finishedAt,
        well: endedWell(turn),
        corrected: corrected.has(turn.id) || isWrong,
        undone: turn.calls.some(({ undo }) => undo !== undefined && back.has(`${turn.conversationId} ${undo}`)),
      });
    }
  }
  return uses;
}

const bound = z.object({ id: z.string().min(1).max(20), hash: z.string().min(1).max(128) });
const named = z.object({ id: z.string().min(1).max(20) });

/** Words of a model stand in them: whatever is in them is shown and never followed. */
const TAINTED = { tainted: true } as const;

function learnedTools(deps: LearnedDeps): AnyTool[] {
  return [keepTool(deps), showTool(deps), neverTool(), takeBackTool(deps), wakeTool(deps)];
}

type Presser = { id: string; role: string };

/** The offered proposal as it was shown, if it is the person's own, or an owner presses. */
async function findOffered(
  db: Queryable,
  { id, hash }: z.output<typeof bound>,
  person: Presser,
): Promise<store.Proposal | undefined> {
  const proposal = await store.proposalById(db, id);
  const isOpen = proposal?.state === 'offered' || proposal?.state === 'asked';
  const isTheirs = proposal?.personId === person.id || (proposal?.state === 'asked' && person.role === 'owner');
  return isOpen && isTheirs && proposal.hash === hash ? proposal : undefined;
}

/** Installs exactly the files that were tried, and approves them; a person who is no owner has an owner asked. */
function keepTool(deps: LearnedDeps): AnyTool {
  const { shelf, database } = deps;
  return dataTool({
    name: KEEP,
    description: 'Keeps a skill that was learned.',
    effect: 'write',
    callers: 'person',
    policy: { critique: true },
    timeoutMs: 10_000,
    input: bound,
    async prepare(input, { person }) {
      const proposal = await findOffered(readerOf(database), input, person);
      if (!proposal || person.role !== 'owner') return undefined;
      const { name, body: text, baseHash, hash } = proposal;
      return shelf.place({ name, text, baseHash: baseHash ?? undefined, hash });
    },
    async run(input, ctx) {
      const { tx, person, clock, prepared } = ctx;
      const proposal = await findOffered(tx, input, person);
      if (!proposal) return failed('GONE', texts.goneNotice());
      const { id, name } = proposal;
      if (person.role !== 'owner') return askOwner(deps, proposal, ctx);
      const placed = prepared as PlacedSkill | 'changed' | undefined;
      if (!placed) return failed('GONE', texts.goneNotice());
      if (placed === 'changed' || !(await placed.approve(tx, person.id)))
        return failed('CHANGED', texts.changedNotice(name));
      await store.move(tx, id, ['offered', 'asked'], 'kept', clock.now());
      tx.afterCommit(() => shelf.decided());
      const undo = { label: texts.undoLabel(name), tool: TAKE_BACK, input: { id } };
      return done(texts.keptNotice(name), { undo, choices: [undoChoice(undo)], id });
    },
  });
}

async function askOwner(
  { speech: { outbox } }: LearnedDeps,
  proposal: store.Proposal,
  { tx, person, clock }: TxContext,
) {
  const card = offerCard(proposal, proposal.turns.length);
  const text = `${texts.asksFor(person.name)}\n\n${card.text}`;
  const cards = await toOwners(tx, `learned:ask:${proposal.id}`, { ...card, text });
  if (cards.length === 0) return failed('NO_OWNER', texts.noOwner());
  await store.move(tx, proposal.id, ['offered'], 'asked', clock.now());
  await outbox.addAll(
    tx,
    cards.map((each) => ({ ...each, tainted: true })),
  );
  return done(texts.askedOwner(proposal.name), { id: proposal.id });
}

function showTool({ database }: LearnedDeps): AnyTool {
  return dataTool({
    name: SHOW,
    description: 'Shows all of a skill that was learned.',
    effect: 'read',
    callers: 'buttons',
    input: bound,
    prepare: (input, { person }) => findOffered(readerOf(database), input, person),
    async run(_, { prepared }) {
      const proposal = prepared as store.Proposal | undefined;
      if (!proposal) return failed('GONE', texts.goneNotice());
      return done(texts.whole(proposal), {
        ...TAINTED,
        choices: choicesFor(proposal).filter(({ tool }) => tool !== SHOW),
      });
    },
  });
}

function neverTool(): AnyTool {
  return dataTool({
    name: NEVER,
    description: 'Wants no skill for something.',
    effect: 'write',
    callers: 'buttons',
    input: bound,
    async run(input, { tx, person, clock }) {
      const proposal = await findOffered(tx, input, person);
      if (!proposal || !(await store.move(tx, proposal.id, ['offered', 'asked'], 'never', clock.now())))
        return failed('GONE', texts.goneNotice());
      return done(texts.neverAgain(), { id: proposal.id });
    },
  });
}

function takeBackTool({ shelf, database }: LearnedDeps): AnyTool {
  return dataTool({
    name: TAKE_BACK,
    description: 'Takes a skill back that was learned.',
    effect: 'write',
    callers: 'person',
    timeoutMs: 10_000,
    input: named,
    async prepare({ id }, { person }) {
      const proposal = await ownersKept(readerOf(database), id, person);
      return 'ok' in proposal ? undefined : shelf.takeBack(proposal);
    },
    async run({ id }, { tx, person, clock, prepared }) {
      const proposal = await ownersKept(tx, id, person);
      if ('ok' in proposal) return proposal;
      const { name, before } = proposal;
      const placed = prepared as PlacedSkill | 'gone' | 'changed' | undefined;
      if (!placed || placed === 'changed') return failed('CHANGED', texts.changedNotice(name));
      if (placed !== 'gone' && !(await placed.approve(tx, person.id)))
        return failed('CHANGED', texts.changedNotice(name));
      await store.move(tx, id, ['kept', 'resting'], 'undone', clock.now());
      tx.afterCommit(() => shelf.decided());
      return done(texts.takenBack(name, before !== null), { id });
    },
  });
}

async function ownersKept(db: Queryable, id: string, person: Presser): Promise<store.Proposal | Failed> {
  if (person.role !== 'owner') return failed('DENIED', texts.ownersOnly());
  const proposal = await store.proposalById(db, id);
  const isKept = proposal?.state === 'kept' || proposal?.state === 'resting';
  return isKept ? proposal : failed('GONE', texts.goneNotice());
}

function wakeTool({ shelf, database }: LearnedDeps): AnyTool {
  return dataTool({
    name: WAKE,
    description: 'Uses a skill again that rests.',
    effect: 'write',
    callers: 'buttons',
    timeoutMs: 5_000,
    input: named,
    async prepare({ id }, { person }) {
      const proposal = await ownersKept(readerOf(database), id, person);
      if (!('ok' in proposal)) await shelf.wake(proposal.name);
    },
    async run({ id }, { tx, person, clock }) {
      const proposal = await ownersKept(tx, id, person);
      if ('ok' in proposal) return proposal;
      await store.move(tx, id, ['resting'], 'kept', clock.now());
      return done(texts.awake(proposal.name), { id });
    },
  });
}

const MOST_LISTED = 30;
const MOST_UNDOS = 5;

/** `/learned`: an owner sees all, others their own. */
const learnedCommand: Command = {
  name: 'learned',
  summary: 'The skills that I learned, how they fare, and Undo.',
  overtakes: true,
  private: true,
  async run(_, { tx, person, private: isPrivate, clock, when }) {
    if (!isPrivate) return failed('NOT_HERE', texts.privateOnly());
    const isOwner = person.role === 'owner';
    const proposals = await store.proposals(tx, isOwner ? undefined : person.id, MOST_LISTED);
    const since = new Date(clock.now().getTime() - COUNTED_MS);
    const entries = [];
    for (const proposal of proposals) {
      const isKept = proposal.state === 'kept' || proposal.state === 'resting';
      entries.push({ proposal, counts: isKept ? await store.countsOf(tx, proposal.name, since) : undefined });
    }
    const kept = isOwner ? entries.filter(({ counts }) => counts).slice(0, MOST_UNDOS) : [];
    const waiting = proposals.find(({ state, personId }) => state === 'offered' && personId === person.id);
    const choices = [
      ...(waiting ? choicesFor(waiting).filter(({ tool }) => tool === SHOW) : []),
      ...kept.map(({ proposal }) => takeBackChoice(proposal.id, texts.takeBack(proposal.name))),
    ];
    return done(texts.listLearned(entries, when), { tainted: true, ...(choices.length > 0 && { choices }) });
  },
};

// Kept skills afterwards: one that does not help is proposed for removal, one that is not used rests.

const COUNTED_MS = 90 * DAY_MS;
const LEAST_USES = 8;
const HELPS_FROM = 0.6;
const REST_DAYS = 60;
const Z_95 = 1.96;

/** The highest share that `well` of `all` leaves possible (Wilson's score interval). Pure. */
export function atBest(well: number, all: number): number {
  const share = well / all;
  const spread = Z_95 * Math.sqrt((share * (1 - share)) / all + Z_95 ** 2 / (4 * all ** 2));
  return (share + Z_95 ** 2 / (2 * all) + spread) / (1 + Z_95 ** 2 / all);
}

export const isPoor = ({ loaded, well }: Pick<store.Counts, 'loaded' | 'well'>): boolean =>
  loaded >= LEAST_USES && atBest(well, loaded) < HELPS_FROM;

async function reviewKept(deps: LearnedDeps, signal: AbortSignal): Promise<void> {
  const { database, world } = deps;
  const reader = readerOf(database);
  for (const proposal of await store.keptProposals(reader)) {
    signal.throwIfAborted();
    if (proposal.state !== 'kept') continue;
    const now = world.clock.now();
    const from = Math.max(now.getTime() - COUNTED_MS, proposal.decidedAt?.getTime() ?? 0);
    const counts = await store.countsOf(reader, proposal.name, new Date(from));
    if (isPoor(counts)) await propose(deps, proposal, counts);
    else if (isIdle(proposal, now.getTime())) await rest(deps, proposal);
  }
}

/** A changed skill was there before: it goes on without having been learned. */
function isIdle({ before, usedAt, decidedAt, createdAt }: store.Proposal, now: number): boolean {
  const last = Math.max(usedAt?.getTime() ?? 0, (decidedAt ?? createdAt).getTime());
  return before === null && now - last >= REST_DAYS * DAY_MS;
}

async function propose(
  { database, world, speech: { outbox } }: LearnedDeps,
  proposal: store.Proposal,
  counts: store.Counts,
) {
  const now = world.clock.now();
  const card = {
    kind: 'notice' as const,
    text: texts.poor(proposal.name, counts),
    choices: [takeBackChoice(proposal.id, texts.remove())],
  };
  await database.tx('learned.warn', async (tx) => {
    if (!(await store.warn(tx, proposal.id, now))) return;
    await outbox.addAll(tx, await toOwners(tx, `learned:poor:${proposal.id}:${now.toISOString()}`, card));
  });
}

async function rest({ database, world, speech: { outbox }, shelf }: LearnedDeps, proposal: store.Proposal) {
  const now = world.clock.now();
  // First, and harmless twice: what is marked as resting does rest.
  await shelf.rest(proposal.name, texts.restReason(REST_DAYS));
  const choices = [{ label: texts.wake(), tool: WAKE, input: { id: proposal.id } }];
  const card = { kind: 'notice' as const, text: texts.rests(proposal.name, REST_DAYS), choices };
  await database.tx('learned.rest', async (tx) => {
    if (!(await store.move(tx, proposal.id, ['kept'], 'resting', now))) return;
    await outbox.addAll(tx, await toOwners(tx, `learned:rests:${proposal.id}:${now.toISOString()}`, card));
  });
}

async function toOwners(tx: Transaction, key: string, card: Outgoing['card']): Promise<Outgoing[]> {
  const owners = await conversations.ownersDirect(tx);
  return owners.map((owner) => ({ key: `${key}:${owner.personId}`, ...owner, card }));
}
