/** Makes a draft of the lesson that came up most often, tries it, and offers it. One call of the light model. */
import { z } from 'zod';
import type { LightAnswer } from '../../agent/index.ts';
import { DAY_MS, type Instant } from '../../base/clock.ts';
import { conversations } from '../../delivery/index.ts';
import type { JobHandler } from '../../jobs/index.ts';
import { lockPerson } from '../../people/index.ts';
import { askOrRetry, drawProposal, type Proposal, proposalCards, proposalStore } from '../../proposals/index.ts';
import { type Queryable, readerOf } from '../../storage/index.ts';
import {
  applyEdits,
  casesOf,
  copyOf,
  type Draft,
  type Instance,
  type Origin,
  question,
  type Reason,
  readEdits,
  readSkill,
  SAYS,
  writeSkillFile,
} from './draft.ts';
import { CATEGORY, draftKind } from './kind.ts';
import type { ExaminedDraft, FixedSkill, LearnedDeps, NearSkill, ShelvedSkill, SkillDraft } from './shelf.ts';
import { changesOf } from './signals.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

export const DRAFT_JOB = 'improvement.draft';

const RECENT_MS = 30 * DAY_MS;
/** At most one proposal a day: less than a day, so that the next night is one. */
const REST_MS = 20 * 3_600_000;
const MOST_INSTANCES = 3;
const MOST_NAMED_TURNS = 20;
const BASE_FITS_FROM = 0.5;

const payload = z.object({ personId: z.string() });

const nextFor = (db: Queryable, personId: string, now: Instant) =>
  store.nextDue(db, personId, {
    since: new Date(now.getTime() - RECENT_MS),
    rest: new Date(now.getTime() - REST_MS),
  });

export const isDueFor = async (db: Queryable, personId: string, now: Instant): Promise<boolean> =>
  (await nextFor(db, personId, now)) !== undefined;

/** The proposal and its card are one commit: cut off before it, the model is asked again. */
export function draftJob(deps: LearnedDeps): JobHandler {
  const { database, world } = deps;
  const { outbox } = deps.speech;
  const own = draftKind(deps.shelf);
  return {
    kind: DRAFT_JOB,
    does: 'drafts a skill of what was learnt',
    alone: true,
    async run(job, signal) {
      const { personId } = payload.parse(job.payload);
      const reader = readerOf(database);
      const now = world.clock.now();
      const isWilling = (await deps.ports.mayLearnFrom(reader, [personId])).has(personId);
      if (!isWilling || !(await store.learner(reader, personId))) return;
      const due = await nextFor(reader, personId, now);
      if (!due) return;
      const outcome = await make(deps, personId, due, signal);
      if (outcome === 'later') return;
      const proposal = proposalOf(due, outcome, personId, now);
      await database.tx('learned.offer', async (tx) => {
        if (!(await lockPerson(tx, personId)) || !(await nextFor(tx, personId, now))) return;
        await proposalStore.insert(tx, proposal);
        const conversationId = await conversations.direct(tx, personId);
        if (proposal.state !== 'pending' || conversationId === undefined) return;
        const [card] = proposalCards(new Map([[own.category, own]]), [proposal]);
        const address = { key: `learned:${proposal.id}`, conversationId, personId };
        if (card) await outbox.addAll(tx, [{ ...address, card, tainted: true }]);
      });
    },
  };
}

/** A draft that is not offered is kept all the same: the lesson is not drawn again from the same turns. */
function proposalOf(due: store.Due, outcome: MadeProposal, personId: string, now: Instant): Proposal {
  const { kind, about, key } = due;
  const { isOffered, ...drafted } = outcome;
  const turns = due.turns.slice(0, MOST_NAMED_TURNS).map(({ id }) => id);
  const draft: Draft = { kind, about, key, turns, ...drafted };
  const description = texts.draftDescription(draft, due.turns.length, isOffered);
  const title = texts.draftTitle(draft);
  const wanted = { category: CATEGORY, title, description, priority: 3, payload: draft, personId };
  const proposal = drawProposal(wanted, 'learning', now);
  return isOffered ? proposal : { ...proposal, state: 'dropped' };
}

type MadeProposal = Omit<Draft, 'kind' | 'about' | 'key' | 'turns'> & { isOffered: boolean };

function refusedDraft(reason: Reason, more: Partial<MadeProposal> = {}): MadeProposal {
  return {
    name: '',
    baseHash: null,
    before: null,
    body: '',
    hash: '',
    cases: 0,
    passed: 0,
    passedBefore: 0,
    model: '',
    ...more,
    isOffered: false,
    reason,
  };
}

async function make(
  deps: LearnedDeps,
  personId: string,
  due: store.Due,
  signal: AbortSignal,
): Promise<MadeProposal | 'later'> {
  const instances = await instancesOf(deps, personId, due);
  if (instances.length === 0) return refusedDraft('gone');
  const baseSkill = await baseOf(deps, due, instances);
  const isFixed = baseSkill !== undefined && 'isFixed' in baseSkill;
  // The skill that was meant is there no more, or cannot be changed: another one would not be it.
  if ((!baseSkill || isFixed) && due.kind === 'wrong_skill')
    return refusedDraft(isFixed ? 'beside' : 'gone', { name: baseSkill?.name ?? '' });
  const base = isFixed ? undefined : baseSkill;
  const asked = { personId, ...question(due.kind, instances, base) };
  const answer = await askOrRetry(deps, 'improvement.skill', asked, signal);
  if (!answer.ok) return fault(deps, answer);
  const date = deps.world.clock.now().toISOString().slice(0, 10);
  const origin = { model: answer.model, turns: instances.map(({ turn }) => turn.id), date };
  const draft = await draftOf(deps, base, answer.text, origin);
  if (typeof draft === 'string') return refusedDraft(draft, { model: answer.model, name: base?.name ?? '' });
  const proposal = await tryDraft(deps, due, { base, draft, instances, model: answer.model });
  return isFixed && proposal.isOffered ? { ...proposal, reason: 'beside' satisfies Reason } : proposal;
}

function fault({ world }: LearnedDeps, answer: Extract<LightAnswer, { ok: false }>): MadeProposal | 'later' {
  world.log.warn({ fault: answer.fault }, 'no skill could be drafted');
  return answer.fault === 'malformed_output' ? refusedDraft('no_answer') : 'later';
}

/** The occasions, the newest ones; of those whose turns are gone, or were tainted after all, none. */
async function instancesOf(deps: LearnedDeps, personId: string, due: store.Due): Promise<Instance[]> {
  const ids = due.turns.flatMap(({ id, before }) => (before === null ? [id] : [before, id]));
  const turns = new Map((await store.toldTurns(readerOf(deps.database), personId, ids)).map((turn) => [turn.id, turn]));
  return due.turns
    .flatMap(({ id, before: beforeId }): Instance[] => {
      const turn = turns.get(id);
      const before = beforeId === null ? undefined : turns.get(beforeId);
      if (!turn || (beforeId !== null && !before)) return [];
      return [{ asked: (before ?? turn).said, before, turn }];
    })
    .slice(0, MOST_INSTANCES);
}

async function baseOf(
  { shelf }: LearnedDeps,
  due: store.Due,
  instances: readonly Instance[],
): Promise<ShelvedSkill | FixedSkill | undefined> {
  const inUse = due.skill === null ? undefined : await shelf.read(due.skill);
  if (inUse || due.kind === 'wrong_skill') return inUse;
  const [nearest] = await shelf.nearest(instances.map(({ asked }) => asked).join('\n'));
  return nearest && nearest.fit >= BASE_FITS_FROM ? shelf.read(nearest.name) : undefined;
}

async function draftOf(
  { shelf }: LearnedDeps,
  base: ShelvedSkill | undefined,
  answer: string,
  origin: Origin,
): Promise<SkillDraft | Reason> {
  if (base) {
    const edits = readEdits(answer);
    if (!edits) return 'no_form';
    const text = applyEdits(base.text, edits, origin);
    if (text === undefined) return 'no_patch';
    return reaches(text) > reaches(base.text) ? 'reaches' : { name: base.name, text, baseHash: base.hash };
  }
  const skill = readSkill(answer);
  if (!skill) return 'no_form';
  const near: NearSkill[] = await shelf.nearest(`${skill.name.replaceAll('-', ' ')} ${skill.description}`);
  if (shelf.isTaken(skill.name) || copyOf(skill, near) !== undefined) return 'copy';
  const text = writeSkillFile(skill, origin);
  return reaches(text) > 0 ? 'reaches' : { name: skill.name, text, baseHash: undefined };
}

/** Addresses, commands that run by themselves, and values of the environment: a lesson needs none of them. */
const REACHING = /https?:\/\/|!`|\$\{|<%/g;
const reaches = (text: string): number => text.match(REACHING)?.length ?? 0;

interface Trying {
  base: ShelvedSkill | undefined;
  draft: SkillDraft;
  instances: readonly Instance[];
  model: string;
}

/** Audits the draft, and plays the cases of its turns with it and without it. */
async function tryDraft(
  { shelf }: LearnedDeps,
  due: store.Due,
  { base, draft, instances, model }: Trying,
): Promise<MadeProposal> {
  const about = { name: draft.name, model, baseHash: draft.baseHash ?? null, before: base?.text ?? null };
  const rights = instances.map((each) => ({ ...each, right: rightOf(due, each) }));
  const examination = await shelf.examine(draft, casesOf(due.kind, due.about, rights));
  if (typeof examination === 'string') return refusedDraft('unusable', about);
  if (examination.suspicions.length > 0) return refusedDraft('audit', about);
  const count = (cases: ExaminedDraft['played']) => cases.filter(({ ok }) => ok).length;
  const played = {
    cases: examination.played.length,
    passed: count(examination.played),
    passedBefore: count(examination.playedBefore),
  };
  if (!helps(examination)) return refusedDraft('tests', { ...about, ...played });
  return { ...about, ...played, body: draft.text, hash: examination.hash, isOffered: true, reason: null };
}

/** More cases pass than without it, none that passed fails, and it says what was right. */
function helps({ played, playedBefore }: ExaminedDraft): boolean {
  const isSaid = played.every(({ name, ok }) => name !== SAYS || ok);
  const isWorse = played.some(({ ok }, at) => !ok && playedBefore[at]?.ok);
  const isBetter = played.some(({ ok }, at) => ok && !playedBefore[at]?.ok);
  return isSaid && isBetter && !isWorse;
}

/** Fields of the right call that the wrong one did not have. */
function rightOf({ kind, about }: store.Due, { before, turn }: Instance): Record<string, unknown> {
  const tool = about.split(', ').at(-1);
  const calls = turn.calls.filter((call) => call.tool === tool).map(madeCall);
  const right = before ? calls.find(({ ok }) => ok) : calls.findLast(({ ok }) => ok);
  const wrong = before
    ? before.calls
        .filter((call) => call.tool === tool)
        .map(madeCall)
        .at(-1)
    : calls.find((call) => call !== right && (kind !== 'mended' || !call.ok));
  return right && wrong ? changesOf(wrong, right) : {};
}

function madeCall({ tool, input, ok }: { tool: string; input: unknown; ok: boolean }) {
  const fields = typeof input === 'object' && input !== null ? (input as Record<string, unknown>) : {};
  return { tool, input: fields, ok, code: undefined, asks: false, undo: undefined, part: 0 };
}
