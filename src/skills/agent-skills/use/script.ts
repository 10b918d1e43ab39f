/** Program and file of a skill's script. Pure. */

import { extname } from 'node:path';

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

/** The script as it is put into the sandbox. */
export function unixLines(content: Buffer): Buffer {
  return content.includes('\r\n')
    ? Buffer.from(content.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
    : content;
}
