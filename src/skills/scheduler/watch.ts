/** The tool that makes a rule: "tell me when …". It is shown before it begins, and decided in code from then on. */
import { z } from 'zod';
import { type CallContext, dataTool, type Failed, failed, privately, type ToolResult } from '../../agent/index.ts';
import { withTimeout } from '../../base/async.ts';
import type { FoundScript, PeopleDeps, ScriptAsker, SkillPorts } from '../../chat/index.ts';
import { readSlot } from '../../time/index.ts';
import { askWhich, type Placing, placeAt, planOf, type Tooling } from './create.ts';
import * as said from './texts.ts';
import { refusalOf } from './watch/allowed.ts';
import { planFields, tellingFields } from './watch/fields.ts';
import { numberIn } from './watch/number.ts';
import { partsOf } from './watch/observe.ts';
import { asking, condition, isPushed, isRemote, type Source, source, WATCH_TOOL, type Watch } from './watch/rule.ts';
import { sourceWords, texts } from './watch/texts.ts';

export const watchInput = z.object({
  when: z
    .string()
    .max(200)
    .optional()
    .describe('How often it looks: the person\'s own words in plain English ("every hour"). Left out for a hook.'),
  source,
  rule: condition.prefault({}),
  ...asking,
  ...planFields.inputs,
  ...tellingFields.inputs,
});

export type WatchInput = z.output<typeof watchInput>;

export interface WatchTooling extends Tooling {
  /** Milliseconds between two looks of a script, and of what others' machines serve. */
  smallestScriptStep: number;
  smallestRemoteStep: number;
  scripts: SkillPorts['scripts'];
  servers: SkillPorts['servers'];
  gate: PeopleDeps['gate'];
  pages: SkillPorts['pages'];
  hookOwner: SkillPorts['hookOwner'];
}

export interface ReadySource {
  ok: true;
  source: Source;
  /** Hash of the files that would run. */
  hash: string | undefined;
  /** The number that stands there now, or that there is none; the file that is not there yet. */
  note?: string | undefined;
}

export const watchTool = (tooling: WatchTooling) =>
  dataTool({
    name: WATCH_TOOL,
    group: 'unshown',
    form: { times: ['when'] },
    dialogue: { thing: 'schedule', asks: { NO_TIME: 'when' } },
    description:
      'Tells the person when something is so: a script, page, feed, MCP tool, hook, file or calendar is looked at by itself, and a ' +
      'rule decides in code. For "tell me when …": never look again and again yourself, and set `ask` only where they want words of yours.',
    effect: 'write',
    policy: {
      // A yes is for this rule and for exactly these files of the skill.
      confirm: true,
      async binds(input, ctx) {
        const ready = await prepare(tooling, input, ctx);
        if (!ready.ok) return { ...ready, field: 'source' };
        return { hash: ready.hash ?? '', says: said.preview({ ...input, source: ready.source }, input.when) };
      },
    },
    record: { redact: privately('source', 'rule', 'ask', 'title', 'escalate') },
    display: { asks: (input) => said.asksToWatch(input) },
    timeoutMs: 10_000,
    input: watchInput,
    async prepare(input, ctx) {
      const ready = await prepare(tooling, input, ctx);
      return ready.ok ? { ...ready, note: await readNow(tooling, input, ctx) } : ready;
    },

    async run(input, ctx) {
      const ready = ctx.prepared as ReadySource | Failed;
      if (!ready.ok) return { ...ready, field: 'source' };
      if (ctx.approval.bound && ctx.approval.bound !== ready.hash) return failed('GONE', texts.changedMeanwhile);
      return place(tooling, input, ready, ctx);
    },
  });

export function askerOf({ person, place }: Pick<CallContext, 'person' | 'place'>): ScriptAsker {
  const { id: personId, role, roles } = person;
  return { personId, spaceId: place.space, role, ...(roles && { roles }) };
}

export async function prepare(
  ports: Pick<WatchTooling, 'scripts' | 'servers' | 'pages' | 'gate'>,
  { source: asked }: Pick<WatchInput, 'source'>,
  ctx: Pick<CallContext, 'person' | 'place' | 'signal'>,
): Promise<ReadySource | Failed> {
  const { scripts, servers } = ports;
  if (asked.kind === 'mcp' && !servers.has(asked.server)) return failed('NOT_FOUND', texts.noServer(asked.server));
  const refused = refusalOf(ports, asked, askerOf(ctx));
  if (refused) return refused;
  if (asked.kind !== 'script') return { ok: true, source: asked, hash: undefined };
  const script = await scripts.find(asked.script, askerOf(ctx), ctx.signal);
  return script.ok ? { ok: true, source: { ...asked, script: script.id }, hash: script.hash } : script;
}

/** Milliseconds that a new rule waits for what it reads now. */
const NOW_MS = 8_000;

/** A source as it is now, with the number that the rule is about: a person is told of a slip before anything depends on it. */
export async function readNow(
  { pages, scripts, servers, hookOwner }: Pick<WatchTooling, 'pages' | 'scripts' | 'servers' | 'hookOwner'>,
  { source: asked, rule }: Pick<WatchInput, 'source' | 'rule'>,
  ctx: Pick<CallContext, 'person' | 'place' | 'signal'>,
): Promise<string | undefined> {
  if (asked.kind === 'file') {
    const file = await scripts.readFile({ ...askerOf(ctx), skill: asked.skill, path: asked.path }, ctx.signal);
    return file.ok ? undefined : texts.notThereYet(file.message);
  }
  if (asked.kind === 'hook') {
    const owner = await hookOwner(asked.hook);
    if (owner === undefined) return texts.noHook(asked.hook);
    return owner === ctx.person.id ? undefined : texts.hookOfOther(asked.hook);
  }
  if (asked.kind === 'mcp')
    return servers.findTool(asked.server, asked.tool) ? undefined : texts.noToolNow(asked.server, asked.tool);
  if (asked.kind !== 'web_watch' || (rule.is !== 'above' && rule.is !== 'below')) return undefined;
  const page = await withTimeout(NOW_MS, pages.readText(asked.url, ctx.signal));
  if (!page?.ok) return texts.unreadNow(page?.message);
  const text = partsOf(page.text, asked.part).join('\n');
  return texts.readsNow(numberIn(text, rule.after, page.language), rule.after);
}

export async function place(
  tooling: WatchTooling,
  wanted: WatchInput,
  { source: looked, note }: ReadySource,
  ctx: Placing,
): Promise<ToolResult> {
  const result = await placeSource(tooling, wanted, looked, ctx);
  return result.ok && note !== undefined ? { ...result, text: `${result.text} ${note}` } : result;
}

async function placeSource(
  tooling: WatchTooling,
  { when: words, source: _, rule, ask, budget, title, ...telling }: WatchInput,
  looked: Source,
  ctx: Placing,
): Promise<ToolResult> {
  const watch: Watch = { source: looked, rule, ask, budget };
  const named = title?.trim() || titleOf(looked);
  const input = { ...telling, title: named, watch };
  if (isPushed(looked)) return placeAt(ctx, input, undefined, tooling);
  if (!words?.trim()) return failed('NO_TIME', texts.noTime(sourceWords(looked)), { field: 'when' });
  const when = readSlot(words, ctx.when, named);
  if (when.kind === 'reject') return failed(when.code, when.say, { field: 'when' });
  if (when.kind === 'ambiguous') return askWhich(when.question, when.readings, { ...input, act: 'create' });
  const plan = planOf(when, ctx, { ...tooling, smallestStep: stepOf(tooling, looked) });
  return 'ok' in plan ? plan : placeAt(ctx, input, plan, tooling, when.others);
}

export const stepOf = (tooling: WatchTooling, looked: Source): number =>
  looked.kind === 'script'
    ? tooling.smallestScriptStep
    : isRemote(looked)
      ? tooling.smallestRemoteStep
      : tooling.smallestStep;

const TITLES: { [K in Source['kind']]: (source: Extract<Source, { kind: K }>) => string } = {
  script: ({ script }) => script,
  web_watch: ({ url }) => hostIn(url),
  feed: ({ url }) => hostIn(url),
  mcp: ({ server, tool }) => `${server} ${tool}`,
  hook: ({ hook, field }) => `${hook}.${field}`,
  file: ({ skill, path }) => `${skill}/${path}`,
  appointment: () => 'appointments',
};

const titleOf = (looked: Source): string => (TITLES[looked.kind] as (source: Source) => string)(looked).slice(0, 80);

const hostIn = (url: string): string => /^(?:https?:\/\/)?([^/?#\s]+)/i.exec(url)?.[1] ?? url;

/** Finds the script of `/schedule … run NAME`: by its id, by its name where its skill has it, or where no skill is called so. */
export async function scriptMeant(
  { scripts, runnable }: Pick<WatchTooling, 'scripts' | 'runnable'>,
  named: string,
  asker: ScriptAsker,
  signal: AbortSignal,
): Promise<FoundScript | Failed | undefined> {
  const script = await scripts.find(named, asker, signal);
  if (!script.ok)
    return script.code === 'NOT_FOUND' && !named.includes('/') ? undefined : runnable(named) ? undefined : script;
  return named.includes('/') || script.skill === named || !runnable(named) ? script : undefined;
}
