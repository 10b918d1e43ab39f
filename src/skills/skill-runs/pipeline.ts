/** Runs skills one after another. Each step is a nested turn, so that a killed run goes on at its step. */
import { createHash } from 'node:crypto';
import { type CallContext, type Done, done, type Failed, failed, type ToolResult } from '../../agent/index.ts';
import {
  admitTo,
  makeReady,
  type ReadySkill,
  resolveSteps,
  skillHash,
  skillMeant,
  spawnSkill,
  stepsOf,
} from '../../agent-skills/index.ts';
import { uuid } from '../../base/ids.ts';
import { holderOf, type ToolDeps } from './plan.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';
import type { PipelineInput } from './tool.ts';

const MOST_CHARACTERS = 60_000;

/** Carries out a call of the tool. */
export async function runPipeline(
  deps: ToolDeps,
  asked: PipelineInput,
  parallel: number,
  ctx: CallContext,
): Promise<ToolResult> {
  const { callKey: call } = ctx.turn;
  if (!ctx.turn.spawn || call === undefined) return failed('NOT_HERE', texts.nothingToRun());
  const start = await beginRun(deps, asked, ctx, deps.views.viewOf(ctx.turn.key));
  if ('ok' in start) return start;
  return new PipelineRun({ deps, ctx, asked, parallel, call }, start.run, start.given).go();
}

interface BegunRun {
  run: store.Run;
  given: readonly store.StepDone[];
}

type View = ReturnType<ToolDeps['views']['viewOf']>;

async function beginRun(
  deps: ToolDeps,
  asked: PipelineInput,
  ctx: CallContext,
  view: View,
): Promise<BegunRun | Failed> {
  const { snapshot, decisions } = view;
  if (asked.resume !== undefined) return resumeRun(deps, asked.resume, ctx);
  const { name, steps, payload } = asked;
  const composed = name === undefined ? undefined : skillMeant(snapshot, name);
  if (composed && !stepsOf(composed)) return failed('INVALID_INPUT', texts.notComposed(composed.name));
  const named = steps ?? (name === undefined ? [] : [name]);
  if (named.length === 0) return failed('INVALID_INPUT', texts.nothingToRun());
  const resolved = resolveSteps(snapshot, named, decisions.drafts);
  if (!Array.isArray(resolved)) return resolved;
  const now = ctx.clock.now();
  const run = {
    id: asked.run ?? idOf(ctx.turn.callKey ?? ''),
    personId: ctx.person.id,
    name,
    steps: resolved,
    payload,
  };
  return writeRun(deps, run.id, ctx, (tx) => store.begin(tx, run, now));
}

/** The same id whenever the call is run again: a UUID of version 8. */
function idOf(callKey: string): string {
  const hex = createHash('sha256').update(callKey).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

async function resumeRun(deps: ToolDeps, id: string, ctx: CallContext): Promise<BegunRun | Failed> {
  const start = await writeRun(deps, id, ctx, async (tx) => {
    const run = await store.runOf(tx, id);
    if (run?.personId !== ctx.person.id || run.state === 'done') return;
    await store.mark(tx, id, { state: 'running', message: undefined }, ctx.clock.now());
  });
  if ('ok' in start) return start;
  // A run that has ended in this very call is told again.
  const isOver = start.run.state === 'done' && start.given.length === start.run.steps.flat().length;
  return isOver ? failed('PAST', texts.isOver(id)) : start;
}

/** The run after `write`, with what other calls have done of it. */
async function writeRun(
  { database }: ToolDeps,
  id: string,
  { person, turn: { callKey } }: CallContext,
  write: (tx: Parameters<typeof store.begin>[0]) => Promise<void>,
): Promise<BegunRun | Failed> {
  return database.tx('skills.run.begin', async (tx) => {
    await write(tx);
    const run = await store.runOf(tx, id);
    if (run?.personId !== person.id) return failed('NOT_FOUND', texts.noRun(id));
    const steps = await store.stepsDone(tx, id);
    return { run, given: steps.filter(({ state, call }) => state === 'done' && call !== callKey) };
  });
}

interface PipelineDeps {
  deps: ToolDeps;
  ctx: CallContext;
  asked: PipelineInput;
  parallel: number;
  /** The call, which is run again after a kill. */
  call: string;
}

type MemberOutcome = Pick<store.StepDone, 'skill' | 'state' | 'output' | 'tainted'> & { mayPass?: boolean };

interface Member {
  place: number;
  member: number;
  skill: string;
  ready: ReadySkill;
}

/**
 * A call's work on a run. After a kill it is done again from its beginning: what earlier calls have done is given, and
 * what this one has done comes back from its nested turns, as long as these are begun in the same order.
 */
/** Failures of a step that the same step may be spared later. */
const MAY_PASS: ReadonlySet<string> = new Set(['UNAVAILABLE', 'RATE_LIMITED', 'BUSY', 'TIMEOUT']);

class PipelineRun {
  private readonly own: PipelineDeps;
  private readonly run: store.Run;
  private readonly given: readonly store.StepDone[];

  constructor(own: PipelineDeps, run: store.Run, steps: readonly store.StepDone[]) {
    [this.own, this.run, this.given] = [own, run, steps];
  }

  async go(): Promise<ToolResult> {
    const { steps, payload } = this.run;
    const { asked } = this.own;
    let before: MemberOutcome[] = [{ skill: '', state: 'done', output: payload, tainted: false }];
    let ran = 0;
    for (const [place, group] of steps.entries()) {
      const isGiven = group.every((_, member) => this.givenAt(place, member) !== undefined);
      if (!isGiven && asked.until !== undefined && ran >= asked.until) return this.pause(place - 1, before);
      if (!isGiven) ran++;
      const outcomes = await this.group(place, group, before);
      if ('ok' in outcomes) return this.fail(place, outcomes.message);
      const wrong = outcomes.find(({ state }) => state === 'failed');
      if (wrong) return this.fail(place, wrong.output, wrong);
      before = outcomes;
    }
    await this.mark({ state: 'done', message: undefined });
    return this.result(texts.joinOutputs(before), before);
  }

  private givenAt(place: number, member: number): store.StepDone | undefined {
    return this.given.find((step) => step.place === place && step.member === member);
  }

  /** All members of a group: those that are given, and the others by nested turns that begin in their order. */
  private async group(
    place: number,
    group: readonly string[],
    before: readonly MemberOutcome[],
  ): Promise<MemberOutcome[] | Failed> {
    const { parallel, ctx } = this.own;
    const members: Member[] = [];
    for (const [member, skill] of group.entries()) {
      if (this.givenAt(place, member)) continue;
      const ready = await this.ready(skill);
      // Before any of the group has begun: the same members begin when the call is run again.
      if (!ready.ok) return ready;
      members.push({ place, member, skill, ready });
    }
    ctx.turn.progress?.(texts.progress(group, place + 1, this.run.steps.length));
    const fresh = await inTheirOrder(members, parallel, (each) => this.step(each, before));
    return group.map((_, member) => {
      const at = members.findIndex((each) => each.member === member);
      return (fresh[at] ?? this.givenAt(place, member)) as MemberOutcome;
    });
  }

  private async ready(skill: string): Promise<ReadySkill | Failed> {
    const { deps, ctx, asked } = this.own;
    const view = deps.views.viewOf(ctx.turn.key);
    if (asked.role !== undefined && deps.denied(view, holderOf(asked.role)).has(skill))
      return failed('DENIED', texts.notWithin(skill, asked.role));
    const used = asked.hashes ? { ...view, files: view.files.withoutTrials() } : view;
    const ready = await makeReady(deps.reader, used, skill, ctx);
    if (!ready.ok) return ready;
    const planned = asked.hashes?.[skill];
    if (planned !== undefined && planned !== (await skillHash(ready.skill, ctx.signal)))
      return failed('CHANGED', texts.changedSkill(skill));
    return (await deps.database.tx('skills.run', (tx) => admitTo(tx, deps, ready, ctx))) ?? ready;
  }

  /** Nothing is awaited before the nested turn has begun: their order is that of the members. */
  private async step(
    { place, member, skill, ready }: Member,
    before: readonly MemberOutcome[],
  ): Promise<MemberOutcome> {
    const { deps, ctx, call } = this.own;
    const tainted = ready.tainted || before.some((each) => each.tainted);
    const task = texts.joinOutputs(before) || skill;
    const result = await spawnSkill(deps, ready, { task, tainted, ...this.scope() }, ctx);
    const outcome: MemberOutcome = {
      mayPass: !result.ok && MAY_PASS.has(result.code),
      skill,
      state: result.ok ? 'done' : 'failed',
      output: boundText(result.ok ? result.text : result.message),
      tainted: tainted || result.tainted === true,
    };
    const now = ctx.clock.now();
    await deps.database.tx('skills.run.step', (tx) =>
      store.keepStep(tx, this.run.id, { place, member, call, ...outcome }, now),
    );
    return outcome;
  }

  /** All tools that its person may use, for a skill that names none, and those that the run's role keeps from it. */
  private scope(): { tools: string[]; forbidden: string[] } {
    const { ctx, asked } = this.own;
    const tools = ctx.tools.offeredTools().map(({ name }) => name);
    if (asked.role === undefined) return { tools, forbidden: [] };
    const within = new Set(ctx.tools.offeredTools(holderOf(asked.role)).map(({ name }) => name));
    return { tools, forbidden: tools.filter((name) => !within.has(name)).map((name) => `=${name}`) };
  }

  private async fail(place: number, why: string, wrong?: MemberOutcome): Promise<Failed> {
    const done = this.run.steps.slice(0, place).flat();
    const group = wrong === undefined ? (this.run.steps[place] ?? []) : [wrong.skill];
    const message = texts.failedAt(group, why, done);
    await this.mark({ state: 'failed', message }, wrong?.mayPass);
    return failed('FAILED', message, { remedy: texts.resumeWith(this.run.id), tainted: true });
  }

  private async pause(place: number, before: readonly MemberOutcome[]): Promise<Done> {
    await this.mark({ state: 'paused', message: undefined });
    return this.result(texts.pausedOutput(this.run.steps[place] ?? [], texts.joinOutputs(before)), before);
  }

  /** A run that a job began is tried again by that job, whose id it has, where `mayPass` says so. */
  private async mark(as: Pick<store.Run, 'state' | 'message'>, mayPass = false): Promise<void> {
    const { deps, ctx } = this.own;
    const now = ctx.clock.now();
    const { id } = this.run;
    await deps.database.tx('skills.run.end', async (tx) => {
      await store.mark(tx, id, as, now);
      if (mayPass) await deps.jobs.takeUp(tx, id, { error: as.message ?? '', more: { resume: uuid(now) } });
    });
  }

  private result(text: string, before: readonly MemberOutcome[]): Done {
    return done(text, { id: this.run.id, ...(before.some(({ tainted }) => tainted) && { tainted: true }) });
  }
}

/** Runs `run` for each, beginning in their order, at most `most` at once. */
async function inTheirOrder<T, R>(items: readonly T[], most: number, run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const work = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await run(items[at] as T);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, work));
  return results;
}

function boundText(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  return text.slice(0, MOST_CHARACTERS) + texts.cut(text.length - MOST_CHARACTERS);
}
