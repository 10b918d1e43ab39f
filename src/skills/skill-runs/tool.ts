/** The tool that runs skills one after another: what it takes, and how a person calls it. */
import { z } from 'zod';
import { type AnyTool, type Call, type CallContext, outsideTool, type ToolResult } from '../../agent/index.ts';
import { resolveSteps } from '../../agent-skills/index.ts';
import { parseJson } from '../../base/json.ts';
import type { ToolDeps } from './plan.ts';

const MARGIN_MS = 120_000;

const input = z.object({
  name: z.string().min(1).max(128).optional().describe('A composed skill, instead of steps.'),
  steps: z.array(z.string().min(1).max(1_000)).min(1).max(20).optional().describe('Names; "a|b" run side by side.'),
  payload: z.string().max(100_000).default('').describe('What the first step is given.'),
  run: z.uuid().optional(),
  resume: z.uuid().optional(),
  until: z.int().min(1).optional(),
  hashes: z.record(z.string(), z.string()).optional(),
  role: z.string().max(100).optional(),
});

export type PipelineInput = z.output<typeof input>;

const TOOL = 'skill_pipeline';

export function pipelineTool(
  deps: ToolDeps,
  run: (asked: PipelineInput, ctx: CallContext) => Promise<ToolResult>,
): AnyTool {
  return outsideTool({
    name: TOOL,
    group: 'skills',
    description:
      'Runs skills one after another, each with the result of the one before it as its input: a composed skill by its name, or steps. Only where the person wants several skills combined.',
    effect: 'fetch',
    flow: { impersonal: true },
    does: ['agents'],
    // Calls of the steps are judged one by one, as those of the turn are.
    effectOf: () => 'read',
    nestedOnly: true,
    outlasts: true,
    callers: 'main-agent',
    display: { as: 'stream', text: ({ name, steps = [] }) => name ?? steps.join(' > ') },
    form: { own: ['run', 'resume', 'until', 'hashes', 'role'] },
    timeoutOf: (asked) => deps.alone.timeoutMs * groupsOf(deps, asked).length + MARGIN_MS,
    policy: {
      thingsIn: (asked) => [
        ...(asked.name === undefined ? [] : [{ kind: 'skill' as const, name: asked.name }]),
        ...groupsOf(deps, asked).flatMap((group) => group.map((name) => ({ kind: 'skill' as const, name }))),
      ],
    },
    input,
    run,
  });
}

function groupsOf({ views }: ToolDeps, { name, steps, resume }: PipelineInput) {
  if (resume !== undefined) return Array.from({ length: 20 }, () => []);
  const { snapshot, decisions } = views.viewOf(undefined);
  const resolved = resolveSteps(snapshot, steps ?? (name === undefined ? [] : [name]), decisions.drafts);
  return Array.isArray(resolved) ? resolved : [];
}

const RESUME = /^resume\s+([0-9a-f-]{36})$/i;

const written = z.record(z.string(), z.unknown());

/** `/pipeline a > b|c: payload`, `/pipeline resume RUN`, or the tool's input as JSON; undefined: it is none of these. */
export function pipelineCall(rest: string): Call | undefined {
  const text = rest.trim();
  const [, resume] = RESUME.exec(text) ?? [];
  if (resume !== undefined) return { tool: TOOL, input: { resume: resume.toLowerCase() } };
  if (text.startsWith('{')) return fromJson(text);
  const [steps = ''] = text.split(':', 1);
  if (steps === '') return undefined;
  const payload = text.slice(steps.length + 1).trimStart();
  return { tool: TOOL, input: { steps: steps.split('>').map((step) => step.trim()), payload } };
}

function fromJson(text: string): Call | undefined {
  try {
    return { tool: TOOL, input: written.parse(parseJson(text)) };
  } catch {
    return undefined;
  }
}
