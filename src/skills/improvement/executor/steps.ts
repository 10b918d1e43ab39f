/** The nine steps of a run. Each may be carried out again from its beginning: what it does outside is looked for first. */
import { readerOf } from '../../../storage/index.ts';
import type { Deps } from '../part.ts';
import { markApplied, type Proposal } from '../proposals.ts';
import * as improvements from '../store.ts';
import { changeSchema } from './change.ts';
import { removeFolder, withRepository } from './folder.ts';
import { ForgeApi, type PullRequest, type PullRequests } from './forge.ts';
import { Refused, type StepResult } from './outcome.ts';
import { answered, committed, forgeFor, pushByGit, pushByTools, toolsOf } from './push.ts';
import { report } from './report.ts';
import { ask } from './specialists.ts';
import type { Run, Step } from './store.ts';
import * as store from './store.ts';
import { contentsOf, describe, radius, survey } from './survey.ts';
import { clearContainers, tryOut } from './tests.ts';
import * as texts from './texts.ts';

type Perform = (deps: Deps, run: Run, signal: AbortSignal) => Promise<StepResult>;

/** Categories of proposals whose carrying out is a change of code. */
export const CATEGORIES: readonly string[] = ['code', 'tool'];

const STEPS: Readonly<Record<Step, Perform>> = {
  lock: lockStep,
  choose: chooseStep,
  survey: surveyStep,
  fix: fixStep,
  push: pushStep,
  test: testStep,
  request: requestStep,
  report,
  record: async () => ({ next: 'record', found: {} }),
};

/** Carries out the step at which a run is. Throws `Later` for what may go well later. */
export async function perform(deps: Deps, run: Run, signal: AbortSignal): Promise<StepResult> {
  try {
    return await STEPS[run.step](deps, run, signal);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { next: 'report', found: {}, state: error.isWithdrawn ? 'withdrawn' : 'failed', reason: error.message };
  }
}

/** The states of proposals that it takes up. */
export const statesOf = ({ executor_require_approval: asks }: Deps['config']): string[] =>
  asks ? ['approved'] : ['approved', 'pending'];

/** The proposal as it was decided on; one that is withdrawn meanwhile ends the run. */
async function standing({ database, config }: Deps, { proposalId }: Run): Promise<Proposal> {
  const proposal = await improvements.find(readerOf(database), proposalId);
  if (proposal === undefined || !statesOf(config).includes(proposal.state)) throw new Refused(texts.withdrawn(), true);
  return proposal;
}

/** The row is the lock; what earlier runs have left on this machine goes. */
async function lockStep(deps: Deps, run: Run): Promise<StepResult> {
  for (const { id } of await store.list(readerOf(deps.database), 20)) await removeFolder(id);
  await clearContainers(deps, run);
  return { next: 'choose', found: {} };
}

async function chooseStep(deps: Deps, run: Run): Promise<StepResult> {
  const { category } = await standing(deps, run);
  if (!CATEGORIES.includes(category)) throw new Refused(texts.noCode());
  return { next: 'survey', found: {} };
}

async function surveyStep(deps: Deps, run: Run, signal: AbortSignal): Promise<StepResult> {
  const proposal = await standing(deps, run);
  const forge = forgeFor(deps);
  return withRepository(deps, run, forge, signal, async ({ repository }) => {
    const base = run.base ?? (await repository.fetchBranch(forge.base, signal));
    if (run.base !== undefined) await repository.fetchCommit(base, signal);
    const entries = await repository.entries(base, signal);
    const found = await survey(deps, { repository, base, entries }, proposal, signal);
    return { next: 'fix', found: { base, survey: found } };
  });
}

async function fixStep(deps: Deps, run: Run, signal: AbortSignal): Promise<StepResult> {
  const proposal = await standing(deps, run);
  return withRepository(deps, run, forgeFor(deps), signal, async ({ repository }) => {
    const { base = '', survey: surveyed = { files: [], affected: [], notes: '' } } = run;
    await repository.fetchCommit(base, signal);
    const entries = await repository.entries(base, signal);
    const looked = { repository, base, entries };
    const material = {
      Proposal: describe(proposal),
      'What the archaeologist found': JSON.stringify(surveyed, null, 1),
      ...(await contentsOf(looked, [...surveyed.files, ...surveyed.affected], signal)),
    };
    const form = texts.formOfChange(deps.config.executor_max_files);
    const change = await ask(deps, 'code-surgeon', { material, form, maxTokens: 12_000 }, changeSchema, signal);
    const { commit } = await committed(deps, { ...run, change }, repository, signal);
    const files = (await repository.changes(base, commit, signal)).map(({ path }) => path);
    await radius(deps, looked, files, [], signal);
    return { next: 'push', found: { change, commit } };
  });
}

async function pushStep(deps: Deps, run: Run, signal: AbortSignal): Promise<StepResult> {
  await standing(deps, run);
  const forge = forgeFor(deps);
  return withRepository(deps, run, forge, signal, async ({ repository }) => {
    const tools = toolsOf(deps, forge);
    const found = await (tools === undefined
      ? pushByGit(deps, run, repository, signal)
      : pushByTools(deps, run, { repository, tools, forge }, signal));
    return { next: 'test', found };
  });
}

/** On what the forge has, not on what is here. */
async function testStep(deps: Deps, run: Run, signal: AbortSignal): Promise<StepResult> {
  await standing(deps, run);
  return withRepository(deps, run, forgeFor(deps), signal, async ({ repository, tree }) => {
    const commit = await repository.fetchBranch(run.branch, signal);
    if (commit !== run.commit) throw new Refused(texts.branchTaken(run.branch));
    await repository.checkout(commit, tree, signal);
    const { tests, problem } = await tryOut(deps, run, tree, signal);
    if (problem === undefined) return { next: 'request', found: { tests } };
    return { next: 'report', found: { tests }, state: 'failed', reason: texts.faultOf(problem) };
  });
}

async function requestStep(deps: Deps, run: Run, signal: AbortSignal): Promise<StepResult> {
  const forge = forgeFor(deps);
  const pulls = toolsOf(deps, forge) ?? new ForgeApi(deps.egress.trusting(), forge);
  const request = answered(await pulls.find(run.branch, signal)) ?? (await requested(deps, run, pulls, signal));
  return {
    ...{ next: 'report', state: 'passed', found: { request } },
    also: (tx) => markApplied(tx, run.proposalId, outcomeOf(run, request), deps.world.clock.now()),
  };
}

async function requested(deps: Deps, run: Run, pulls: PullRequests, signal: AbortSignal): Promise<PullRequest> {
  const proposal = await standing(deps, run);
  const asked = { branch: run.branch, title: texts.requestTitle(proposal), body: texts.requestBody(run, proposal) };
  return answered(await pulls.open(asked, signal));
}

const outcomeOf = ({ id, branch }: Run, { url }: PullRequest) => ({ run: id, branch, request: url });
