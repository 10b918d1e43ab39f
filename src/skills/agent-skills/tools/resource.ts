import { basename } from 'node:path';
import { z } from 'zod';
import { type AnyTool, dataTool, done, type Failed, failed } from '../../../agent/index.ts';
import type { FileRef } from '../../../delivery/index.ts';
import { activeIn, offIn } from '../settings.ts';
import { type AgentSkill, isTrusted } from '../skill.ts';
import * as texts from '../texts.ts';
import { idOf, pinOf, type Trust } from '../trust/index.ts';
import { type Picture, type Resource, readResource } from '../use/resource.ts';
import { type ConversationSettings, settingsOf } from '../use/store.ts';
import { skillName } from './activate.ts';
import { readerOf, type ToolDeps } from './deps.ts';

/** Reads a file of a skill that is in use. */
export function resourceTool(deps: ToolDeps): AnyTool {
  const { views } = deps;
  return dataTool({
    name: 'skill_read_resource',
    description:
      'Reads a file of a skill that you have activated, such as references/guide.md, or shows you a picture of it. Where the answer is truncated, read on from `next`.',
    effect: 'read',
    does: ['file_read'],
    input: z.object({ name: skillName, path: z.string().min(1).max(1_024), from: z.int().min(0).default(0) }),
    async prepare({ name, path, from }, { turn, conversationId }) {
      const skill = views.of(turn).snapshot.skills.get(name);
      if (!skill) return failed('NOT_FOUND', texts.noSkill(name, undefined));
      const trust = await trustOf(deps, skill);
      if (!trust) return failed('NOT_ACTIVE', texts.notActive(name));
      const read = await readResource(skill, trust, path, from);
      return 'bytes' in read ? keep(deps, read, conversationId) : read;
    },
    async run({ name }, { tx, conversationId, prepared, turn }) {
      const refused = notInUse(name, await settingsOf(tx, conversationId));
      if (refused) return refused;
      const read = prepared as (Resource & { pictures?: FileRef[] }) | Failed;
      if (!('content' in read)) return read;
      const { ok: _, pictures, ...resource } = read;
      const skill = views.of(turn).snapshot.skills.get(name);
      return done(JSON.stringify(resource), {
        ...(pictures && { pictures }),
        ...(skill && isTrusted(skill.source) ? {} : { tainted: true }),
      });
    },
  });
}

function notInUse(name: string, { settings, epoch }: ConversationSettings): Failed | undefined {
  if (offIn(settings).has(name)) return failed('OFF', texts.isOff(name));
  return activeIn(settings, epoch).includes(name) ? undefined : failed('NOT_ACTIVE', texts.notActive(name));
}

/** Steps hold what a picture is called by; its bytes stay what they are here, whatever becomes of the skill. */
async function keep(deps: ToolDeps, picture: Picture, conversationId: string) {
  const refused = notInUse(picture.skill_name, await settingsOf(readerOf(deps), conversationId));
  if (refused) return refused;
  const { bytes, type, ...resource } = picture;
  const file: FileRef = { name: basename(picture.path), type, ...(await deps.host.artifacts.put(bytes)) };
  return { ...resource, pictures: [file] };
}

/** By what was pinned when the skill was activated: the one file that is read is compared with it. */
async function trustOf(deps: ToolDeps, skill: AgentSkill): Promise<Trust | undefined> {
  if (isTrusted(skill.source)) return { kind: 'own' };
  const known = await pinOf(readerOf(deps), idOf(skill));
  return known && known.state !== 'blocked' ? { kind: 'known', files: known.pinned.files } : undefined;
}
