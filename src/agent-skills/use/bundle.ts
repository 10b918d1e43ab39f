/** The files of a skill as they go into a sandbox: exactly those that were approved. */
import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { type Failed, failed } from '../../agent/index.ts';
import { listInside } from '../../base/folders/list.ts';
import { readInside } from '../../base/folders/read.ts';
import type { PutFile, SkillFiles } from '../../sandbox/index.ts';
import type { Queryable } from '../../storage/index.ts';
import { type AgentSkill, isTrusted } from '../skill.ts';
import * as texts from '../texts.ts';
import { isPinned, lookAt, type Trust } from './trusted.ts';

const MOST_FILE_BYTES = 32 * 1024 * 1024;
const MOST_BUNDLE_BYTES = 60 * 1024 * 1024;

export interface Bundle extends SkillFiles {
  ok: true;
  skill: AgentSkill;
  files: readonly (PutFile & { content: Buffer })[];
  trust: Trust;
}

export async function bundleOf(db: Queryable, skill: AgentSkill, signal: AbortSignal): Promise<Bundle | Failed> {
  const { name, directory } = skill;
  if (directory === undefined) return failed('NOT_FOUND', texts.noFiles(name));
  const trust = await lookAt(db, skill, signal);
  if (trust.kind !== 'own' && trust.kind !== 'known') return failed('NEEDS_APPROVAL', texts.changedNotice(name, []));
  const pinned = trust.kind === 'known' ? trust.pin.files : undefined;
  const { files: entries } = await listInside(directory, { gitignore: true, signal });
  const files: (PutFile & { content: Buffer })[] = [];
  let room = MOST_BUNDLE_BYTES;
  for (const { path, kind, executable } of entries) {
    if (kind !== 'file') continue;
    const read = await readInside(directory, path, { maxBytes: MOST_FILE_BYTES });
    if (!read.ok || read.truncated || read.content.length > room) return failed('REFUSED', texts.tooLong(path));
    if (pinned && !isPinned(pinned, path, read.content)) return failed('NEEDS_APPROVAL', texts.changedNotice(name, []));
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

export interface Runner {
  command: string[];
  /** Its lines must not end in CR: a shell takes it for part of a word. */
  isShell: boolean;
}

const BY_NAME: Readonly<Record<string, string>> = {
  '.py': 'python3',
  '.js': 'node',
  '.mjs': 'node',
  '.cjs': 'node',
  '.sh': 'bash',
  '.bash': 'bash',
  '.rb': 'ruby',
  '.pl': 'perl',
  '.php': 'php',
  '.lua': 'lua',
  '.r': 'Rscript',
};

const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh']);
const PROGRAM = /^[A-Za-z0-9][A-Za-z0-9._+-]*$/;
const OPTION = /^-[A-Za-z0-9][\w=.:-]*$/;

/** By its first line, else by its name; undefined where neither tells. */
export function runnerOf(path: string, content: Buffer): Runner | undefined {
  const command = byFirstLine(content) ?? byName(path);
  const program = command?.[0]?.split('/').at(-1);
  return command && program !== undefined ? { command, isShell: SHELLS.has(program) } : undefined;
}

function byName(path: string): string[] | undefined {
  const program = BY_NAME[extname(path).toLowerCase()];
  return program === undefined ? undefined : [program];
}

/** `#!/usr/bin/env python3 -u`, `#!/bin/sh -e`: the program by its name, so that it need not lie where its author has it. */
function byFirstLine(content: Buffer): string[] | undefined {
  const end = content.indexOf('\n');
  const line = content
    .subarray(0, Math.min(end < 0 ? 256 : end, 256))
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trim();
  if (!line.startsWith('#!')) return undefined;
  const [path = '', ...rest] = line.slice(2).trim().split(/\s+/);
  const isEnv = path.split('/').at(-1) === 'env';
  const words = isEnv ? rest.filter((word) => word !== '-S' && !word.includes('=')) : [path, ...rest];
  const [program = '', ...options] = words;
  const name = program.split('/').at(-1) ?? '';
  if (!PROGRAM.test(name) || !options.every((option) => OPTION.test(option))) return undefined;
  return [name === 'python' ? 'python3' : name, ...options];
}

function unixLines(content: Buffer): Buffer {
  return content.includes('\r\n')
    ? Buffer.from(content.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
    : content;
}
