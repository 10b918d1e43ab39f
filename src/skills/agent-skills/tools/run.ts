import { z } from 'zod';
import {
  type AnyTool,
  type CallContext,
  done,
  failed,
  outsideTool,
  type SpawnOptions,
  type ToolResult,
} from '../../../agent/index.ts';
import type { AgentSkill } from '../skill.ts';
import * as texts from '../texts.ts';
import { instructions } from '../use/instructions.ts';
import { admit, makeReady } from '../use/ready.ts';
import { forbiddenBy, shown, skillName, valuesFor } from './activate.ts';
import { readerOf, type ToolDeps } from './deps.ts';

/** Characters: what is longer is summed up for the conversation. */
const SHORT = 2_000;
/** Of the instructions that stand in its prompt; it reads on in its SKILL.md. */
const MOST_INSTRUCTIONS = 60_000;
const MOST_CALLS = 25;
/** For what comes before and after it. Milliseconds. */
const MARGIN_MS = 60_000;

/** Runs a skill as an agent of its own, with a context of its own. */
export function runTool(deps: ToolDeps): AnyTool {
  const { views, host } = deps;
  return outsideTool({
    name: 'skill_run',
    description:
      'Has a skill that is marked use="skill_run" do a task on its own, and gives you what came of it. It knows nothing of the conversation: pass everything that it needs in the task.',
    effect: 'fetch',
    does: ['agents'],
    // What it does itself is looked at call by call, as what you do is.
    effectOf: () => 'read',
    mainAgentOnly: true,
    display: 'stream',
    doing: ({ name }) => shown(views.of(undefined).snapshot.skills.get(name)),
    timeoutMs: deps.alone.timeoutMs + MARGIN_MS,
    input: z.object({ name: skillName, task: z.string().min(1).max(20_000) }),
    async run({ name, task }, ctx) {
      const ready = await makeReady(readerOf(deps), views.of(ctx.turn), name, ctx);
      if (!ready.ok) return ready;
      if (!ready.skill.forkAgent) return failed('NOT_ALONE', texts.notAlone(name));
      if (!ctx.spawn) return failed('NOT_HERE', texts.noSpawn());
      const refused = await deps.database.tx('skills.run', (tx) => admit(tx, ready, ctx, () => host.decided()));
      if (refused) return refused;
      const told = instructions(ready, {
        args: task,
        values: valuesFor(ready.skill, task, ctx),
        exposed: deps.exposed,
      });
      const came = await ctx.spawn({
        ...within(ready.skill, deps),
        prompt: texts.alone(name, told.slice(0, MOST_INSTRUCTIONS), told.length > MOST_INSTRUCTIONS),
        task,
        forbidden: forbiddenBy(ready),
        ...(ready.skill.display === 'stream' && { onDoing: (doing) => ctx.progress?.(`${name}: ${doing}`) }),
        tainted: ready.tainted,
      });
      const result = await summedUp(ready.skill, came, ctx);
      return ready.tainted && result.ok ? { ...result, tainted: true } : result;
    },
  });
}

/** What it may use: a name of a model service, or how much thought it asks for. */
function within(skill: AgentSkill, { alone }: ToolDeps): Omit<SpawnOptions, 'prompt' | 'task'> {
  const model = skill.model?.trim().toLowerCase();
  return {
    besides: skill.allowedTools ?? [],
    maxToolCalls: MOST_CALLS,
    timeoutMs: alone.timeoutMs,
    ...(alone.budget !== undefined && { budget: alone.budget }),
    ...(model && /haiku|mini|light|small|fast|flash/.test(model) && { tier: 'light' as const }),
    ...(model && /opus|heavy|large|pro\b/.test(model) && { tier: 'heavy' as const }),
    ...(skill.model?.includes('/') && { model: skill.model.trim() }),
  };
}

/** What of the result reaches the conversation: a summary where it is long, unless the skill wants all of it there. */
async function summedUp(skill: AgentSkill, came: ToolResult, { spawn }: CallContext): Promise<ToolResult> {
  if (!came.ok || !skill.autoSummarize || came.text.length <= SHORT || !spawn) return came;
  const summary = await spawn({
    prompt: texts.summing(),
    task: came.text,
    tools: [],
    tier: 'light',
    tainted: came.tainted === true,
  });
  if (!summary.ok) return came;
  return done(summary.text, came.tainted ? { tainted: true } : {});
}
