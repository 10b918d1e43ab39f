/** Skills that rest, because their catalog has revoked them. */

import type { Queryable } from '../../../storage/index.ts';
import { pinFolder } from '../../../trust/index.ts';
import type { SkillSnapshot } from '../skill.ts';
import { folderOf } from '../use/trusted.ts';
import * as store from './store.ts';

/** Why skills rest, by name: those whose files are the ones that were revoked. Awaits files. */
export async function restingIn(db: Queryable, { skills }: SkillSnapshot): Promise<Map<string, string>> {
  const resting = new Map<string, string>();
  for (const { name, pin, revoked_reason: reason } of await store.installs(db)) {
    const skill = reason === null ? undefined : skills.get(name);
    const folder = skill?.source.kind === 'installed' ? folderOf(skill) : undefined;
    if (!folder || reason === null) continue;
    const now = await pinFolder(folder.directory, folder.declared);
    // Other files are another skill: these wait for an owner by themselves.
    if (now.ok && now.hash === pin) resting.set(name, reason);
  }
  return resting;
}
