/** The files of a skill as they go into a sandbox: exactly those that were approved. */

import { createHash } from 'node:crypto';
import { type Failed, failed } from '../../../agent/index.ts';
import { listInside } from '../../../base/folders/list.ts';
import { readInside } from '../../../base/folders/read.ts';
import type { PutFile, SkillFiles } from '../../../sandbox/index.ts';
import type { Queryable } from '../../../storage/index.ts';
import { type AgentSkill, isTrusted } from '../skill.ts';
import * as texts from '../texts.ts';
import { runnerOf, unixLines } from './script.ts';
import { isPinned, lookAt, type Trust } from './trusted.ts';

/** Bytes of one file, and of all. */
const MOST_OF_ONE = 32 * 1024 * 1024;
const MOST_OF_ALL = 60 * 1024 * 1024;

export interface Bundle extends SkillFiles {
  ok: true;
  skill: AgentSkill;
  files: readonly (PutFile & { content: Buffer })[];
  trust: Trust;
}

/** All files of `skill`, each compared with what was pinned. */
export async function bundleOf(db: Queryable, skill: AgentSkill, signal: AbortSignal): Promise<Bundle | Failed> {
  const { name, directory } = skill;
  if (directory === undefined) return failed('NOT_FOUND', texts.noFiles(name));
  const trust = await lookAt(db, skill, signal);
  if (trust.kind !== 'own' && trust.kind !== 'known') return failed('NEEDS_APPROVAL', texts.changed(name, []));
  const pinned = trust.kind === 'known' ? trust.pin.files : undefined;
  const { files: entries } = await listInside(directory, { gitignore: true, signal });
  const files: (PutFile & { content: Buffer })[] = [];
  let room = MOST_OF_ALL;
  for (const { path, kind, executable } of entries) {
    if (kind !== 'file') continue;
    const read = await readInside(directory, path, { maxBytes: MOST_OF_ONE });
    if (!read.ok || read.truncated || read.content.length > room) return failed('REFUSED', texts.tooLong(path));
    if (pinned && !isPinned(pinned, path, read.content)) return failed('NEEDS_APPROVAL', texts.changed(name, []));
    room -= read.content.length;
    const isShell = runnerOf(path, read.content)?.isShell === true;
    files.push({ path, content: isShell ? unixLines(read.content) : read.content, executable });
  }
  const hash = createHash('sha256');
  for (const { path, content } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`${JSON.stringify([path, content.length])}\n`).update(content);
  }
  return { ok: true, skill, name, hash: hash.digest('hex'), read: async () => files, files, trust };
}

/** True if commands in its text may be run unasked: it is coda's own, or an owner has approved exactly these files. */
export function mayRunUnasked(skill: AgentSkill, trust: Trust): boolean {
  return isTrusted(skill.source) || (trust.kind === 'known' && trust.isApproved);
}
