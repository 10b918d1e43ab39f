/** Looks each night for signs that a skill would help, and at how those that were kept fare. */

import type { LiveSkills } from '../../agent-skills/index.ts';
import { groupBy } from '../../base/async.ts';
import { DAY_MS } from '../../base/clock.ts';
import type { Skill, SkillDeps } from '../../chat/index.ts';
import { applyRule } from '../../jobs/index.ts';
import { lockPerson } from '../../people/index.ts';
import {
  type Improvement,
  nightly,
  type Proposal,
  proposalStore,
  shareWithin,
  takeBackChoice,
  tellOwners,
  wakeChoices,
} from '../../proposals/index.ts';
import { type Queryable, readerOf } from '../../storage/index.ts';
import { type Draft, draftPayload } from './draft.ts';
import { CATEGORY, COUNTED_MS, draftKind } from './kind.ts';
import { DRAFT_JOB, draftJob, isDueFor } from './propose.ts';
import { type LearnedDeps, skillShelf } from './shelf.ts';
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
import * as texts from './texts.ts';

export function learningParts(skills: LiveSkills): Partial<Skill<Improvement, 'mayLearnFrom'>> {
  const own = (deps: SkillDeps<Improvement, 'mayLearnFrom'>) => ({ ...deps, shelf: skillShelf({ skills, ...deps }) });
  return {
    work: {
      jobs: (deps) => [...nightlyScan.jobs(own(deps)), draftJob(own(deps))],
      ownSchedules: (deps) => nightlyScan.schedules(own(deps)),
    },
  };
}

/** Nights that may have been missed. */
const LOOKED_AT_MS = 3 * DAY_MS;
const SETTLED_MS = 15 * 60_000;
const KEPT_DAYS = 90;
const SIGNALS_DAYS = 31;

const nightlyScan = nightly<LearnedDeps>({
  task: store.LEARN_TASK,
  does: 'makes skills of corrections and of turns that went well',
  cron: () => '40 3 * * *',
  alone: true,
  run: scanAll,
});

async function scanAll(deps: LearnedDeps, signal: AbortSignal): Promise<void> {
  const { database, world, models } = deps;
  if (!models.small.available) return;
  const now = world.clock.now();
  const ago = (days: number) => new Date(now.getTime() - days * DAY_MS);
  await applyRule(database, store.signalRule, ago(SIGNALS_DAYS), signal);
  for (const rule of store.retentionRules) await applyRule(database, rule, ago(KEPT_DAYS), signal);
  const reader = readerOf(database);
  const since = new Date(now.getTime() - LOOKED_AT_MS);
  const names = [...new Set((await keptDrafts(reader)).map(({ draft }) => draft.name))];
  const people = await store.learners(reader, since);
  const willing = await deps.ports.mayLearnFrom(reader, people);
  for (const personId of people.filter((id) => willing.has(id))) {
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
  const reversals = await store.takenBackBy(reader, personId, from);
  const mixUps = await store.meantBy(reader, personId, from);
  const byConversation = [...groupBy(turns.map(playedTurn), ({ conversationId }) => conversationId).values()];
  const signals = [...byConversation.flatMap((each) => signalsIn(each, reversals)), ...mixUps.map(meantSignal)];
  const uses = await usesIn(deps, { personId, keptNames, byConversation, reversals, mixUps });
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
  reversals: readonly TakenBack[];
  mixUps: readonly SkillMeant[];
}

async function usesIn({ database, shelf }: LearnedDeps, history: SeenTurns): Promise<store.Use[]> {
  const { personId, keptNames, byConversation, reversals, mixUps } = history;
  if (keptNames.length === 0) return [];
  const turns = byConversation.flat();
  const wordsByTurn = await store.saidTo(
    readerOf(database),
    turns.map(({ id }) => id),
  );
  const corrected = new Set(byConversation.flatMap((each) => [...correctedIn(each, reversals)]));
  const back = new Set(reversals.map(({ undo, conversationId }) => `${conversationId} ${undo}`));
  const uses: store.Use[] = [];
  for (const turn of turns) {
    const fitting = new Set(await shelf.fitting(wordsByTurn.get(turn.id) ?? ''));
    for (const skill of keptNames) {
      const loaded = turn.skills.includes(skill);
      if (!loaded && !fitting.has(skill)) continue;
      const isWrong = mixUps.some((each) => each.got === skill && each.turnId === turn.id);
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

// Kept skills afterwards: one that does not help is proposed for removal, one that is not used rests.

const LEAST_USES = 8;
const HELPS_FROM = 0.6;
const REST_DAYS = 60;
const MOST_KEPT = 500;

export const isPoor = ({ loaded, well }: Pick<store.Counts, 'loaded' | 'well'>): boolean =>
  loaded >= LEAST_USES && shareWithin(well, loaded).high < HELPS_FROM;

interface KeptDraft {
  proposal: Proposal;
  draft: Draft;
}

async function keptDrafts(db: Queryable): Promise<KeptDraft[]> {
  const proposals = await proposalStore.list(db, { category: CATEGORY, states: ['applied', 'resting'] }, MOST_KEPT);
  return proposals.map((proposal) => ({ proposal, draft: draftPayload.parse(proposal.payload) }));
}

async function reviewKept(deps: LearnedDeps, signal: AbortSignal): Promise<void> {
  const { database, world } = deps;
  const reader = readerOf(database);
  for (const keptDraft of await keptDrafts(reader)) {
    signal.throwIfAborted();
    const { proposal, draft } = keptDraft;
    if (proposal.state !== 'applied') continue;
    const now = world.clock.now();
    const from = Math.max(now.getTime() - COUNTED_MS, proposal.decidedAt?.getTime() ?? 0);
    const counts = await store.countsOf(reader, draft.name, new Date(from));
    if (isPoor(counts)) await proposeRemoval(deps, keptDraft, counts);
    else if (isIdle(keptDraft, counts, now.getTime())) await rest(deps, keptDraft);
  }
}

/** A changed skill was there before: it goes on without having been learned. */
function isIdle({ proposal, draft }: KeptDraft, { usedAt }: store.Counts, now: number): boolean {
  const last = Math.max(usedAt?.getTime() ?? 0, (proposal.decidedAt ?? proposal.at).getTime());
  return draft.before === null && now - last >= REST_DAYS * DAY_MS;
}

async function proposeRemoval(deps: LearnedDeps, { proposal, draft }: KeptDraft, counts: store.Counts): Promise<void> {
  const now = deps.world.clock.now();
  const card = {
    kind: 'notice' as const,
    text: texts.poor(draft.name, counts),
    choices: [takeBackChoice(proposal, texts.remove())],
  };
  await deps.database.tx('learned.warn', async (tx) => {
    if (!(await proposalStore.noteOnce(tx, proposal.id, 'warnedAt', now))) return;
    await tellOwners(deps, tx, { key: `learned:poor:${proposal.id}:${now.toISOString()}`, card, isPrivate: true });
  });
}

async function rest(deps: LearnedDeps, { proposal, draft }: KeptDraft): Promise<void> {
  const { database, world, shelf } = deps;
  const now = world.clock.now();
  const { id } = proposal;
  // First, and harmless twice: what is marked as resting does rest.
  await shelf.rest(draft.name, texts.restReason(REST_DAYS));
  const kind = draftKind(shelf);
  const choices = wakeChoices(new Map([[kind.category, kind]]), proposal);
  const card = { kind: 'notice' as const, text: texts.rests(draft.name, REST_DAYS), choices };
  await database.tx('learned.rest', async (tx) => {
    if ((await proposalStore.take(tx, id))?.state !== 'applied') return;
    await proposalStore.mark(tx, id, { state: 'resting', outcome: {}, personId: undefined }, now);
    await tellOwners(deps, tx, { key: `learned:rests:${id}:${now.toISOString()}`, card, isPrivate: true });
  });
}
