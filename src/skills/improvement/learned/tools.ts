/** Tools of the buttons of offered and kept skills. */
import { z } from 'zod';
import { type AnyTool, dataTool, done, type Failed, failed, type TxContext, undoChoice } from '../../../agent/index.ts';
import type { Command } from '../../../chat/index.ts';
import { type Queryable, readerOf } from '../../../storage/index.ts';
import { COUNTED_MS, toOwners } from './after.ts';
import { choicesFor, KEEP, NEVER, offerCard, SHOW, TAKE_BACK, takeBackChoice, WAKE } from './offer.ts';
import type { LearnedDeps, Placed } from './port.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

const bound = z.object({ id: z.string().min(1).max(20), hash: z.string().min(1).max(128) });
const named = z.object({ id: z.string().min(1).max(20) });

/** Words of a model stand in them: whatever is in them is shown and never followed. */
const TAINTED = { tainted: true } as const;

export function learnedTools(deps: LearnedDeps): AnyTool[] {
  return [keepTool(deps), showTool(deps), neverTool(deps), takeBackTool(deps), wakeTool(deps)];
}

type Presser = { id: string; role: string };

/** The offered proposal as it was shown, if it is the person's own, or an owner presses. */
async function offered(
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
    hidden: true,
    approves: true,
    critique: true,
    timeoutMs: 10_000,
    input: bound,
    async prepare(input, { person }) {
      const proposal = await offered(readerOf(database), input, person);
      if (!proposal || person.role !== 'owner') return undefined;
      const { name, body: text, baseHash, hash } = proposal;
      return shelf.place({ name, text, baseHash: baseHash ?? undefined, hash });
    },
    async run(input, ctx) {
      const { tx, person, clock, prepared } = ctx;
      const proposal = await offered(tx, input, person);
      if (!proposal) return failed('GONE', texts.gone());
      const { id, name } = proposal;
      if (person.role !== 'owner') return askOwner(deps, proposal, ctx);
      const placed = prepared as Placed | 'changed' | undefined;
      if (!placed) return failed('GONE', texts.gone());
      if (placed === 'changed' || !(await placed.approve(tx, person.id))) return failed('CHANGED', texts.changed(name));
      await store.move(tx, id, ['offered', 'asked'], 'kept', clock.now());
      tx.afterCommit(() => shelf.decided());
      const undo = { label: texts.undoLabel(name), tool: TAKE_BACK, input: { id } };
      return done(texts.kept(name), { undo, choices: [undoChoice(undo)], id });
    },
  });
}

async function askOwner({ outbox }: LearnedDeps, proposal: store.Proposal, { tx, person, clock }: TxContext) {
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
    hidden: true,
    input: bound,
    prepare: (input, { person }) => offered(readerOf(database), input, person),
    async run(_, { prepared }) {
      const proposal = prepared as store.Proposal | undefined;
      if (!proposal) return failed('GONE', texts.gone());
      return done(texts.whole(proposal), {
        ...TAINTED,
        choices: choicesFor(proposal).filter(({ tool }) => tool !== SHOW),
      });
    },
  });
}

function neverTool(_: LearnedDeps): AnyTool {
  return dataTool({
    name: NEVER,
    description: 'Wants no skill for something.',
    effect: 'write',
    hidden: true,
    input: bound,
    async run(input, { tx, person, clock }) {
      const proposal = await offered(tx, input, person);
      if (!proposal || !(await store.move(tx, proposal.id, ['offered', 'asked'], 'never', clock.now())))
        return failed('GONE', texts.gone());
      return done(texts.neverAgain(), { id: proposal.id });
    },
  });
}

/** Takes a kept skill back: what was before it is in its place again. */
function takeBackTool({ shelf, database }: LearnedDeps): AnyTool {
  return dataTool({
    name: TAKE_BACK,
    description: 'Takes a skill back that was learned.',
    effect: 'write',
    hidden: true,
    approves: true,
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
      const placed = prepared as Placed | 'gone' | 'changed' | undefined;
      if (!placed || placed === 'changed') return failed('CHANGED', texts.changed(name));
      if (placed !== 'gone' && !(await placed.approve(tx, person.id))) return failed('CHANGED', texts.changed(name));
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
  return isKept ? proposal : failed('GONE', texts.gone());
}

function wakeTool({ shelf, database }: LearnedDeps): AnyTool {
  return dataTool({
    name: WAKE,
    description: 'Uses a skill again that rests.',
    effect: 'write',
    hidden: true,
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
/** Kept skills that have a button. */
const MOST_UNDOS = 5;

/** `/learned`: an owner sees all, others their own. */
export const learnedCommand: Command = {
  name: 'learned',
  summary: 'The skills that I learned, how they fare, and Undo.',
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
    return done(texts.listed(entries, when), { tainted: true, ...(choices.length > 0 && { choices }) });
  },
};
