/** Building a change, running its tests, and starting it as a shadow: all of it in containers without a network. */
import { z } from 'zod';
import { sleep } from '../../../base/async.ts';
import { CodaError } from '../../../base/errors.ts';
import type { SandboxFailure } from '../../../sandbox/index.ts';
import type { Deps } from '../part.ts';
import { contextOf } from './context.ts';
import { Later } from './outcome.ts';
import { ask } from './specialists.ts';
import type { Run, Tests } from './store.ts';
import * as texts from './texts.ts';

const verdictSchema = z.object({ pass: z.boolean(), verdict: z.string().min(1).max(2_000) });

const MARGIN_MS = 60_000;
const SHADOW_LOOKS = 60;
const BETWEEN_LOOKS_MS = 1_000;
const KEPT_OUTPUT = 6_000;

const tagOf = ({ id }: Pick<Run, 'id'>): string => `agent-sandbox-${id}`;
const testsOf = ({ id }: Pick<Run, 'id'>): string => `tests-${id}`;
const shadowOf = ({ id }: Pick<Run, 'id'>): string => `shadow-${id}`;

/** Result of trying a change out. */
export interface Tried {
  tests: Tests;
  /** Undefined: it passes. */
  problem: CodaError | undefined;
}

/** An attempt of one kind: `ending` says in a sentence how it went wrong, and is undefined where it did not. */
interface Attempt {
  output: string;
  ending: string | undefined;
}

/** Passes where the build, the tests and the shadow do, and the test runner sees no reason to doubt that. */
export async function tryOut(deps: Deps, run: Run, tree: string, signal: AbortSignal): Promise<Tried> {
  const failed = (output: string, message: string, verdict = ''): Tried => ({
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
    if (!pass) return failed(tested.output, texts.doubted(), verdict);
    return { tests: { passed: true, output: tested.output.slice(-KEPT_OUTPUT), verdict }, problem: undefined };
  } finally {
    await clearContainers(deps, run);
  }
}

/** Removes what a run, or one that was cut off, has left in Docker. */
export async function clearContainers({ sandbox: { detached } }: Deps, run: Pick<Run, 'id'>): Promise<void> {
  for (const name of [testsOf(run), shadowOf(run)]) await detached.remove(name);
  await detached.removeImage(tagOf(run));
}

/** Why it cannot be built; undefined: it is. */
async function build(deps: Deps, run: Run, tree: string, signal: AbortSignal): Promise<string | undefined> {
  const { executor_dockerfile: dockerfile, executor_build_timeout: timeoutMs } = deps.config;
  const context = await contextOf(tree, '.');
  if ('problem' in context) return context.problem;
  const { detached } = deps.sandbox;
  const built = await detached.build({ tag: tagOf(run), files: context.files, dockerfile }, { timeoutMs, signal });
  return built.ok ? undefined : messageOf(built);
}

async function runTests(deps: Deps, run: Run, signal: AbortSignal): Promise<Attempt> {
  const { executor_test_command: command, executor_test_timeout: timeoutMs } = deps.config;
  const { detached } = deps.sandbox;
  const name = testsOf(run);
  const spec = { name, image: tagOf(run), command, lifetimeMs: timeoutMs + MARGIN_MS };
  const started = await detached.run(spec, signal);
  if (!started.ok) return broken(messageOf(started));
  const ended = await detached.wait(name, { timeoutMs, signal });
  if (!ended.ok) return broken(messageOf(ended));
  const logs = await detached.logs(name, signal);
  const output = logs.ok ? logs.output : messageOf(logs);
  await detached.remove(name);
  if (ended.exitCode === undefined) return broken(texts.tooSlow(timeoutMs), output);
  const how = texts.endedWith(ended.exitCode);
  return ended.exitCode === 0 ? { output: `${output}\n${how}`, ending: undefined } : broken(how, output);
}

async function startShadow(deps: Deps, run: Run, signal: AbortSignal): Promise<Attempt> {
  const { executor_shadow_port: port, executor_health_path: path, executor_shadow_command: command } = deps.config;
  const { detached } = deps.sandbox;
  const name = shadowOf(run);
  const env = { PORT: String(port) };
  const started = await detached.run({ name, image: tagOf(run), ...(command && { command }), env }, signal);
  if (!started.ok) return broken(messageOf(started));
  for (let look = 0; look < SHADOW_LOOKS; look++) {
    const logs = await detached.logs(name, signal);
    if (!logs.ok) return broken(messageOf(logs));
    if (!logs.isRunning) return broken(texts.shadowEnded(logs.exitCode ?? 0), logs.output);
    const health = await detached.health(name, { port, path }, signal);
    if (health.ok && health.isHealthy) return { output: texts.shadowUp(health.status), ending: undefined };
    await sleep(BETWEEN_LOOKS_MS, signal);
  }
  return broken(texts.shadowSilent(port));
}

const broken = (ending: string, output = ''): Attempt => ({ output: `${output}\n${ending}`.trim(), ending });

/** Docker's message; where it does not answer, the step is tried again. */
function messageOf({ code, message }: SandboxFailure): string {
  if (code === 'SANDBOX_UNREACHABLE') throw new Later(message);
  return message;
}
