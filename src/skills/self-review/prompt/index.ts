import { createHash } from 'node:crypto';
import { z } from 'zod';
import { done, failed } from '../../../agent/index.ts';
import { DAY_MS, type Instant } from '../../../base/clock.ts';
import { omitUndefined } from '../../../base/json.ts';
import { replaceOnce } from '../../../base/text.ts';
import type { SkillDeps } from '../../../chat/index.ts';
import { proposalStore as improvement, ownerTool, type ProposalKind } from '../../../proposals/index.ts';
import { type Queryable, readerOf, type Transaction } from '../../../storage/index.ts';
import type { Settings } from '../config.ts';
import type { Deps, Part } from '../part.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

/** Guidance that coda has learnt: it follows the owner's own prompt and never changes that. */
export const promptPart: Part = {
  name: 'prompt',
  kinds: (deps) => [promptKind(deps)],
  tools: () => [rollbackTool],

  /** The same bytes in every request of a conversation as long as its version is the same. */
  async stablePrompt({ database, config }: Deps, { conversationId }) {
    if (!config.prompt_evolution_enabled) return undefined;
    const version = await versionFor(readerOf(database), conversationId);
    return version && version.content !== '' ? texts.guidance(version.content) : undefined;
  },
};

const rollbackTool = ownerTool({
  name: 'prompt_rollback',
  description: 'Takes back the newest version of the guidance that you have learnt: the one before holds again.',
  async run({ tx, clock }) {
    const rolled = await rollBack(tx, clock.now());
    return rolled ? done(texts.rolledBack(rolled.from.version, rolled.to?.version)) : failed('GONE', texts.noVersion());
  },
});

export function promptKind({ config }: Pick<SkillDeps<Settings>, 'config'>): ProposalKind<Difference> {
  return {
    category: store.CATEGORY,
    payload: difference,
    show: inWords,

    async problem(tx, payload) {
      const { current, trial } = await store.inUse(tx);
      if (trial) return texts.trialRuns(trial.version);
      const content = applyDifference(current?.content ?? '', payload);
      if (content === undefined) return texts.doesNotApply();
      return content.length > LONGEST_GUIDANCE ? texts.tooLong(LONGEST_GUIDANCE) : undefined;
    },

    showTrial(trial) {
      const { version, content, scores } = store.versionForm.parse(trial);
      return { name: texts.versionName(version), measured: texts.measuredWords(scores), content };
    },

    async apply(tx, _, payload, { now }) {
      if (!config.prompt_evolution_enabled) return undefined;
      const { current } = await store.inUse(tx);
      const content = applyDifference(current?.content ?? '', payload) ?? '';
      const version = await store.nextVersion(tx);
      const base = current?.version ?? null;
      return { version, at: now.toISOString(), base, content, endedAt: null, scores: null };
    },

    async revert(tx, { id }, { now }) {
      const { current, trial } = await store.inUse(tx);
      return (trial ?? current)?.proposal.id === id && (await rollBack(tx, now)) !== undefined;
    },
  };
}

const LONGEST_PIECE = 1_500;
/** Characters of the whole guidance: it stands in every request. */
const LONGEST_GUIDANCE = 4_000;

export const difference = z.strictObject({
  /** Stands in the guidance exactly once; empty: `replace` is added at the end. */
  find: z.string().max(LONGEST_PIECE),
  replace: z.string().max(LONGEST_PIECE),
});

type Difference = z.output<typeof difference>;

/** The guidance with the difference; undefined: it does not apply. */
export function applyDifference(guidance: string, { find, replace }: Difference): string | undefined {
  if (find === '') return replace.trim() === '' ? undefined : [guidance, replace].filter(Boolean).join('\n');
  return find === replace ? undefined : replaceOnce(guidance, find, replace);
}

function inWords({ find, replace }: Difference): string {
  const lines = (sign: string, text: string) => (text === '' ? [] : text.split('\n').map((line) => `${sign} ${line}`));
  return [...lines('-', find), ...lines('+', replace)].join('\n');
}

// A new version of the guidance is tried in half of the conversations, and kept where it helps.

export const TRIAL_SAMPLE = 20;
const BETTER_BY = 0.1;
const LONGEST_TRIAL_MS = 56 * DAY_MS;

/** True if the conversation is of the half in which `version` is tried; the same each time. */
export function isTriedIn(conversationId: string, version: number): boolean {
  return ((createHash('sha256').update(`${version}:${conversationId}`).digest()[0] ?? 0) & 1) === 1;
}

/** The version that a conversation is answered under; undefined: the empty one. */
async function versionFor(db: Queryable, conversationId: string | undefined): Promise<store.PromptVersion | undefined> {
  return versionIn(await store.inUse(db), conversationId);
}

function versionIn({ current, trial }: Awaited<ReturnType<typeof store.inUse>>, conversationId: string | undefined) {
  return trial && conversationId !== undefined && isTriedIn(conversationId, trial.version) ? trial : current;
}

/** The version under which a turn that began at `at` was answered, as far as it is still in use. */
export async function versionAt(tx: Transaction, conversationId: string, at: Instant): Promise<number | undefined> {
  const { current, trial } = await store.inUse(tx);
  const then = omitUndefined({
    current: current && current.at <= at ? current : undefined,
    trial: trial && trial.at <= at ? trial : undefined,
  });
  return versionIn(then, conversationId)?.version;
}

interface EndedTrial {
  version: number;
  isKept: boolean;
  scores: store.Scores;
}

/** Ends the trial where its sample is there, or where it has taken too long; undefined: there is none, or it goes on. */
export async function settleTrial(tx: Transaction, now: Instant): Promise<EndedTrial | undefined> {
  await improvement.lock(tx);
  const { current, trial } = await store.inUse(tx);
  if (!trial) return undefined;
  const { version, at } = trial;
  const scores = await store.scores(tx, version, at);
  const isEnough = scores.with.turns >= TRIAL_SAMPLE && scores.without.turns >= TRIAL_SAMPLE;
  if (!isEnough && now.getTime() - at.getTime() < LONGEST_TRIAL_MS) return undefined;
  const isKept = isEnough && (scores.with.mean ?? 0) >= (scores.without.mean ?? 0) + BETTER_BY;
  if (isKept && current) await store.putState(tx, current, 'retired', now);
  await store.putState(tx, { ...trial, scores }, isKept ? 'applied' : 'rejected', now);
  return { version, isKept, scores };
}

/** Goes back from the version that is tried, else from the one in use, to the one before, byte for byte. */
export async function rollBack(
  tx: Transaction,
  now: Instant,
): Promise<{ from: store.PromptVersion; to: store.PromptVersion | undefined } | undefined> {
  await improvement.lock(tx);
  const { current, trial } = await store.inUse(tx);
  const from = trial ?? current;
  if (!from) return undefined;
  await store.putState(tx, from, 'rejected', now);
  if (trial) return { from, to: current };
  const before = await store.baseOf(tx, from);
  if (before) await store.putState(tx, before, 'applied', now);
  return { from, to: before };
}
