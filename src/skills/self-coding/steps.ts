/** The nine steps of a run. Each may be carried out again from its beginning: what it does outside is looked for first. */

import { z } from 'zod';
import { sleep } from '../../base/async.ts';
import { CodaError } from '../../base/errors.ts';
import {
  proposalStore as improvements,
  markApplied,
  type Proposal,
  RetryLater,
  tellOwners,
} from '../../proposals/index.ts';
import type { SandboxFailure } from '../../sandbox/index.ts';
import { readerOf } from '../../storage/index.ts';
import { beginningOf, dayAt } from '../../time/index.ts';
import { changeSchema } from './change.ts';
import type { Deps } from './config.ts';
import { contextOf } from './context.ts';
import { removeFolder, withRepository } from './folder.ts';
import { ForgeApi, type PullRequest, type PullRequests } from './forge.ts';
import { RefusedRun, type StepResult } from './outcome.ts';
import { forgeFor, makeCommit, pushByGit, pushByTools, toolsOf, unwrapAnswer } from './push.ts';
import type { Run, Step, Tests } from './store.ts';
import * as store from './store.ts';
import { ask, contentsOf, describe, radius, survey } from './survey.ts';
import * as texts from './texts.ts';

const narrativeSchema = z.object({ narrative: z.string().min(1).max(3_000) });

const MORNING_MS = 8 * 3_600_000;

async function report(deps: Deps, run: Run, signal: AbortSignal): Promise<StepResult> {
  const proposal = await improvements.find(readerOf(deps.database), run.proposalId);
  const title = proposal?.title ?? run.proposalId;
  const narrative = await narrateRun(deps, run, title, signal);
  const { world } = deps;
  return {
    next: 'record',
    found: { narrative },
    async alsoWrite(tx) {
      const card = { kind: 'notice' as const, text: texts.runReport(run, title, narrative) };
      const notBefore = run.askedBy === undefined ? nextMorning(deps) : world.clock.now();
      // Words of models stand in it.
      await tellOwners(deps, tx, { key: `executor:${run.id}`, card, notBefore, tainted: true });
      await deps.speech.events.raise(tx, [{ name: 'improvement.run', data: texts.eventData(run, title) }]);
    },
  };
}

async function narrateRun(deps: Deps, run: Run, title: string, signal: AbortSignal): Promise<string> {
  if (run.state === 'withdrawn') return '';
  const material = { 'The run': JSON.stringify(texts.factsOf(run, title), null, 1) };
  const task = { material, form: texts.formOfNarrative(), maxTokens: 800 };
  try {
    return (await ask(deps, 'improvement-reporter', task, narrativeSchema, signal)).narrative;
  } catch (error) {
    if (error instanceof RefusedRun || error instanceof RetryLater) return '';
    throw error;
  }
}

function nextMorning({ world, people: { household } }: Pick<Deps, 'world' | 'people'>): Date {
  const now = world.clock.now();
  const today = beginningOf(dayAt(now, household.zone), household.zone).getTime() + MORNING_MS;
  return new Date(today > now.getTime() ? today : now.getTime());
}

type Perform = (deps: Deps, run: Run, signal: AbortSignal) => Promise<StepResult>;

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

/** Carries out the step at which a run is. Throws `RetryLater` for what may go well later. */
export async function perform(deps: Deps, run: Run, signal: AbortSignal): Promise<StepResult> {
  try {
    return await STEPS[run.step](deps, run, signal);
  } catch (error) {
    if (!(error instanceof RefusedRun)) throw error;
    return { next: 'report', found: {}, state: error.isWithdrawn ? 'withdrawn' : 'failed', reason: error.message };
  }
}

export const statesOf = ({ executor_require_approval: asks }: Deps['config']): string[] =>
  asks ? ['approved'] : ['approved', 'pending'];

/** The proposal as it was decided on; one that is withdrawn meanwhile ends the run. */
async function standingProposal({ database, config }: Deps, { proposalId }: Run): Promise<Proposal> {
  const proposal = await improvements.find(readerOf(database), proposalId);
  if (proposal === undefined || !statesOf(config).includes(proposal.state))
    throw new RefusedRun(texts.withdrawn(), true);
  return proposal;
}

/** The row is the lock; what earlier runs have left on this machine goes. */
async function lockStep(deps: Deps, run: Run): Promise<StepResult> {
  for (const { id } of await store.list(readerOf(deps.database), 20)) await removeFolder(id);
  await clearContainers(deps, run);
  return { next: 'choose', found: {} };
}

async function chooseStep(deps: Deps, run: Run): Promise<StepResult> {
  const { category } = await standingProposal(deps, run);
  if (!CATEGORIES.includes(category)) throw new RefusedRun(texts.noCode());
  return { next: 'survey', found: {} };
}

async function surveyStep(deps: Deps, run: Run, signal: AbortSignal): Promise<StepResult> {
  const proposal = await standingProposal(deps, run);
  const forge = forgeFor(deps);
  return withRepository(deps, run, forge, signal, async ({ repository }) => {
    const base = run.base ?? (await repository.fetchBranch(forge.base, signal));
    if (run.base !== undefined) await repository.fetchCommit(base, signal);
    const entries = await repository.entries(base, signal);
    const result = await survey(deps, { repository, base, entries }, proposal, signal);
    return { next: 'fix', found: { base, survey: result } };
  });
}

async function fixStep(deps: Deps, run: Run, signal: AbortSignal): Promise<StepResult> {
  const proposal = await standingProposal(deps, run);
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
    const { commit } = await makeCommit(deps, { ...run, change }, repository, signal);
    const files = (await repository.changes(base, commit, signal)).map(({ path }) => path);
    await radius(deps, looked, files, [], signal);
    return { next: 'push', found: { change, commit } };
  });
}

async function pushStep(deps: Deps, run: Run, signal: AbortSignal): Promise<StepResult> {
  await standingProposal(deps, run);
  const forge = forgeFor(deps);
  return withRepository(deps, run, forge, signal, async ({ repository }) => {
    const tools = toolsOf(deps, forge);
    const outcome = await (tools === undefined
      ? pushByGit(deps, run, repository, signal)
      : pushByTools(deps, run, { repository, tools, forge }, signal));
    return { next: 'test', found: outcome };
  });
}

/** On what the forge has, not on what is here. */
async function testStep(deps: Deps, run: Run, signal: AbortSignal): Promise<StepResult> {
  await standingProposal(deps, run);
  return withRepository(deps, run, forgeFor(deps), signal, async ({ repository, tree }) => {
    const commit = await repository.fetchBranch(run.branch, signal);
    if (commit !== run.commit) throw new RefusedRun(texts.branchTaken(run.branch));
    await repository.checkout(commit, tree, signal);
    const { tests, problem } = await tryOut(deps, run, tree, signal);
    if (problem === undefined) return { next: 'request', found: { tests } };
    return { next: 'report', found: { tests }, state: 'failed', reason: texts.faultOf(problem) };
  });
}

async function requestStep(deps: Deps, run: Run, signal: AbortSignal): Promise<StepResult> {
  const forge = forgeFor(deps);
  const pulls = toolsOf(deps, forge) ?? new ForgeApi(deps.egress.allowingAll(), forge);
  const request = unwrapAnswer(await pulls.find(run.branch, signal)) ?? (await openRequest(deps, run, pulls, signal));
  return {
    next: 'report',
    state: 'passed',
    found: { request },
    alsoWrite: (tx) => markApplied(tx, run.proposalId, outcomeOf(run, request), deps.world.clock.now()),
  };
}

async function openRequest(deps: Deps, run: Run, pulls: PullRequests, signal: AbortSignal): Promise<PullRequest> {
  const proposal = await standingProposal(deps, run);
  const asked = { branch: run.branch, title: texts.requestTitle(proposal), body: texts.requestBody(run, proposal) };
  return unwrapAnswer(await pulls.open(asked, signal));
}

const outcomeOf = ({ id, branch }: Run, { url }: PullRequest) => ({ run: id, branch, request: url });

const verdictSchema = z.object({ pass: z.boolean(), verdict: z.string().min(1).max(2_000) });

const MARGIN_MS = 60_000;
const SHADOW_LOOKS = 60;
const BETWEEN_LOOKS_MS = 1_000;
const KEPT_OUTPUT = 6_000;

const tagOf = ({ id }: Pick<Run, 'id'>): string => `agent-sandbox-${id}`;
const testsOf = ({ id }: Pick<Run, 'id'>): string => `tests-${id}`;
const shadowOf = ({ id }: Pick<Run, 'id'>): string => `shadow-${id}`;

interface TestAttempt {
  tests: Tests;
  problem: CodaError | undefined;
}

/** An attempt of one kind: `ending` says in a sentence how it went wrong, and is undefined where it did not. */
interface Attempt {
  output: string;
  ending: string | undefined;
}

/** Passes where the build, the tests and the shadow do, and the test runner sees no reason to doubt that. */
async function tryOut(deps: Deps, run: Run, tree: string, signal: AbortSignal): Promise<TestAttempt> {
  const failed = (output: string, message: string, verdict = ''): TestAttempt => ({
    tests: { passed: false, output: output.slice(-KEPT_OUTPUT), verdict },
    problem: new CodaError('EXECUTOR_CHANGE_FAILED', { message, remedy: texts.failedRemedy(run.branch) }),
  });
  try {
    const unbuilt = await build(deps, run, tree, signal);
    if (unbuilt !== undefined) return failed(unbuilt, texts.notBuilt(unbuilt));
    const tested = await runTests(deps, run, signal);
    if (tested.ending !== undefined) return failed(tested.output, texts.testsFailed(tested.ending));
    const shadow = await startShadow(deps, run, signal);
    if (shadow.ending !== undefined)
      return failed(`${tested.output}\n${shadow.output}`, texts.shadowFailed(shadow.ending));
    const material = { 'Output of the tests': tested.output.slice(-KEPT_OUTPUT), 'The shadow': shadow.output };
    const task = { material, form: texts.formOfVerdict(), maxTokens: 600 };
    const { pass, verdict } = await ask(deps, 'test-runner', task, verdictSchema, signal);
    if (!pass) return failed(tested.output, texts.doubtedReason(), verdict);
    return { tests: { passed: true, output: tested.output.slice(-KEPT_OUTPUT), verdict }, problem: undefined };
  } finally {
    await clearContainers(deps, run);
  }
}

async function clearContainers({ sandbox: { detached } }: Deps, run: Pick<Run, 'id'>): Promise<void> {
  for (const name of [testsOf(run), shadowOf(run)]) await detached.remove(name);
  await detached.removeImage(tagOf(run));
}

async function build(deps: Deps, run: Run, tree: string, signal: AbortSignal): Promise<string | undefined> {
  const { executor_dockerfile: dockerfile, executor_build_timeout: timeoutMs } = deps.config;
  const context = await contextOf(tree, '.');
  if ('problem' in context) return context.problem;
  const { detached } = deps.sandbox;
  const outcome = await detached.build({ tag: tagOf(run), files: context.files, dockerfile }, { timeoutMs, signal });
  return outcome.ok ? undefined : messageOf(outcome);
}

async function runTests(deps: Deps, run: Run, signal: AbortSignal): Promise<Attempt> {
  const { executor_test_command: command, executor_test_timeout: timeoutMs } = deps.config;
  const { detached } = deps.sandbox;
  const name = testsOf(run);
  const spec = { name, image: tagOf(run), command, lifetimeMs: timeoutMs + MARGIN_MS };
  const started = await detached.run(spec, signal);
  if (!started.ok) return brokenAttempt(messageOf(started));
  const ended = await detached.wait(name, { timeoutMs, signal });
  if (!ended.ok) return brokenAttempt(messageOf(ended));
  const logs = await detached.logs(name, signal);
  const output = logs.ok ? logs.output : messageOf(logs);
  await detached.remove(name);
  if (ended.exitCode === undefined) return brokenAttempt(texts.tooSlow(timeoutMs), output);
  const how = texts.endedWith(ended.exitCode);
  return ended.exitCode === 0 ? { output: `${output}\n${how}`, ending: undefined } : brokenAttempt(how, output);
}

async function startShadow(deps: Deps, run: Run, signal: AbortSignal): Promise<Attempt> {
  const { executor_shadow_port: port, executor_health_path: path, executor_shadow_command: command } = deps.config;
  const { detached } = deps.sandbox;
  const name = shadowOf(run);
  const env = { PORT: String(port) };
  const started = await detached.run({ name, image: tagOf(run), ...(command && { command }), env }, signal);
  if (!started.ok) return brokenAttempt(messageOf(started));
  for (let look = 0; look < SHADOW_LOOKS; look++) {
    const logs = await detached.logs(name, signal);
    if (!logs.ok) return brokenAttempt(messageOf(logs));
    if (!logs.isRunning) return brokenAttempt(texts.shadowEnded(logs.exitCode ?? 0), logs.output);
    const health = await detached.health(name, { port, path }, signal);
    if (health.ok && health.isHealthy) return { output: texts.shadowUp(health.status), ending: undefined };
    await sleep(BETWEEN_LOOKS_MS, signal);
  }
  return brokenAttempt(texts.shadowSilent(port));
}

const brokenAttempt = (ending: string, output = ''): Attempt => ({ output: `${output}\n${ending}`.trim(), ending });

/** Docker's message; where it does not answer, the step is tried again. */
function messageOf({ code, message }: SandboxFailure): string {
  if (code === 'SANDBOX_UNREACHABLE') throw new RetryLater(message);
  return message;
}
