/** Tools of coda for programs that act for whoever sits at this machine: what `coda mcp` asks for. */
import { z } from 'zod';
import type { Agent } from '../agent/index.ts';
import type { Json } from '../base/json.ts';
import type { Skill, ThingImport, Verb } from '../chat/index.ts';
import type { Delivery, Item } from '../delivery/index.ts';
import { ownerItem } from '../sign-in/index.ts';

export interface ProgramDeps {
  agent: Agent;
  delivery: Pick<Delivery, 'requests'>;
  skills: readonly { skill: Pick<Skill, 'name' | 'acts'> }[];
}

export interface ProgramTool {
  name: string;
  description: string;
  schema: Record<string, unknown>;
  reads: boolean;
  /** Deletes or overwrites what is there; undo takes that back. */
  deletes: boolean;
}

const WITHIN_MS = 50_000;

const asked = z.object({ tool: z.string().max(200), input: z.record(z.string(), z.unknown()).default({}) });

export function programVerbs(deps: ProgramDeps): Record<string, Verb> {
  return {
    'tools-list': async () => toolsFor(deps, await ownerItem(deps)) as unknown as Json,
    'tools-call': (args) => call(deps, args),
    ...Object.fromEntries(deps.skills.flatMap(({ skill }) => importOf(deps, skill.acts?.forPrograms?.imports))),
  };
}

const importOf = (deps: ProgramDeps, imports: ThingImport | undefined): [string, Verb][] =>
  imports ? [[`${imports.things}-import`, (args) => importThing(deps, imports, args)]] : [];

/** Rolls an import back that the person has already: only the thing that was made tells that. */
class KnownThing extends Error {}

/**
 * Makes what another assistant had, once however often it is brought. Whoever has this machine asks for it, so that it
 * counts as no request; what was made elsewhere is tainted, as all that programs have coda do.
 */
async function importThing(
  deps: ProgramDeps,
  { things, tool, input: schema, hasTwin }: ThingImport,
  args: Record<string, Json>,
): Promise<Json> {
  const input = schema.parse(args);
  const item = await ownerItem(deps);
  const aside = { item, signal: AbortSignal.timeout(WITHIN_MS), confirmed: false };
  try {
    return await deps.agent.actAside(
      `${things}.import`,
      aside,
      async () => ({ tool, input }),
      async (tx, result): Promise<Json> => {
        if (!result?.ok) return { made: false, text: [result?.message, result?.remedy].filter(Boolean).join(' ') };
        if (result.id !== undefined && (await hasTwin(tx, result.id))) throw new KnownThing();
        return { made: true, text: result.text };
      },
    );
  } catch (error) {
    if (error instanceof KnownThing) return { made: false, isKnown: true, text: '' };
    throw error;
  }
}

function toolsFor({ agent, skills }: ProgramDeps, item: Item): ProgramTool[] {
  const { toolbox } = agent.options;
  const rules = new Map(skills.map(({ skill: { name, acts } }) => [name, acts?.forPrograms]));
  return toolbox.specs(item.person).flatMap(({ name, description }) => {
    const tool = toolbox.get(name);
    // A program calls each tool by its own form.
    if (tool?.form?.short?.standsFor) return [];
    const isOwn = tool?.effect === 'read' || tool?.effect === 'write';
    const rule = rules.get(toolbox.skillOf(name) ?? '');
    if (!isOwn || !rule || rule.except.includes(name)) return [];
    const schema = toolbox.formOf(name);
    return [{ name, description, schema, reads: tool.effect === 'read', deletes: tool.policy?.deletes !== undefined }];
  });
}

async function call(deps: ProgramDeps, args: Record<string, Json>): Promise<Json> {
  const { agent, delivery } = deps;
  const { tool, input } = asked.parse(args);
  const item = await ownerItem(deps);
  if (!toolsFor(deps, item).some(({ name }) => name === tool)) {
    return { ok: false, text: `There is no tool “${tool}” for programs.` };
  }
  const aside = { item, signal: AbortSignal.timeout(WITHIN_MS), confirmed: false };
  return agent.actAside(
    'programs.call',
    aside,
    async (tx) => ((await delivery.requests.admits(tx, item.person.id)) ? { tool, input } : undefined),
    async (_, result): Promise<Json> => {
      if (!result) return { ok: false, text: 'That is more than you may ask for in this time. Wait a moment.' };
      if (!result.ok) return { ok: false, text: [result.message, result.remedy].filter(Boolean).join(' ') };
      return { ok: true, text: [result.text, result.material].filter(Boolean).join('\n\n') };
    },
  );
}
