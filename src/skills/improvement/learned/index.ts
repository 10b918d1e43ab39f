/** Skills from experience: signs in what was done, a draft that was tried, and a person's yes. */

import { groupBy } from '../../../base/async.ts';
import { DAY_MS } from '../../../base/clock.ts';
import type { Skill, SkillDeps } from '../../../chat/index.ts';
import { applyRule, type JobHandler } from '../../../jobs/index.ts';
import { lockPerson } from '../../../people/index.ts';
import { readerOf } from '../../../storage/index.ts';
import { config, type Settings } from '../config.ts';
import { reviewKept } from './after.ts';
import type { LearnedDeps, SkillShelf } from './port.ts';
import { DRAFT_JOB, draftJob, isDueFor } from './propose.ts';
import { correctedIn, meantSignal, type SkillMeant, signalsIn, type TakenBack } from './signals.ts';
import * as store from './store.ts';
import { deletionRules, mergeRules } from './store.ts';
import { learnedCommand, learnedTools } from './tools.ts';
import { endedWell, type PlayedTurn, played } from './turns.ts';

export type {
  Examined,
  FixedSkill,
  NearSkill,
  Placed,
  PlayedCase,
  ShelvedSkill,
  SkillCase,
  SkillDraft,
  SkillShelf,
} from './port.ts';

type Optional = Settings | undefined;

/** It is there in every coda, so that what it has stored goes with its person; without its block it does nothing. */
export function learned(shelf: SkillShelf): Skill<Optional> {
  const on = <T>(deps: SkillDeps<Optional>, parts: (own: LearnedDeps) => T[]): T[] =>
    deps.config?.enabled ? parts({ ...deps, config: deps.config, shelf }) : [];
  return {
    name: 'learned',
    config,
    tools: (deps) => on(deps, learnedTools),
    commands: (deps) => on(deps, () => [learnedCommand]),
    jobs: (deps) => on(deps, (own) => [scanJob(own), draftJob(own)]),
    tasks: (deps) =>
      on(deps, () => [{ name: LEARN_TASK, kind: LEARN_TASK, cron: '40 3 * * *', missed: 'latest' as const }]),
    deletionRules,
    mergeRules,
  };
}

/** The nightly look at what was done: signs of lessons, and how kept skills fare. No model is asked. */
export const LEARN_TASK = 'improvement.learn';

/** Nights that may have been missed. */
const LOOKED_AT_MS = 3 * DAY_MS;
/** A turn that ended just now may still be put right. */
const SETTLED_MS = 15 * 60_000;
/** Uses of a skill, and proposals that came to nothing. */
const KEPT_DAYS = 90;
const SIGNALS_DAYS = 31;

function scanJob(deps: LearnedDeps): JobHandler {
  const { database, world, models } = deps;
  return {
    kind: LEARN_TASK,
    alone: true,
    async run(_, signal) {
      if (!models.available) return;
      const now = world.clock.now();
      const ago = (days: number) => new Date(now.getTime() - days * DAY_MS);
      await applyRule(database, store.signalRule, ago(SIGNALS_DAYS), signal);
      for (const rule of store.retentionRules) await applyRule(database, rule, ago(KEPT_DAYS), signal);
      const reader = readerOf(database);
      const since = new Date(now.getTime() - LOOKED_AT_MS);
      const names = [...new Set((await store.kept(reader)).map(({ name }) => name))];
      for (const personId of await store.learners(reader, since, deps.shelf.standardAuto)) {
        signal.throwIfAborted();
        await scan(deps, personId, names);
      }
      await reviewKept(deps, signal);
    },
  };
}

async function scan(deps: LearnedDeps, personId: string, keptNames: readonly string[]): Promise<void> {
  const { database, world, jobs } = deps;
  const [now, reader] = [world.clock.now(), readerOf(database)];
  const from = new Date(now.getTime() - LOOKED_AT_MS);
  const turns = await store.turnsOf(reader, personId, { from, to: new Date(now.getTime() - SETTLED_MS) });
  const taken = await store.takenBackBy(reader, personId, from);
  const meant = await store.meantBy(reader, personId, from);
  const byConversation = [...groupBy(turns.map(played), ({ conversationId }) => conversationId).values()];
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

interface Seen {
  personId: string;
  keptNames: readonly string[];
  byConversation: readonly (readonly PlayedTurn[])[];
  taken: readonly TakenBack[];
  meant: readonly SkillMeant[];
}

/** The turns that a kept skill fits, or was used in. */
async function usesIn({ database, shelf }: LearnedDeps, seen: Seen): Promise<store.Use[]> {
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
        ...{ turnId: turn.id, skill, personId, loaded, at: turn.finishedAt },
        well: endedWell(turn),
        corrected: corrected.has(turn.id) || isWrong,
        undone: turn.calls.some(({ undo }) => undo !== undefined && back.has(`${turn.conversationId} ${undo}`)),
      });
    }
  }
  return uses;
}
