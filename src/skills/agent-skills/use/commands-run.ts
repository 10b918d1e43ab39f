import type { CallContext } from '../../../agent/index.ts';
import { conversations } from '../../../delivery/index.ts';
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
const LONGEST = 8_000;

/**
 * Runs what skills want to have run when they are activated, in the sandbox of the turn: of coda's own, and of those whose
 * files, as they are, an owner has approved. By skill and command.
 */
export async function commandOutputs(
  deps: ToolDeps,
  { all }: Ready,
  ctx: CallContext,
): Promise<Map<string, Map<string, string>>> {
  const outputs = new Map<string, Map<string, string>>();
  if (!deps.code.isOn) return outputs;
  const wanting = all.filter(({ body }) => commandsIn(body).length > 0);
  if (wanting.length === 0) return outputs;
  const { settings } = await conversations.stateOf(deps.reader, ctx.conversationId);
  const off = offIn(settings, deps.denied(deps.views.of(ctx.turn), ctx.person));
  for (const one of wanting) {
    const who = { personId: ctx.person.id, spaceId: ctx.place.space };
    if (await deps.host.secrets.isConfigured(one.skill, who)) continue;
    if (off.has(one.skill.name) || !mayRunUnasked(one.skill, one.trust)) continue;
    outputs.set(one.skill.name, await outputsOf(deps, one, ctx));
  }
  return outputs;
}

async function outputsOf(deps: ToolDeps, { skill, body }: ReadSkill, ctx: CallContext): Promise<Map<string, string>> {
  const outputs = new Map<string, string>();
  const bundle = await bundleOf(deps.reader, skill, ctx.signal);
  if (!bundle.ok) return outputs;
  const workspace = deps.code.workspaceOf(ctx, skill.name);
  workspace.tainted ||= ctx.tainted || !isTrusted(skill.source);
  const { image } = await deps.code.imageOf(skill);
  for (const command of commandsIn(body).slice(0, MOST_COMMANDS)) {
    const ran = await workspace.run(['sh', '-c', command], {
      image,
      cwd: `/skills/${skill.name}`,
      skills: bundle,
      atStart: () => deps.code.attached(ctx),
      timeoutMs: WITHIN_MS,
      signal: ctx.signal,
    });
    if (!ran.ok) return outputs;
    const { stdout, stderr, exitCode } = ran;
    const failed = exitCode === 0 ? '' : texts.commandFailed(exitCode, stderr.text.trim().slice(0, LONGEST));
    outputs.set(command, [stdout.text.trimEnd().slice(0, LONGEST), failed].filter(Boolean).join('\n'));
  }
  return outputs;
}
