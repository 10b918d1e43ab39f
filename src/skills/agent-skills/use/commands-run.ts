import type { CallContext } from '../../../agent/index.ts';
import { conversations } from '../../../delivery/index.ts';
import type { Ran, Workspace } from '../../../sandbox/index.ts';
import { isTrusted } from '../skill.ts';
import { offIn } from '../store.ts';
import * as texts from '../texts.ts';
import { bundleOf, mayRunUnasked } from './bundle.ts';
import type { ToolDeps } from './deps.ts';
import { commandsIn } from './instructions.ts';
import type { ReadSkill, Ready } from './ready.ts';

const WITHIN_MS = 10_000;
const MOST_COMMANDS = 10;
/** Characters of one output. */
const LONGEST = 4_000;

export interface CommandsRan {
  /** By skill and command. */
  outputs: Map<string, Map<string, string>>;
  /** Untrusted text was in a workspace that one of them ran in. */
  tainted: boolean;
}

/**
 * Runs what skills want to have run when they are activated, in the sandbox of the turn: of coda's own, and of those whose
 * files, as they are, an owner has approved.
 */
export async function runCommands(deps: ToolDeps, { all }: Ready, ctx: CallContext): Promise<CommandsRan> {
  const ran: CommandsRan = { outputs: new Map(), tainted: false };
  if (!deps.code.isOn) return ran;
  const wanting = all.filter(({ body }) => commandsIn(body).length > 0);
  if (wanting.length === 0) return ran;
  const { settings } = await conversations.stateOf(deps.reader, ctx.conversationId);
  const off = offIn(settings, deps.denied(deps.views.of(ctx.turnKey), ctx.person));
  for (const one of wanting) {
    const who = { personId: ctx.person.id, spaceId: ctx.place.space };
    if (await deps.host.secrets.isConfigured(one.skill, who)) continue;
    if (off.has(one.skill.name) || !mayRunUnasked(one.skill, one.trust)) continue;
    const workspace = deps.code.workspaceOf(ctx, one.skill.name);
    workspace.tainted ||= !isTrusted(one.skill.source);
    ran.outputs.set(one.skill.name, await outputsOf(deps, one, workspace, ctx));
    ran.tainted ||= workspace.tainted;
  }
  return ran;
}

async function outputsOf(
  deps: ToolDeps,
  { skill, body }: ReadSkill,
  workspace: Workspace,
  ctx: CallContext,
): Promise<Map<string, string>> {
  const outputs = new Map<string, string>();
  // One that stands in the configuration has no files.
  const bundle = skill.directory === undefined ? undefined : await bundleOf(deps.reader, skill, ctx.signal);
  if (bundle?.ok === false) return outputs;
  const { image } = await deps.code.imageOf(skill);
  for (const command of commandsIn(body).slice(0, MOST_COMMANDS)) {
    const ran = await workspace.run(['sh', '-c', command], {
      image,
      ...(bundle && { cwd: `/skills/${skill.name}`, skills: [bundle] }),
      atStart: () => deps.code.attached(ctx),
      timeoutMs: WITHIN_MS,
      signal: ctx.signal,
    });
    if (!ran.ok) return outputs;
    outputs.set(command, outputOf(ran));
  }
  return outputs;
}

function outputOf({ stdout, stderr, exitCode, timedOut }: Ran): string {
  const complaint = stderr.text.trim().slice(0, LONGEST);
  const ended = timedOut ? texts.commandTooSlow() : exitCode === 0 ? '' : texts.commandFailed(exitCode, complaint);
  const cut = stdout.text.length > LONGEST || stdout.isCut ? texts.commandCut(stdout.bytes) : '';
  return [stdout.text.trimEnd().slice(0, LONGEST), cut, ended].filter(Boolean).join('\n');
}
