/** Building a change, running its tests, and starting it as a shadow: all of it in containers without a network. */
import { z } from 'zod';
import { sleep } from '../../../base/async.ts';
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

/** Passes where the build, the tests and the shadow do, and the test runner sees no reason to doubt that. */
export async function tryOut(deps: Deps, run: Run, tree: string, signal: AbortSignal): Promise<Tests> {
  try {
    const built = await build(deps, run, tree, signal);
    if (built !== undefined) return failedWith(built);
    const tested = await runTests(deps, run, signal);
    if (!tested.passed) return failedWith(tested.output);
    const shadow = await startShadow(deps, run, signal);
    if (!shadow.passed) return failedWith(`${tested.output}\n${shadow.output}`);
    const material = { 'Output of the tests': tested.output.slice(-KEPT_OUTPUT), 'The shadow': shadow.output };
    const task = { material, form: texts.formOfVerdict(), maxTokens: 600 };
    const { pass, verdict } = await ask(deps, 'test-runner', task, verdictSchema, signal);
    return { passed: pass, output: tested.output.slice(-KEPT_OUTPUT), verdict };
  } finally {
    await clearContainers(deps, run);
  }
}

const failedWith = (output: string): Tests => ({ passed: false, output: output.slice(-KEPT_OUTPUT), verdict: '' });

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

async function runTests(deps: Deps, run: Run, signal: AbortSignal): Promise<{ passed: boolean; output: string }> {
  const { executor_test_command: command, executor_test_timeout: timeoutMs } = deps.config;
  const { detached } = deps.sandbox;
  const name = testsOf(run);
  const spec = { name, image: tagOf(run), command, lifetimeMs: timeoutMs + MARGIN_MS };
  const started = await detached.run(spec, signal);
  if (!started.ok) return { passed: false, output: messageOf(started) };
  const ended = await detached.wait(name, { timeoutMs, signal });
  if (!ended.ok) return { passed: false, output: messageOf(ended) };
  const logs = await detached.logs(name, signal);
  const output = logs.ok ? logs.output : messageOf(logs);
  await detached.remove(name);
  if (ended.exitCode === undefined) return { passed: false, output: `${output}\n${texts.tooSlow(timeoutMs)}` };
  return { passed: ended.exitCode === 0, output: `${output}\n${texts.endedWith(ended.exitCode)}` };
}

async function startShadow(deps: Deps, run: Run, signal: AbortSignal): Promise<{ passed: boolean; output: string }> {
  const { executor_shadow_port: port, executor_health_path: path, executor_shadow_command: command } = deps.config;
  const { detached } = deps.sandbox;
  const name = shadowOf(run);
  const env = { PORT: String(port) };
  const started = await detached.run({ name, image: tagOf(run), ...(command && { command }), env }, signal);
  if (!started.ok) return { passed: false, output: messageOf(started) };
  for (let look = 0; look < SHADOW_LOOKS; look++) {
    const logs = await detached.logs(name, signal);
    if (!logs.ok) return { passed: false, output: messageOf(logs) };
    if (!logs.isRunning) return { passed: false, output: `${logs.output}\n${texts.shadowEnded(logs.exitCode ?? 0)}` };
    const health = await detached.health(name, { port, path }, signal);
    if (health.ok && health.isHealthy) return { passed: true, output: texts.shadowUp(health.status) };
    await sleep(BETWEEN_LOOKS_MS, signal);
  }
  return { passed: false, output: texts.shadowSilent(port) };
}

/** Docker's message; where it does not answer, the step is tried again. */
function messageOf({ code, message }: SandboxFailure): string {
  if (code === 'SANDBOX_UNREACHABLE') throw new Later(message);
  return message;
}
