/** One hash over all files of a skill. */
import { createHash } from 'node:crypto';
import { pinFolder } from '../../../trust/index.ts';
import { readBody } from '../read/file.ts';
import type { AgentSkill } from '../skill.ts';
import { folderOf } from '../use/trusted.ts';

/** Of its files, or of its text where it stands in the configuration; empty: they cannot be read. */
export async function hashOf(skill: AgentSkill, signal?: AbortSignal): Promise<string> {
  const folder = folderOf(skill);
  if (folder) {
    const pin = await pinFolder(folder.directory, folder.declared, signal);
    return pin.ok ? pin.hash : '';
  }
  const body = readBody(skill);
  return typeof body === 'string'
    ? createHash('sha256')
        .update(JSON.stringify([skill.description, body]))
        .digest('hex')
    : '';
}
