import { z } from 'zod';
import { type AnyTool, dataTool, done, type Failed, failed } from '../../../agent/index.ts';
import { activeIn, offIn } from '../settings.ts';
import { type AgentSkill, isTrusted } from '../skill.ts';
import * as texts from '../texts.ts';
import { idOf, pinOf, type Trust } from '../trust/index.ts';
import { type Resource, readResource } from '../use/resource.ts';
import { settingsOf } from '../use/store.ts';
import { skillName } from './activate.ts';
import { readerOf, type ToolDeps } from './deps.ts';

/** Reads a file of a skill that is in use. */
export function resourceTool(deps: ToolDeps): AnyTool {
  const { views } = deps;
  return dataTool({
    name: 'skill_read_resource',
    description:
      'Reads a file of a skill that you have activated, such as references/guide.md. Where the answer is truncated, read on from `next`.',
    effect: 'read',
    input: z.object({ name: skillName, path: z.string().min(1).max(1_024), from: z.int().min(0).default(0) }),
    async prepare({ name, path, from }, { turn }) {
      const skill = views.of(turn).snapshot.skills.get(name);
      if (!skill) return failed('NOT_FOUND', texts.noSkill(name, undefined));
      const trust = await trustOf(deps, skill);
      return trust ? readResource(skill, trust, path, from) : failed('NOT_ACTIVE', texts.notActive(name));
    },
    async run({ name }, { tx, conversationId, prepared, turn }) {
      const { settings, epoch } = await settingsOf(tx, conversationId);
      if (offIn(settings).has(name)) return failed('OFF', texts.isOff(name));
      if (!activeIn(settings, epoch).includes(name)) return failed('NOT_ACTIVE', texts.notActive(name));
      const read = prepared as Resource | Failed;
      if (!('content' in read)) return read;
      const { ok: _, ...resource } = read;
      const skill = views.of(turn).snapshot.skills.get(name);
      return done(JSON.stringify(resource), skill && isTrusted(skill.source) ? {} : { tainted: true });
    },
  });
}

/** By what was pinned when the skill was activated: the one file that is read is compared with it. */
async function trustOf(deps: ToolDeps, skill: AgentSkill): Promise<Trust | undefined> {
  if (isTrusted(skill.source)) return { kind: 'own' };
  const known = await pinOf(readerOf(deps), idOf(skill));
  return known && known.state !== 'blocked' ? { kind: 'known', files: known.pinned.files } : undefined;
}
