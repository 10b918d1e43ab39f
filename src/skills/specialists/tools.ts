import { z } from 'zod';
import {
  type AnyTool,
  type CallContext,
  dataTool,
  done,
  type Failed,
  failed,
  outsideTool,
  type SpawnOptions,
} from '../../agent/index.ts';
import { skillTools } from '../../agent-skills/index.ts';
import { didYouMean } from '../../base/text.ts';
import type { Gate } from '../../people/index.ts';
import { type Database, readerOf } from '../../storage/index.ts';
import { approvePin, judge, keepFirst, pinFolder } from '../../trust/index.ts';
import { find, type HeldSnapshots, type SpecialistHost, systemOf } from './host.ts';
import { folderToJudge, type Snapshot, type Specialist, stateOf } from './specialist.ts';
import * as texts from './texts.ts';

/** Milliseconds: within the limit of the turn that it belongs to. */
const TIMEOUT_MS = 8 * 60_000;
const MARGIN_MS = 60_000;
const LONGEST_TASK = 20_000;

export interface ToolDeps {
  host: SpecialistHost;
  snapshots: HeldSnapshots;
  database: Pick<Database, 'read' | 'tx'>;
  gate: Pick<Gate, 'may' | 'basis'>;
}

const specialistName = z.string().min(1).max(64);

export function listTool({ snapshots }: ToolDeps): AnyTool {
  return dataTool({
    name: 'specialist_list',
    group: 'specialists',
    description: 'Lists the specialists that specialist_spawn can hand a task to, and what each may use.',
    effect: 'read',
    flow: { impersonal: true },
    input: z.object({}),
    async run(_, { turn: { key: turnKey } }) {
      const snapshot = snapshots.snapshotOf(turnKey);
      return done(texts.list(linesOf(snapshot), []), taintOf([...snapshot.specialists.values()]));
    },
  });
}

/** A line for each that can be called; what one that waits for an owner says of itself is not shown. */
export function linesOf(snapshot: Snapshot): string[] {
  return [...snapshot.specialists.values()].map((each) => texts.listLine(each, stateOf(snapshot, each) === 'waits'));
}

/** Their descriptions are whose folder it is. */
export function taintOf(all: readonly Pick<Specialist, 'ships'>[]): { tainted?: true } {
  return all.every(({ ships }) => ships) ? {} : { tainted: true };
}

/** Hands a task to a specialist: a nested turn of its own, whose calls are looked at one by one as any others are. */
export function spawnTool(deps: ToolDeps): AnyTool {
  return outsideTool({
    name: 'specialist_spawn',
    group: 'specialists',
    description:
      'Hands a task to a specialist, which works on it by itself, and gives you its answer. It knows nothing of the conversation: put everything that it needs into the task. Several calls in one step run side by side.',
    effect: 'fetch',
    flow: { impersonal: true },
    does: ['agents'],
    effectOf: () => 'read',
    callers: 'main-agent',
    nestedOnly: true,
    display: { as: 'stream', text: ({ specialist }) => specialist },
    timeoutMs: TIMEOUT_MS + MARGIN_MS,
    input: z.object({ specialist: specialistName, task: z.string().trim().min(1).max(LONGEST_TASK) }),

    async run({ specialist: name, task }, ctx) {
      if (!ctx.turn.spawn) return failed('NOT_HERE', texts.noSpawn());
      const snapshot = deps.snapshots.snapshotOf(ctx.turn.key);
      const specialist = find(snapshot, name);
      if (!specialist) return failed('NOT_FOUND', unknown(snapshot, name));
      const refused = await admit(deps, specialist, ctx);
      if (refused) return refused;
      const result = await ctx.turn.spawn({
        ...spawnOptions(specialist),
        prompt: systemOf(specialist, skillsOf(deps, specialist, ctx)),
        task,
        onDoing: (doing) => ctx.turn.progress?.(`${specialist.name}: ${doing}`),
      });
      return result.ok && !specialist.ships ? { ...result, tainted: true } : result;
    },
  });
}

export function unknown({ specialists }: Snapshot, name: string): string {
  const names = [...specialists.keys()];
  return texts.noSuch(name, didYouMean(name, names), names);
}

function spawnOptions(specialist: Specialist): Omit<SpawnOptions, 'prompt' | 'task'> {
  const { name, tools, tokenBudget, maxToolCalls, sandboxTimeoutMs, ships } = specialist;
  return {
    ...modelOf(specialist),
    agent: name,
    tools,
    tokenBudget,
    maxToolCalls,
    sandboxTimeoutMs,
    timeoutMs: TIMEOUT_MS,
    tainted: !ships,
  };
}

function modelOf({ model, provider }: Specialist): Pick<SpawnOptions, 'tier' | 'model'> {
  if (model === undefined) return { tier: 'heavy' };
  if (model === 'default' || model === 'light' || model === 'heavy') return { tier: model };
  return { tier: 'heavy', model: provider === undefined ? model : `${provider}/${model}` };
}

/** Skills are of use to who can activate them. */
function skillsOf(
  { host, gate }: ToolDeps,
  { name, tools }: Specialist,
  { person, turn: { key: turnKey } }: CallContext,
) {
  return tools.includes(skillTools.activate) ? host.skillsFor(name, { person, turnKey }, gate) : undefined;
}

async function admit(
  { host, database }: ToolDeps,
  specialist: Specialist,
  { signal, clock }: CallContext,
): Promise<Failed | undefined> {
  const { name, pin } = specialist;
  if (!pin) return undefined;
  const folder = folderToJudge(specialist);
  const verdict = await judge(readerOf(database), folder, pin, signal);
  if (verdict.kind === 'known') return undefined;
  if (verdict.kind !== 'first') return failed('NEEDS_APPROVAL', texts.changedNotice(name, verdict.reasons));
  // The scanned files must be those that were read.
  const now = await pinFolder(folder.directory, folder.declared, signal);
  if (!now.ok && now.isPassing) return failed('TIMEOUT', texts.looksTooLong(name));
  if (!now.ok || now.hash !== pin.hash) return failed('CHANGED', texts.changedMeanwhile(name));
  const { suspicions } = verdict;
  const state = await database.tx('specialists.first', (tx) => {
    tx.afterCommit(() => host.skills.onDecision());
    return keepFirst(tx, folder, verdict, clock.now());
  });
  if (state === 'usable') return undefined;
  return failed(
    'NEEDS_APPROVAL',
    suspicions.length > 0 ? texts.suspicious(name, suspicions) : texts.changedNotice(name, []),
  );
}

/** Tool of the button under an inquest: an owner approves exactly the files that were shown. */
export function approveTool({ host }: ToolDeps): AnyTool {
  return dataTool({
    name: 'specialist_approve',
    description: 'Approves a specialist as its files are.',
    effect: 'write',
    callers: 'person',
    input: z.object({ name: specialistName, hash: z.string().max(128) }),
    async run({ name, hash }, { tx, person, clock }) {
      const specialist = find(host.catalog.current(), name);
      const pin = specialist?.pin;
      if (!specialist || pin?.hash !== hash) return failed('GONE', texts.changedMeanwhile(name));
      await approvePin(tx, folderToJudge(specialist), pin, { personId: person.id, now: clock.now() });
      tx.afterCommit(() => host.skills.onDecision());
      return done(texts.approvedNotice(name));
    },
  });
}
